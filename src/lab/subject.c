/* SPDX-License-Identifier: MIT */
/* A trial opened up again, as far as it is asked for: recipe, data, and the network as it was and as it became. */
#include "lab/lab.h"

#include "base/io.h"
#include "train/folder.h"

#include <math.h>
#include <string.h>

sft_status sft__subject_open(sft_subject *s, sft_ctx *c)
{
    *s = (sft_subject){ .ctx = c, .arena = &s->own, .yardstick = { NAN, NAN } };
    sft__arena_open(&s->own, c);
    sft__arena_open(&s->lasting, c);
    return sft_code(c);
}

static void drop_trial(sft_subject *s)
{
    for (int i = 0; i < SFT_MOMENTS; i++) sft_net_free(s->net[i]);
    sft_recipe_free(s->recipe);
    memset(s->net, 0, sizeof s->net);
    s->recipe = NULL;
    s->data = NULL;
    s->signals = NULL;
    s->replay = NULL;
    sft__arena_close(&s->own);
}

void sft__subject_next(sft_subject *s, const sft_attempt *t, const sft_run_look *look, const char *folder)
{
    drop_trial(s);
    sft__arena_open(&s->own, s->ctx);
    s->attempt = t;
    s->look = look;
    s->folder = folder;
}

void sft__subject_close(sft_subject *s)
{
    if (!s->ctx) return;
    drop_trial(s);
    for (int i = 0; i < SFT_DATA_SHELF; i++) sft_data_free(s->shelf[i].data);
    sft__arena_close(&s->lasting);
    *s = (sft_subject){ .ctx = NULL };
}

static const char *path_of(sft_subject *s, const char *name)
{
    return sft__arena_printf(s->arena, "%s/%s", s->folder, name);
}

sft_recipe *sft__subject_recipe(sft_subject *s)
{
    const char *path = s->recipe ? NULL : path_of(s, "recipe.yaml");
    if (path && !sft__failed(s->ctx)) s->recipe = sft_recipe_read(s->ctx, path);
    return s->recipe && sft_recipe_resolve(s->recipe) == SFT_OK ? s->recipe : NULL;
}

/* ---- data ------------------------------------------------------------------------------------------------- */

/* All that sft_data_open reads of a recipe, but for augmentations, which it only checks. */
static const char *data_key(sft_subject *s, const sft_recipe *r)
{
    const sft_bound *d = &r->bound[SFT_DATA_SECTION];
    const char *options = d->rows ? sft__fields_text(s->arena, d->rows, d->conf) : "";
    const char *split = sft__fields_text(s->arena, sft__split_fields, &r->split_conf);
    return sft__arena_printf(s->arena, "%s %s | %s | %u", d->name ? d->name : "", options ? options : "", split ? split : "",
                             r->loss_record ? r->loss_record->tasks : 0);
}

/* The oldest makes way. */
static sft_data *put_on_shelf(sft_subject *s, const char *key, sft_data *d)
{
    const int at = s->shelved++ % SFT_DATA_SHELF;
    sft_data_free(s->shelf[at].data);
    s->shelf[at].data = d;
    s->shelf[at].key = sft__arena_text(&s->lasting, key);
    return d;
}

sft_data *sft__subject_data(sft_subject *s)
{
    sft_recipe *r = sft__subject_recipe(s);
    const char *key = r && !s->data ? data_key(s, r) : NULL;
    for (int i = 0; key && i < SFT_DATA_SHELF && !s->data; i++)
        if (s->shelf[i].data && sft__text_is(s->shelf[i].key, key)) s->data = s->shelf[i].data;
    if (key && !s->data) {
        sft_data *d = sft_data_open(s->ctx, r);
        if (d) s->data = put_on_shelf(s, key, d);
    }
    return sft__failed(s->ctx) ? NULL : s->data;
}

/* ---- networks ----------------------------------------------------------------------------------------------- */

/* The newest checkpoint's path; NULL: there is none. */
static const char *newest_checkpoint(sft_subject *s)
{
    sft_folder *f = sft__arena_alloc(s->arena, sizeof *f);
    int         n = 0;
    if (!f || strlen(s->folder) >= sizeof f->path) return NULL;
    f->ctx = s->ctx;
    memcpy(f->path, s->folder, strlen(s->folder) + 1);
    const int64_t *step = sft__list_checkpoints(f, s->arena, &n);
    return step && n > 0 ? sft__arena_printf(s->arena, "%s/checkpoints/step-%08lld.safetensors", s->folder, (long long)step[0]) : NULL;
}

/* The weights' file; NULL: the run has left none. A run that failed has at most checkpoints of before. */
static const char *weights_file(sft_subject *s, sft_moment at)
{
    if (!sft__holds(s->folder, "model.safetensors")) return NULL;
    return at == SFT_AT_BEST ? path_of(s, "model.safetensors") : newest_checkpoint(s);
}

sft_net *sft__subject_net_at(sft_subject *s, sft_moment at)
{
    sft_data *d = sft__subject_data(s);
    if (!d || s->net[at]) return d ? s->net[at] : NULL;
    const char *file = at == SFT_AT_START ? "" : weights_file(s, at);
    if (!file || sft__failed(s->ctx)) return NULL;
    sft_net *n = sft_net_new(s->ctx, s->recipe, d);
    if (n && *file) sft_net_load(n, file);
    if (sft__failed(s->ctx)) {
        sft_net_free(n);
        return NULL;
    }
    return s->net[at] = n;
}

sft_net *sft__subject_net(sft_subject *s, bool trained)
{
    sft_net *n = trained ? sft__subject_net_at(s, SFT_AT_BEST) : NULL;
    return n || sft__failed(s->ctx) ? n : sft__subject_net_at(s, SFT_AT_START);
}
