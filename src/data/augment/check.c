/* SPDX-License-Identifier: MIT */
/* Do the recipe's augmentations fit the samples? */
#include "data/augment/augmenter.h"
#include "data/augment/canvas.h"

#include <stdio.h>

static const char *kind_text(unsigned kind)
{
    return kind == SFT_IMAGES      ? "images"
           : kind == SFT_SEQUENCES ? "sequences"
           : kind == SFT_TABLES    ? "rows of a table"
                                   : "of a rank above 3";
}

/* "images and sequences" */
static const char *kinds_text(unsigned kinds, char *buf, size_t size)
{
    int n = 0;
    buf[0] = 0;
    for (unsigned k = SFT_IMAGES; k <= SFT_TABLES; k *= 2)
        if (kinds & k)
            n += snprintf(buf + n, size - (size_t)n, "%s%s", n ? " and " : "", kind_text(k));
    return buf;
}

static sft_status wrong_kind(const sft_data *d, const sft_stage *s, unsigned kind)
{
    char kinds[96], shape[96];
    return sft__fail_at(
        d->ctx, s->pos, SFT_E133,
        "`%s` changes %s, and the samples of %s (%s) are %s — %s%stake it out of `augment`",
        s->record->name, kinds_text(s->record->kinds, kinds, sizeof kinds), d->facts.name,
        sft__shape_text(d->facts.shape, shape, sizeof shape), kind_text(kind),
        s->record->instead ? s->record->instead : "", s->record->instead ? ", or " : "");
}

static sft_status check_one(const sft_data *d, const sft_stage *s, const sft_canvas *c)
{
    const sft_augment *r = s->record;
    if (!(r->kinds & c->kind)) return wrong_kind(d, s, c->kind);
    if (r->color && c->channels != 3)
        return sft__fail_at(
            d->ctx, s->pos, SFT_E133,
            "`%s` wants three colour channels, and the images of %s have %lld — take it out of `augment`",
            r->name, d->facts.name, (long long)c->channels);
    const char *bad = r->amiss ? r->amiss(s->conf, c) : NULL;
    if (!bad) return SFT_OK;
    char shape[96];
    return sft__fail_at(d->ctx, s->pos, SFT_E133, "`%s` does not fit samples of %s: %s", r->name,
                        sft__shape_text(d->facts.shape, shape, sizeof shape), bad);
}

sft_canvas sft__canvas_of(sft_shape s)
{
    sft_canvas c = { .channels = sft__count(s), .high = 1, .wide = 1, .kind = SFT_TABLES };
    if (s.rank == 2)
        c = (sft_canvas){
            .kind = SFT_SEQUENCES, .channels = s.dim[0], .high = 1, .wide = s.dim[1]
        };
    if (s.rank == 3)
        c = (sft_canvas){
            .kind = SFT_IMAGES, .channels = s.dim[0], .high = s.dim[1], .wide = s.dim[2]
        };
    if (s.rank > 3) c.kind = 0;
    return c;
}

sft_status sft__augments_check(const sft_data *d, const sft_augments *s)
{
    const sft_stage *mixer = NULL;
    sft_canvas       c = sft__canvas_of(d->facts.shape);
    for (int i = 0; i < s->n; i++) {
        const sft_stage *now = &s->stage[i];
        if (mixer && now->record->apply)
            return sft__fail_at(
                d->ctx, now->pos, SFT_E133,
                "`%s` stands behind `%s` — whole batches are mixed last: put it before",
                now->record->name, mixer->record->name);
        mixer = now->record->mix ? now : NULL;
        if (check_one(d, now, &c)) return sft_code(d->ctx);
    }
    return SFT_OK;
}

bool sft__augments_mix(const sft_augments *s)
{
    return s && s->n > 0 && s->stage[s->n - 1].record->mix;
}
