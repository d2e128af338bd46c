/* SPDX-License-Identifier: MIT */
/* Class weights: reading them, `balanced`, and what a mean over weighted samples divides by. */
#include "ops/class_weights.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

/* "[1, 2.5]" or "1,2.5": how many numbers were read, -1 when one is none, or below zero. */
static int64_t read_list(const char *text, double *to, int64_t room)
{
    static const char blanks[] = " \t[],";
    int64_t           n = 0;
    for (const char *at = text + strspn(text, blanks); *at; at += strspn(at, blanks)) {
        size_t length = strcspn(at, blanks);
        double v;
        if (!sft__parse_real(at, length, &v) || !isfinite(v) || v < 0)
            return -1;
        if (n < room)
            to[n] = v;
        n++;
        at += length;
    }
    return n;
}

static sft_status balance(sft_ctx *c, const char *loss, const char *option, const sft_loss_data *d, double *to)
{
    double samples = 0;
    if (!d->class_count)
        return sft__fail(c, SFT_E113, "%s: %s=balanced needs training samples to count — give a number a class", loss, option);
    for (int64_t i = 0; i < d->outputs; i++)
        samples += (double)d->class_count[i];
    for (int64_t i = 0; i < d->outputs; i++) /* a class without samples never comes up in training */
        to[i] = samples / ((double)d->outputs * fmax(1, (double)d->class_count[i]));
    return SFT_OK;
}

sft_status sft__class_weights(sft_ctx *c, sft_arena *a, const char *loss, const char *option, const char *text, const sft_loss_data *d,
                              const double **weight)
{
    *weight = NULL;
    if (!text || !strcmp(text, "none") || !*text)
        return SFT_OK;
    double *to = sft__arena_alloc(a, (size_t)d->outputs * sizeof *to);
    if (!to)
        return sft_code(c);
    *weight = to;
    if (!strcmp(text, "balanced"))
        return balance(c, loss, option, d, to);
    int64_t n = read_list(text, to, d->outputs);
    double  sum = 0;
    for (int64_t i = 0; i < d->outputs && n == d->outputs; i++)
        sum += to[i];
    if (n == d->outputs && sum > 0)
        return SFT_OK;
    if (n > 0 && n != d->outputs)
        return sft__fail(c, SFT_E113, "%s: %s has %lld numbers and the data %lld classes — write one number a class, or `balanced`",
                         loss, option, (long long)n, (long long)d->outputs);
    return sft__fail(c, SFT_E113, "%s: %s is `%.60s` — it takes none, balanced, or a list of weights that are not negative, one a "
                     "class, as in [1, 2.5]", loss, option, text);
}

sft_status sft__output_weights(sft_ctx *c, sft_arena *a, const char *loss, const char *option, const char *text, const sft_loss_data *d,
                               const double **weight)
{
    *weight = NULL;
    if (!text || !strcmp(text, "none") || !*text)
        return SFT_OK;
    double *to = sft__arena_alloc(a, (size_t)d->outputs * sizeof *to);
    if (!to)
        return sft_code(c);
    int64_t n = read_list(text, to, d->outputs);
    if (n != 1 && n != d->outputs)
        return sft__fail(c, SFT_E113, "%s: %s is `%.60s` — it takes none, a number that is not negative, or %lld of them, one an output",
                         loss, option, text, (long long)d->outputs);
    for (int64_t i = n; i < d->outputs; i++)
        to[i] = to[0];
    *weight = to;
    return SFT_OK;
}

double sft__weight_of_rows(const double *weight, const sft_loss_pass *p)
{
    double sum = 0;
    if (!weight)
        return (double)p->rows;
    for (int64_t r = 0; r < p->rows; r++) {
        double share = p->label2 ? (double)p->mix[r] : 1;
        sum += share * weight[p->label[r]];
        if (p->label2)
            sum += (1 - share) * weight[p->label2[r]];
    }
    return sum;
}
