/* SPDX-License-Identifier: MIT */
/* What decides which samples a step gets, as text that a checkpoint keeps: "train.seed=1 train.batch=100 …". */
#include "base/text.h"
#include "recipe/augment.h"
#include "train/checkpoint.h"

#include <string.h>

/* " augment=crop,padding=4,…|flip,…": one word, and nothing where nothing is augmented. */
static const char *augment_text(sft_arena *a, sft_recipe *r)
{
    sft_string out;
    sft__string_open(&out, a->ctx);
    if (r->stages.n) {
        sft__string_add(&out, " augment=");
        sft__augment_text(a, &out, &r->stages, "|");
    }
    for (char *at = out.text; at && *at; at++)
        if (*at == ' ' && at > out.text) *at = ',';
    const char *text = sft__arena_text(a, out.text ? out.text : "");
    sft__string_close(&out);
    return text;
}

/* " split.fraction=0.1 split.label_noise=0.2": what is left out or spoilt; nothing where nothing is. */
static const char *share_text(sft_arena *a, const sft_split_conf *s)
{
    char fraction[40], noise[40];
    return sft__arena_printf(a, "%s%s%s%s", s->fraction < 1 ? " split.fraction=" : "",
                             s->fraction < 1 ? sft__print_real(s->fraction, fraction, sizeof fraction) : "",
                             s->label_noise > 0 ? " split.label_noise=" : "",
                             s->label_noise > 0 ? sft__print_real(s->label_noise, noise, sizeof noise) : "");
}

const char *sft__order_text(sft_arena *a, sft_recipe *r, const sft_net *n)
{
    const sft_train_conf *k = &r->train_conf;
    const sft_split_conf *s = &r->split_conf;
    char validation[40], test[40];
    const char *augment = augment_text(a, r), *shares = share_text(a, s),
               *accumulate = k->accumulate > 1 ? sft__arena_printf(a, " train.accumulate=%lld", (long long)k->accumulate) : "";
    return sft__arena_printf(
        a,
        "train.seed=%lld train.batch=%lld train.shards=%d train.shuffle=%s train.drop_last=%s "
        "split.validation=%s split.test=%s split.seed=%lld split.stratify=%s split.standardize=%s"
        "%s%s%s%s%s%s",
        (long long)k->seed, (long long)k->batch, n->shards, k->shuffle ? "true" : "false",
        k->drop_last ? "true" : "false",
        sft__print_real(s->validation, validation, sizeof validation),
        sft__print_real(s->test, test, sizeof test), (long long)s->seed,
        s->stratify ? "true" : "false", sft_recipe_get(r, "split.standardize"),
        s->shuffle ? "" : " split.shuffle=false",
        shares ? shares : "",
        s->standardize_targets ? " split.standardize_targets=true" : "",
        accumulate ? accumulate : "", k->sampler == SFT_SAMPLER_WEIGHTED ? " train.sampler=weighted" : "",
        augment ? augment : "");
}

/* The word of `text` with the key of `word`, or NULL. */
static const char *same_key(const char *text, const char *word)
{
    size_t key = strcspn(word, "=") + 1;
    while (*text && strncmp(text, word, key) != 0) {
        text += strcspn(text, " ");
        text += *text == ' ';
    }
    return *text ? text : NULL;
}

/* Adds, for each word of `of`, how it differs from `other`'s; `now`: `of` is the later one. */
static void compare(sft_string *out, const char *of, const char *other, bool now)
{
    for (int n; *of; of += n + (of[n] == ' ')) {
        n = (int)strcspn(of, " ");
        int         key = (int)strcspn(of, "=");
        const char *twin = same_key(other, of);
        int         m = twin ? (int)strcspn(twin, " ") : 0;
        if (now && twin && (m != n || strncmp(of, twin, (size_t)n) != 0))
            sft__string_addf(out, " %.*s was %.*s, is %.*s;", key, of, m - key - 1, twin + key + 1, n - key - 1, of + key + 1);
        else if (!twin)
            sft__string_addf(out, " now with%s %.*s;", now ? "" : "out", n, of);
    }
}

const char *sft__order_changes(sft_arena *a, const char *was, const char *is)
{
    sft_string out;
    sft__string_open(&out, a->ctx);
    compare(&out, is, was, true);
    compare(&out, was, is, false);
    const char *text = sft__arena_text(a, out.text ? out.text : "");
    sft__string_close(&out);
    return text ? text : "";
}
