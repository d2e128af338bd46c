/* SPDX-License-Identifier: MIT */
/* Checkpoints in: the arrays and numbers of wrappers, averages and optimisers without a chain. */
#include "train/checkpoint.h"

#include <stdlib.h>
#include <string.h>

static sft_shape shape_of(const sft_net *n, int i)
{
    const struct sft_tensor_ref *t = &n->tensor[i];
    return t->trained ? t->node->param[t->i].shape : t->node->state[t->i].shape;
}

/* Files of before there were methods have neither word. */
static sft_status check_name(sft_ctx *c, const sft_st_file *f, const char *key, const char *is)
{
    const char *was = sft__st_meta(f, key);
    if (!was) was = "none";
    if (!strcmp(was, is)) return SFT_OK;
    return sft__fail(c, SFT_E314,
                     "%s was made with `%s: %s` and the recipe has `%s: %s` — resume with --reset-optimizer to start "
                     "it afresh",
                     f->path, key, was, key, is);
}

static int count_arrays(const sft_trainer *t, int *numbers)
{
    int arrays = 0;
    *numbers = 0;
    for (int k = 0; k < SFT_STORES; k++) {
        arrays += t->store[k].needs.kept;
        *numbers += t->store[k].needs.numbers;
    }
    return arrays;
}

/* The numbers' bits, as many as the methods have; false: others. */
static bool read_numbers(const char *text, int n, double *number)
{
    if ((text ? strlen(text) : 0) != (n ? 17 * (size_t)n - 1 : 0)) return false;
    for (int i = 0; i < n; i++) {
        uint64_t word = strtoull(text + 17 * i, NULL, 16);
        memcpy(&number[i], &word, sizeof word);
    }
    return true;
}

static sft_status find_arrays(const sft_trainer *t, sft_st_file *f, sft_found *found)
{
    const sft_net *n = t->net;
    int            at = 0;
    for (int k = 0; k < SFT_STORES; k++)
        for (int a = 0; a < t->store[k].needs.kept; a++, at++)
            for (int i = 0; i < n->n_tensors; i++) {
                if (!n->tensor[i].trained && !t->store[k].states) continue;
                const char *name = sft__store_path(&f->arena, &t->store[k], a, sft__net_tensor_path(n, i));
                const sft_st_tensor *x = name ? sft__st_find(f, name) : NULL;
                if (!x || !sft__same_shape(x->shape, shape_of(n, i)))
                    return sft__fail(t->ctx, SFT_E314,
                                     "%s lacks `%s` — options of the recipe's optimizer, wrap or average have changed; "
                                     "resume with --reset-optimizer",
                                     f->path, name ? name : "");
                found->tensor[at * n->n_tensors + i] = x;
            }
    return SFT_OK;
}

sft_status sft__methods_find(const sft_trainer *t, sft_st_file *f, sft_found *found)
{
    int numbers, arrays = count_arrays(t, &numbers);
    if (check_name(t->ctx, f, "wrap", t->recipe->wrapper->name) ||
        check_name(t->ctx, f, "average", t->recipe->average_record->name))
        return sft_code(t->ctx);
    found->tensor =
        sft__arena_alloc(&f->arena, ((size_t)arrays * (size_t)t->net->n_tensors + 1) * sizeof *found->tensor);
    found->number = sft__arena_alloc(&f->arena, ((size_t)numbers + 1) * sizeof *found->number);
    if (!found->tensor || !found->number) return sft_code(t->ctx);
    if (!read_numbers(sft__st_meta(f, SFT_NUMBERS_KEY), numbers, found->number))
        return sft__fail(t->ctx, SFT_E314,
                         "%s does not hold the %d numbers of the recipe's optimizer, wrap and average — their options "
                         "have changed; resume with --reset-optimizer",
                         f->path, numbers);
    return find_arrays(t, f, found);
}

void sft__methods_take(sft_trainer *t, const sft_found *found, real *plain)
{
    int at = 0, number = 0;
    t->recounted_at = -1;
    sft__methods_reset(t);
    for (int k = 0; found->tensor && k < SFT_STORES; k++) {
        sft_kit *s = &t->store[k];
        for (int i = 0; i < s->needs.numbers; i++) s->number[i] = found->number[number++];
        for (int a = 0; a < s->needs.kept; a++, at++)
            for (int i = 0; i < t->net->n_tensors; i++) {
                const sft_st_tensor *x = found->tensor[at * t->net->n_tensors + i];
                if (!x) continue;
                for (int64_t j = 0; j < x->count; j++) plain[j] = (real)sft__st_value(x, j);
                sft__net_pack(t->net, i, plain, s->array[a] + (s->states && !t->net->tensor[i].trained
                                                                   ? t->net->n_params : 0));
            }
    }
}
