/* SPDX-License-Identifier: MIT */
/* Checkpoints in: everything is verified before anything is changed. */
#include "train/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct loader {
    sft_net     *net;
    sft_trainer *trainer;       /* NULL: weights and state only */
    unsigned     flags;
    sft_st_file  file;
    const sft_st_tensor **kept; /* by tensor: what sft_net_remember kept; NULL: nothing */
    const sft_st_tensor **slot; /* slots x tensors: optimiser's state; NULL: it starts afresh */
    sft_found    found;         /* what wrapper and average keep */
    double      *mean, *deviation; /* units of the targets; NULL: the file has none */
} loader;

/* ---- is the file whole? ---------------------------------------------------------------------- */

static bool is_ours(const sft_st_file *f)
{
    return sft__text_is(sft__st_meta(f, "format"), SFT_CKPT_FORMAT);
}

static sft_status check_header_hash(sft_ctx *c, const sft_st_file *f)
{
    char hex[65];
    const char *want = sft__st_meta(f, SFT_HASH_KEY);
    if (!want && !is_ours(f))
        return SFT_OK;          /* of another program */
    if (!want || !sft__header_hash(f->header, f->header_size, hex) || strcmp(hex, want) != 0)
        return sft__fail(c, SFT_E312,
                         "%s: bytes 8 to %zu, the header, do not have the hash written in it — the "
                         "file is damaged; use an older checkpoint",
                         f->path, f->header_size + 7);
    return SFT_OK;
}

/* A file of ours has a hash for every tensor. */
static sft_status check_tensor_hash(sft_ctx *c, const sft_st_file *f, const sft_st_tensor *t)
{
    char hex[65], key[sizeof SFT_TENSOR_HASH_KEY + 256];
    snprintf(key, sizeof key, SFT_TENSOR_HASH_KEY "%s", t->name);
    const char *want = sft__st_meta(f, key);
    if (!want && !is_ours(f))
        return SFT_OK;
    sft_sha256 sum;
    sft__sha256_open(&sum);
    sft__sha256_add(&sum, t->data, t->bytes);
    sft__sha256_close(&sum, hex);
    if (sft__text_is(want, hex))
        return SFT_OK;
    return sft__fail(c, SFT_E312,
                     "%s: tensor `%s`, bytes %zu to %zu, does not have the hash written beside it "
                     "— the file is damaged; use an older checkpoint",
                     f->path, t->name, t->at, t->at + t->bytes - (t->bytes > 0));
}

sft_status sft__check_hashes(sft_ctx *c, const sft_st_file *f)
{
    if (check_header_hash(c, f))
        return sft_code(c);
    for (int i = 0; i < f->n_tensors; i++)
        if (check_tensor_hash(c, f, &f->tensor[i]))
            return sft_code(c);
    return SFT_OK;
}

/* Behind the hashes: what a flipped bit made of these words must not be believed. */
static sft_status check_version(loader *l)
{
    const char *version = sft__st_meta(&l->file, "format_version");
    bool ours = is_ours(&l->file);
    int64_t number = 0;
    if (ours && (!version || !sft__parse_int(version, strlen(version), &number) ||
                 number > SFT_CKPT_VERSION))
        return sft__fail(l->net->ctx, SFT_E315,
                         "%s is a checkpoint of format %.40s and this build reads up to %d — use a "
                         "newer surefoot",
                         l->file.path, version ? version : "(none)", SFT_CKPT_VERSION);
    if (l->trainer && (!ours || !sft__st_meta(&l->file, "step")))
        return sft__fail(l->net->ctx, SFT_E313,
                         "%s holds weights but no state of training, so a run cannot go on from it "
                         "— evaluate it, or start from its weights",
                         l->file.path);
    return SFT_OK;
}

/* ---- do the tensors fit? --------------------------------------------------------------------- */

static sft_shape wanted_shape(const sft_net *n, int i)
{
    const struct sft_tensor_ref *t = &n->tensor[i];
    return t->trained ? t->node->param[t->i].shape : t->node->state[t->i].shape;
}

static bool ignorable(const char *name)
{
    static const char tail[] = ".num_batches_tracked";
    size_t n = strlen(name), m = sizeof tail - 1;
    return !strncmp(name, SFT_SLOT_PREFIX, strlen(SFT_SLOT_PREFIX)) ||
           !strncmp(name, SFT_KEPT_PREFIX, strlen(SFT_KEPT_PREFIX)) ||
           !strncmp(name, SFT_WRAP_PREFIX, strlen(SFT_WRAP_PREFIX)) ||
           !strncmp(name, SFT_AVERAGE_PREFIX, strlen(SFT_AVERAGE_PREFIX)) ||
           (n > m && !strcmp(name + n - m, tail));
}

/* One line a difference, the first ten. */
static int differences(const loader *l, char *text, size_t size)
{
    const sft_net *n = l->net;
    int count = 0;
    size_t used = 0;
    char a[96], b[96], row[320];
    for (int i = 0; i < n->n_tensors + l->file.n_tensors; i++) {
        row[0] = 0;
        if (i < n->n_tensors) {
            const sft_st_tensor *t = sft__st_find(&l->file, sft__net_tensor_path(n, i));
            if (!t)
                snprintf(row, sizeof row, "\n  missing  %.200s %s", sft__net_tensor_path(n, i),
                         sft__shape_text(wanted_shape(n, i), a, sizeof a));
            else if (!sft__same_shape(t->shape, wanted_shape(n, i)))
                snprintf(row, sizeof row, "\n  shape    %.100s is %s, the recipe wants %s", t->name,
                         sft__shape_text(t->shape, a, sizeof a),
                         sft__shape_text(wanted_shape(n, i), b, sizeof b));
        } else {
            const sft_st_tensor *t = &l->file.tensor[i - n->n_tensors];
            if (!ignorable(t->name) && sft__net_find(n, t->name) < 0)
                snprintf(row, sizeof row, "\n  extra    %.200s %s", t->name,
                         sft__shape_text(t->shape, a, sizeof a));
        }
        if (row[0] && count++ < 10 && used + strlen(row) < size) {
            memcpy(text + used, row, strlen(row) + 1);
            used += strlen(row);
        }
    }
    return count;
}

static sft_status check_tensors(loader *l)
{
    char table[3000] = "";
    int count = differences(l, table, sizeof table);
    if (count)
        return sft__fail(l->net->ctx, SFT_E313,
                         "%s does not fit the recipe's model, tensors that differ: %d%s%s\n  — use "
                         "the recipe it was made with",
                         l->file.path, count, table, count > 10 ? "\n  …" : "");
    for (int i = 0; i < l->net->n_tensors; i++) {
        const sft_st_tensor *t = sft__st_find(&l->file, sft__net_tensor_path(l->net, i));
        int64_t bad = 0;
        for (int64_t k = 0; k < t->count; k++)
            bad += !isfinite((real)sft__st_value(t, k));
        if (bad)
            return sft__fail(l->net->ctx, SFT_E316,
                             "%s: %lld of the %lld values of `%s` are NaN or infinite — go back to "
                             "an older checkpoint",
                             l->file.path, (long long)bad, (long long)t->count, t->name);
    }
    return SFT_OK;
}

/* ---- units of the targets -------------------------------------------------------------------- */

/* As many numbers as the network has outputs; false: they are not. */
static bool read_numbers(const char *text, int64_t n, double *value)
{
    for (int64_t i = 0; i < n; i++) {
        const size_t size = strcspn(text, " ");
        if (!sft__parse_real(text, size, &value[i]) || !isfinite(value[i])) return false;
        text += size + (text[size] == ' ');
    }
    return !*text;
}

static sft_status check_units(loader *l)
{
    const char   *mean = sft__st_meta(&l->file, SFT_MEAN_KEY), *deviation = sft__st_meta(&l->file, SFT_DEVIATION_KEY);
    const int64_t n = l->net->outputs;
    if (!mean || !deviation) return SFT_OK;
    l->mean = sft__arena_alloc(&l->file.arena, 2 * (size_t)n * sizeof *l->mean);
    if (!l->mean) return sft_code(l->net->ctx);
    l->deviation = l->mean + n;
    bool good = read_numbers(mean, n, l->mean) && read_numbers(deviation, n, l->deviation);
    for (int64_t i = 0; good && i < n; i++) good = l->deviation[i] > 0;
    if (good) return SFT_OK;
    return sft__fail(l->net->ctx, SFT_E305,
                     "%s: its " SFT_MEAN_KEY " and " SFT_DEVIATION_KEY ", `%.40s` and `%.40s`, are not %lld numbers each, the second above 0 — "
                     "the file is damaged",
                     l->file.path, mean, deviation, (long long)n);
}

/* Weights mean nothing without the units they were trained in: these come along. Another program's file does not tell. */
static sft_status take_units(const loader *l)
{
    return l->mean || is_ours(&l->file) ? sft__net_set_units(l->net, l->mean, l->deviation) : SFT_OK;
}

/* ---- does the training fit? ------------------------------------------------------------------ */

static sft_status check_optimizer(loader *l)
{
    const sft_update *u = &l->trainer->update;
    const char *was = sft__st_meta(&l->file, "optimizer"),
               *is = l->trainer->recipe->optimizer_record->name;
    if (l->flags & SFT_RESET_OPTIMIZER)
        return SFT_OK;
    l->slot = sft__arena_alloc(
        &l->file.arena, ((size_t)u->n_slots * (size_t)l->net->n_tensors + 1) * sizeof *l->slot);
    if (!l->slot)
        return sft_code(l->net->ctx);
    if (!was || strcmp(was, is) != 0)
        return sft__fail(l->net->ctx, SFT_E314,
                         "%s was made with the optimiser %s and the recipe has %s — resume with "
                         "--reset-optimizer to start the new one afresh",
                         l->file.path, was ? was : "(none)", is);
    for (int slot = 0; slot < u->n_slots; slot++)
        for (int i = 0; i < l->net->n_tensors; i++) {
            if (!l->net->tensor[i].trained)
                continue;
            const char *name =
                sft__slot_path(&l->file.arena, u, slot, sft__net_tensor_path(l->net, i));
            const sft_st_tensor *t = name ? sft__st_find(&l->file, name) : NULL;
            if (!t || !sft__same_shape(t->shape, wanted_shape(l->net, i)))
                return sft__fail(l->net->ctx, SFT_E314,
                                 "%s lacks the optimiser's state `%s` — its options have changed; "
                                 "resume with --reset-optimizer",
                                 l->file.path, name ? name : "");
            l->slot[slot * l->net->n_tensors + i] = t;
        }
    return sft__methods_find(l->trainer, &l->file, &l->found);
}

static sft_status check_plan(loader *l)
{
    sft_trainer *t = l->trainer;
    const char *was = sft__st_meta(&l->file, "order"),
               *is = sft__order_text(&l->file.arena, t->recipe, t->net);
    const char *data = sft__st_meta(&l->file, "data");
    if (!is)
        return sft_code(t->ctx);
    if (!(l->flags & SFT_ALLOW_DATA_CHANGE) &&
        (!data || strcmp(data, t->data->facts.fingerprint) != 0))
        return sft__fail(t->ctx, SFT_E260,
                         "the data are not those of %s: fingerprint %.16s…, was %.16s… — resume "
                         "with --allow-data-change to go on all the same",
                         l->file.path, t->data->facts.fingerprint, data ? data : "(none)");
    if (sft__text_is(was, is))
        return SFT_OK;
    return sft__fail(t->ctx, SFT_E317,
                     "the recipe makes its batches otherwise than %s did:%s — put the old values "
                     "back, or start a new run",
                     l->file.path, sft__order_changes(&l->file.arena, was ? was : "", is));
}

/* Kept weights are there for all tensors or for none. */
static sft_status check_kept(loader *l)
{
    sft_net *n = l->net;
    l->kept = sft__arena_alloc(&l->file.arena, ((size_t)n->n_tensors + 1) * sizeof *l->kept);
    for (int i = 0; l->kept && i < n->n_tensors; i++) {
        const char *name =
            sft__arena_printf(&l->file.arena, SFT_KEPT_PREFIX "%s", sft__net_tensor_path(n, i));
        l->kept[i] = name ? sft__st_find(&l->file, name) : NULL;
        if (l->kept[i] && !sft__same_shape(l->kept[i]->shape, wanted_shape(n, i)))
            return sft__fail(
                n->ctx, SFT_E313,
                "%s: tensor `%s` has another shape than the recipe's model — the file is damaged",
                l->file.path, name);
        if (!l->kept[i] && (i == 0 || !l->kept[0])) {
            l->kept = NULL;
            return sft_code(n->ctx);
        }
        if (!l->kept[i])
            return sft__fail(n->ctx, SFT_E313, "%s: tensor `%s` is missing — the file is damaged",
                             l->file.path, name ? name : "");
    }
    return sft_code(n->ctx);
}

/* ---- taking it over -------------------------------------------------------------------------- */

static void take(loader *l, int i, const sft_st_tensor *t, real *to, real *plain)
{
    for (int64_t k = 0; k < t->count; k++)
        plain[k] = (real)sft__st_value(t, k);
    sft__net_pack(l->net, i, plain, to);
}

static sft_status take_all(loader *l)
{
    sft_net *n = l->net;
    int64_t most = 1;
    for (int i = 0; i < n->n_tensors; i++)
        most = sft__net_tensor_count(n, i) > most ? sft__net_tensor_count(n, i) : most;
    sft_slab plain;
    if (sft__slab_open(n->ctx, &plain, (size_t)most * sizeof(real)))
        return sft_code(n->ctx);
    if (take_units(l)) {
        sft__slab_close(n->ctx, &plain);
        return sft_code(n->ctx);
    }
    if (l->trainer && !l->kept)
        sft__slab_close(n->ctx, &n->kept); /* nothing was kept when the file was written */
    else if (l->kept && sft_net_remember(n)) {
        sft__slab_close(n->ctx, &plain);
        return sft_code(n->ctx);
    }
    for (int i = 0; l->kept && i < n->n_tensors; i++)
        take(l, i, l->kept[i], sft__net_kept(n, i), plain.base);
    for (int i = 0; i < n->n_tensors; i++)
        take(l, i, sft__st_find(&l->file, sft__net_tensor_path(n, i)), NULL, plain.base);
    for (int slot = 0; l->trainer && slot < l->trainer->update.n_slots; slot++) {
        real *to = sft__update_slot(&l->trainer->update, slot);
        if (!l->slot) {
            memset(to, 0, (size_t)n->n_params * sizeof *to);
            continue;
        }
        for (int i = 0; i < n->n_tensors; i++)
            if (n->tensor[i].trained)
                take(l, i, l->slot[slot * n->n_tensors + i], to, plain.base);
    }
    if (l->trainer)
        sft__methods_take(l->trainer, &l->found, plain.base);
    sft__slab_close(n->ctx, &plain);
    return SFT_OK;
}

static sft_status verify(loader *l, const char *path)
{
    sft_ctx *c = l->net->ctx;
    if (sft__st_read(c, path, &l->file) || sft__check_hashes(c, &l->file) || check_version(l) ||
        check_tensors(l) || check_units(l))
        return sft_code(c);
    return l->trainer && (check_plan(l) || check_optimizer(l) || check_kept(l)) ? sft_code(c)
                                                                                : SFT_OK;
}

/* A count in the metadata, from 0 to `most`. */
static sft_status read_count(const loader *l, const char *key, int64_t most, int64_t *value)
{
    const char *text = sft__st_meta(&l->file, key);
    if (!text || !sft__parse_int(text, strlen(text), value) || *value < 0 || *value > most)
        return sft__fail(
            l->net->ctx, SFT_E305,
            "%s: its %s, `%.40s`, is not a number from 0 to %lld — the file is damaged",
            l->file.path, key, text ? text : "", (long long)most);
    return SFT_OK;
}

static sft_status load_training(loader *l)
{
    sft_trainer *t = l->trainer;
    const char *extra = sft__st_meta(&l->file, "extra");
    int64_t step = 0, from = 0;
    sft_seen seen;
    if (read_count(l, "step", INT64_MAX / 2, &step) || read_count(l, "optimizer_from", step, &from))
        return sft_code(t->ctx);
    if (!sft__seen_read(t, sft__st_meta(&l->file, "schedule"), &seen))
        return sft__fail(t->ctx, SFT_E305,
                         "%s: its schedule, `%.100s`, is not what this one writes — the file is "
                         "damaged",
                         l->file.path, sft__st_meta(&l->file, "schedule"));
    size_t size = extra ? strlen(extra) + 1 : 1;
    char *copy = sft__alloc(t->ctx, size); /* lives on when the file is closed */
    if (!copy || take_all(l)) {
        sft__free(t->ctx, copy, size);
        return sft_code(t->ctx);
    }
    memcpy(copy, extra ? extra : "", size);
    sft__free(t->ctx, t->extra, t->extra_size);
    t->extra = copy;
    t->extra_size = size;
    t->step = step;
    t->seen = seen;
    t->optimizer_from = l->slot ? from : step;
    return SFT_OK;
}

sft_status sft_trainer_load(sft_trainer *t, const char *path, unsigned flags, const char **extra)
{
    if (!t || sft__failed(t->ctx))
        return t ? sft_code(t->ctx) : SFT_USAGE;
    loader l = { .net = t->net, .trainer = t, .flags = flags };
    if (sft_trainer_average(t, false) == SFT_OK && verify(&l, path) == SFT_OK && load_training(&l) == SFT_OK && extra)
        *extra = t->extra;
    sft__st_close(t->ctx, &l.file);
    return sft_code(t->ctx);
}

sft_status sft_net_load(sft_net *n, const char *path)
{
    if (!n || sft__failed(n->ctx))
        return n ? sft_code(n->ctx) : SFT_USAGE;
    loader l = { .net = n };
    if (verify(&l, path) == SFT_OK)
        take_all(&l);
    sft__st_close(n->ctx, &l.file);
    return sft_code(n->ctx);
}
