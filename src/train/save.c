/* SPDX-License-Identifier: MIT */
/* Checkpoints out: weights under PyTorch's names, running averages, optimiser slots, and everything
 * exact resume needs as metadata. */
#include "train/checkpoint.h"

#include <stdio.h>
#include <string.h>

typedef struct saver {
    const sft_net *net;
    sft_trainer   *trainer;     /* NULL: weights and state only */
    bool           kept;        /* write the weights that are kept as the weights */
    sft_arena      arena;
    sft_slab       values;      /* every tensor in PyTorch's order, one after another */
    size_t         used;
    int            n, n_meta;
    sft_st_out    *out;
    sft_st_meta   *meta;
    int64_t        step;         /* of BatchNorm: batches it has seen */
} saver;

static const sft_dtype type_of_real = sizeof(real) == 4 ? SFT_F32 : SFT_F64;

const char *sft__slot_path(sft_arena *a, const sft_update *u, int slot, const char *tensor)
{
    return sft__arena_printf(a, SFT_SLOT_PREFIX "%s.%s", u->slot_name[slot], tensor);
}

static void add_tensor(saver *s, int i, const char *name, const real *from)
{
    const struct sft_tensor_ref *t = &s->net->tensor[i];
    real *plain = (real *)s->values.base + s->used;
    int64_t count = sft__net_tensor_count(s->net, i);
    sft__net_unpack(s->net, i, from, plain);
    s->used += (size_t)count;
    s->out[s->n++] = (sft_st_out){ .name = name,
                                   .dtype = type_of_real,
                                   .data = plain,
                                   .bytes = (size_t)count * sizeof(real),
                                   .shape = t->trained ? t->node->param[t->i].shape
                                                       : t->node->state[t->i].shape };
}

/* PyTorch's BatchNorm keeps a counter that its strict load asks for. */
static void add_counters(saver *s)
{
    for (int i = 1; i < s->net->n_nodes; i++) {
        const sft_node *x = s->net->node[i];
        if (x->n_state == 2 && !strcmp(x->state[0].name, "running_mean"))
            s->out[s->n++] = (sft_st_out){ .name = sft__arena_printf(
                                               &s->arena, "%s.num_batches_tracked", x->path),
                                           .dtype = SFT_I64,
                                           .data = &s->step,
                                           .bytes = sizeof s->step };
    }
}

static void add_meta(saver *s, const char *key, const char *value)
{
    s->meta[s->n_meta++] = (sft_st_meta){ key, value };
}

static void add_number(saver *s, const char *key, int64_t value)
{
    add_meta(s, key, sft__arena_printf(&s->arena, "%lld", (long long)value));
}

/* How many batches BatchNorm has seen. */
static int64_t batches_done(const sft_trainer *t)
{
    int64_t k = t->recipe->train_conf.accumulate, all = sft__loader_steps(t->loader[SFT_TRAIN]);
    int64_t epochs = t->step / t->steps_per_epoch, more = t->step % t->steps_per_epoch * k;
    return t->recipe->train_conf.drop_last ? t->step * k : epochs * all + more;
}

/* The methods' numbers by their bits. */
static void add_numbers(saver *s)
{
    sft_string text;
    sft__string_open(&text, s->net->ctx);
    for (int i = 0; i < SFT_STORES; i++) {
        const sft_kit *store = &s->trainer->store[i];
        for (int k = 0; k < store->needs.numbers; k++) {
            uint64_t word;
            memcpy(&word, &store->number[k], sizeof word);
            sft__string_addf(&text, "%s%016llx", text.n ? " " : "", (unsigned long long)word);
        }
    }
    if (text.n)
        add_meta(s, SFT_NUMBERS_KEY, sft__arena_text(&s->arena, text.text));
    sft__string_close(&text);
}

/* What outputs mean: whoever runs the network elsewhere multiplies by the deviation and adds the mean. */
static void add_units(saver *s)
{
    const sft_target_units *u = &s->net->units;
    const double    *values[] = { u->mean, u->deviation };
    for (int k = 0; u->on && k < 2; k++) {
        sft_string text;
        char       number[40];
        sft__string_open(&text, s->net->ctx);
        for (int64_t i = 0; i < s->net->outputs; i++)
            sft__string_addf(&text, "%s%s", i ? " " : "", sft__print_real(values[k][i], number, sizeof number));
        add_meta(s, k ? SFT_DEVIATION_KEY : SFT_MEAN_KEY, sft__arena_text(&s->arena, text.text ? text.text : ""));
        sft__string_close(&text);
    }
}

static void describe_training(saver *s, const char *extra)
{
    sft_trainer *t = s->trainer;
    add_number(s, "step", t->step);
    add_number(s, "epoch", t->step / t->steps_per_epoch);
    add_number(s, "optimizer_from", t->optimizer_from);
    add_number(s, "seed", t->recipe->train_conf.seed);
    add_number(s, "shards", t->net->shards);
    add_meta(s, "optimizer", t->recipe->optimizer_record->name);
    add_meta(s, "order", sft__order_text(&s->arena, t->recipe, t->net));
    add_meta(s, "data", t->data->facts.fingerprint);
    add_meta(s, "recipe", sft_recipe_text(t->recipe));
    add_meta(s, "wrap", t->recipe->wrapper->name);
    add_meta(s, "average", t->recipe->average_record->name);
    add_numbers(s);
    add_meta(s, "extra", extra ? extra : "");
    if (t->recipe->schedule_record->observe)
        add_meta(s, "schedule", sft__seen_text(&s->arena, t));
}

static void add_hashes(saver *s)
{
    for (int i = 0; i < s->n; i++) {
        char hex[65];
        sft_sha256 sum;
        sft__sha256_open(&sum);
        sft__sha256_add(&sum, s->out[i].data, s->out[i].bytes);
        sft__sha256_close(&sum, hex);
        add_meta(s, sft__arena_printf(&s->arena, SFT_TENSOR_HASH_KEY "%s", s->out[i].name),
                 sft__arena_text(&s->arena, hex));
    }
}

bool sft__header_hash(const char *header, size_t n, char hex[65])
{
    static const char mark[] = "\"" SFT_HASH_KEY "\":\"";
    for (size_t i = 0; i + sizeof mark + 64 < n; i++) {
        if (memcmp(header + i, mark, sizeof mark - 1) != 0)
            continue;
        char zeros[64];
        memset(zeros, '0', sizeof zeros);
        size_t at = i + sizeof mark - 1;
        sft_sha256 sum;
        sft__sha256_open(&sum);
        sft__sha256_add(&sum, header, at);
        sft__sha256_add(&sum, zeros, sizeof zeros);
        sft__sha256_add(&sum, header + at + 64, n - at - 64);
        sft__sha256_close(&sum, hex);
        return true;
    }
    return false;
}

/* The first entry is the hash of the header: written as zeros, hashed, filled in. */
static sft_status hash_header(saver *s)
{
    char zeros[65], hex[65];
    memset(zeros, '0', 64);
    zeros[64] = 0;
    s->meta[0] = (sft_st_meta){ SFT_HASH_KEY, zeros };
    sft_string header;
    sft__string_open(&header, s->net->ctx);
    if (sft__st_header(&header, s->out, s->n, s->meta, s->n_meta) == SFT_OK &&
        sft__header_hash(header.text, header.n, hex))
        s->meta[0].value = sft__arena_text(&s->arena, hex);
    sft__string_close(&header);
    return sft_code(s->net->ctx);
}

static sft_status make_room(saver *s)
{
    const sft_net *n = s->net;
    int slots = s->trainer ? s->trainer->update.n_slots : 0;
    for (int i = 0; s->trainer && i < SFT_STORES; i++)
        slots += s->trainer->store[i].needs.kept;
    size_t elements = 0, most = (size_t)n->n_tensors * (2 + (size_t)slots) + (size_t)n->n_nodes;
    for (int i = 0; i < n->n_tensors; i++)
        elements +=
            (size_t)sft__net_tensor_count(n, i) * (2 + (size_t)slots);
    s->out = sft__arena_alloc(&s->arena, most * sizeof *s->out);
    s->meta = sft__arena_alloc(&s->arena, (most + 32) * sizeof *s->meta);
    return sft__failed(n->ctx) ? sft_code(n->ctx)
                               : sft__slab_open(n->ctx, &s->values, (elements + 1) * sizeof(real));
}

/* The arrays of the wrapper, of an optimiser without a chain, and the averaged weights. */
static void add_stores(saver *s)
{
    const sft_net *n = s->net;
    for (int k = 0; k < SFT_STORES; k++) {
        const sft_kit *store = &s->trainer->store[k];
        for (int a = 0; a < store->needs.kept; a++)
            for (int i = 0; i < n->n_tensors; i++)
                if (n->tensor[i].trained || store->states)
                    add_tensor(s, i, sft__store_path(&s->arena, store, a, sft__net_tensor_path(n, i)),
                               store->array[a] + (n->tensor[i].trained ? 0 : n->n_params));
    }
}

static sft_status collect(saver *s, const char *extra)
{
    const sft_net *n = s->net;
    if (make_room(s))
        return sft_code(n->ctx);
    for (int i = 0; i < n->n_tensors; i++)
        add_tensor(s, i, sft__net_tensor_path(n, i), s->kept ? sft__net_kept(n, i) : NULL);
    add_counters(s);
    for (int i = 0; s->trainer && n->kept.base && i < n->n_tensors; i++)
        add_tensor(s, i,
                   sft__arena_printf(&s->arena, SFT_KEPT_PREFIX "%s", sft__net_tensor_path(n, i)),
                   sft__net_kept(n, i));
    for (int slot = 0; s->trainer && slot < s->trainer->update.n_slots; slot++)
        for (int i = 0; i < n->n_tensors; i++)
            if (n->tensor[i].trained)
                add_tensor(s, i,
                           sft__slot_path(&s->arena, &s->trainer->update, slot,
                                          sft__net_tensor_path(n, i)),
                           sft__update_slot(&s->trainer->update, slot));
    if (s->trainer)
        add_stores(s);
    s->n_meta = 1;              /* the first is the header's hash */
    add_meta(s, "format", SFT_CKPT_FORMAT);
    add_number(s, "format_version", SFT_CKPT_VERSION);
    add_meta(s, "library", sft_version());
    add_units(s);
    if (s->trainer)
        describe_training(s, extra);
    add_hashes(s);
    return sft__failed(n->ctx) ? sft_code(n->ctx) : hash_header(s);
}

static sft_status save(const sft_net *n, sft_trainer *t, bool kept, const char *path,
                       const char *extra)
{
    saver s = { .net = n, .trainer = t, .kept = kept, .step = t ? batches_done(t) : 0 };
    sft__arena_open(&s.arena, n->ctx);
    if (collect(&s, extra) == SFT_OK)
        sft__st_write(n->ctx, path, s.out, s.n, s.meta, s.n_meta);
    sft__slab_close(n->ctx, &s.values);
    sft__arena_close(&s.arena);
    return sft_code(n->ctx);
}

sft_status sft_trainer_save(sft_trainer *t, const char *path, const char *extra)
{
    if (!t || sft__failed(t->ctx))
        return t ? sft_code(t->ctx) : SFT_USAGE;
    bool averaged = t->averaged;
    if (sft_trainer_average(t, false) || save(t->net, t, false, path, extra))
        return sft_code(t->ctx);
    return sft_trainer_average(t, averaged);
}

sft_status sft_net_save(const sft_net *n, const char *path)
{
    if (!n || sft__failed(n->ctx))
        return n ? sft_code(n->ctx) : SFT_USAGE;
    return save(n, NULL, false, path, NULL);
}

sft_status sft__net_save_kept(const sft_net *n, const char *path)
{
    return save(n, NULL, true, path, NULL);
}

int64_t sft__checkpoint_size(const sft_trainer *t)
{
    int64_t values = (2 + t->update.n_slots) * t->net->n_params + 2 * t->net->n_states;
    for (int i = 0; i < SFT_STORES; i++)
        values += t->store[i].needs.kept * (t->net->n_params + t->net->n_states);
    return values * (int64_t)sizeof(real) + 1024 * (int64_t)(t->net->n_tensors + 64);
}
