/* SPDX-License-Identifier: MIT */
/* Turns arrays into samples, labels and targets. */
#include "data/npy_samples.h"

#include <math.h>
#include <string.h>

#define FEW_CLASSES 20 /* whole floats below this are taken for classes, as in CSV */

/* ---- samples --------------------------------------------------------------------------------- */

/* Pictures of Keras end in 1, 3 or 4 channels; those of PyTorch begin with them. */
static bool channels_last(const sft_npy *x, int channels)
{
    int64_t first = x->dim[1], last = x->dim[3];
    if (channels != SFT_NPY_CHANNELS_AUTO) return channels == SFT_NPY_CHANNELS_LAST;
    return last <= 4 && first > 4;
}

sft_status sft__npy_axes(sft_ctx *c, const sft_array *x, int channels, bool sequence,
                         sft_axes *axes)
{
    const int64_t *d = x->npy.dim;
    int            rank = x->npy.rank;
    if (rank == 1)
        *axes = (sft_axes){ sft__shape1(1), { 0 } };
    else if (rank == 2 && !sequence)
        *axes = (sft_axes){ sft__shape1(d[1]), { 1 } };
    else if (rank == 2)
        *axes = (sft_axes){ sft__shape2(1, d[1]), { 0, 1 } };
    else if (rank == 3 && !sequence)
        *axes = (sft_axes){ sft__shape3(1, d[1], d[2]), { 0, 1, 2 } };
    else if (rank == 3 && channels == SFT_NPY_CHANNELS_LAST)
        *axes = (sft_axes){ sft__shape2(d[2], d[1]), { 2, 1 } };
    else if (rank == 3)
        *axes = (sft_axes){ sft__shape2(d[1], d[2]), { 1, 2 } };
    else if (rank == 4 && channels_last(&x->npy, channels))
        *axes = (sft_axes){ sft__shape3(d[3], d[1], d[2]), { 3, 1, 2 } };
    else if (rank == 4)
        *axes = (sft_axes){ sft__shape3(d[1], d[2], d[3]), { 1, 2, 3 } };
    else
        return sft__fail_at(
            c, (sft_pos){ .file = x->path }, SFT_E202,
            "the samples have rank %d — (N), (N,F), (N,H,W), (N,C,H,W) and (N,H,W,C) are read",
            rank);
    return SFT_OK;
}

static bool is_dense(const sft_npy *x, const sft_axes *axes)
{
    int64_t last = 0;
    for (int i = 0; i < axes->shape.rank; i++) {
        if (axes->axis[i] && axes->axis[i] < last) return false;
        last = axes->axis[i];
    }
    return x->rank < 2 || x->stride[x->rank - 1] == 1;
}

static float to_float(double v)
{
    return fabs(v) <= 3.4028234663852886e38 || isnan(v) ? (float)v : v > 0 ? INFINITY : -INFINITY;
}

void sft__npy_values(const sft_array *x, const sft_axes *axes, sft_samples *s, int64_t from)
{
    const sft_npy *a = &x->npy;
    int64_t        size[3] = { 1, 1, 1 }, step[3] = { 0 }, to = from * sft__count(axes->shape);
    if (s->bytes && a->count && is_dense(a, axes)) {
        memcpy(s->bytes + to, a->data, (size_t)a->count);
        return;
    }
    for (int i = 0; i < axes->shape.rank; i++) {
        size[3 - axes->shape.rank + i] = axes->shape.dim[i];
        step[3 - axes->shape.rank + i] = axes->axis[i] ? a->stride[axes->axis[i]] : 0;
    }
    for (int64_t n = 0; n < a->dim[0]; n++)
        for (int64_t i = 0; i < size[0]; i++)
            for (int64_t j = 0; j < size[1]; j++)
                for (int64_t k = 0; k < size[2]; k++, to++) {
                    double v = sft__npy_value(a, n * a->stride[0] + i * step[0] + j * step[1] +
                                                     k * step[2]);
                    if (s->bytes)
                        s->bytes[to] = (uint8_t)v;
                    else
                        s->floats[to] = to_float(v);
                }
}

/* ---- labels ---------------------------------------------------------------------------------- */

static int64_t columns(const sft_npy *y) { return y->rank == 2 ? y->dim[1] : 1; }

static double at(const sft_npy *y, int64_t row, int64_t column)
{
    return sft__npy_value(y, row * y->stride[0] + (y->rank == 2 ? column * y->stride[1] : 0));
}

typedef struct census { /* of all values of y */
    bool zero_one, one_hot, few;
} census;

static census count_values(const sft_npy *y)
{
    census t = { true, columns(y) > 1, true };
    for (int64_t i = 0; i < y->dim[0]; i++) {
        double sum = 0;
        for (int64_t k = 0; k < columns(y); k++) {
            double v = at(y, i, k);
            sum += v;
            t.zero_one = t.zero_one && (v == 0 || v == 1);
            t.few = t.few && v >= 0 && v < FEW_CLASSES && v == floor(v);
        }
        t.one_hot = t.one_hot && sum == 1;
    }
    t.one_hot = t.one_hot && t.zero_one;
    return t;
}

static int guess(const sft_npy *y, const census *t)
{
    bool whole = y->kind != SFT_NPY_FLOAT;
    if (columns(y) > 1)
        return t->one_hot    ? SFT_NPY_TASK_CLASSES
               : t->zero_one ? SFT_NPY_TASK_BINARY
                             : SFT_NPY_TASK_REGRESSION;
    return whole || t->few ? SFT_NPY_TASK_CLASSES : SFT_NPY_TASK_REGRESSION;
}

sft_status sft__npy_meaning(sft_ctx *c, const sft_array *y, int task, sft_meaning *m)
{
    const sft_pos place = { .file = y->path };
    if (y->npy.rank < 1 || y->npy.rank > 2 || columns(&y->npy) < 1)
        return sft__fail_at(
            c, place, SFT_E202,
            "the labels have rank %d — (N) and (N,K) are read — are samples and labels "
            "exchanged?",
            y->npy.rank);
    census t = count_values(&y->npy);
    int    what = task ? task : guess(&y->npy, &t);
    bool   one_hot = what == SFT_NPY_TASK_CLASSES && columns(&y->npy) > 1;
    if (one_hot && !t.one_hot)
        return sft__fail_at(
            c, place, SFT_E240,
            "the labels have %lld columns, but are not one-hot — set task=binary or "
            "task=regression",
            (long long)columns(&y->npy));
    *m = (sft_meaning){ what == SFT_NPY_TASK_CLASSES  ? SFT_CLASSES
                        : what == SFT_NPY_TASK_BINARY ? SFT_BINARY
                                                      : SFT_REGRESSION,
                        columns(&y->npy), one_hot };
    return SFT_OK;
}

static sft_status bad_label(sft_ctx *c, const sft_array *y, int64_t row, double v,
                            const sft_meaning *m)
{
    return sft__fail_at(
        c, (sft_pos){ .file = y->path }, SFT_E240,
        m->task == SFT_BINARY
            ? "label %g of sample %lld (from 0) is not 0 or 1 — set task=classes or task=regression"
            : "label %g of sample %lld (from 0) is not a class number 0..65535 — number the classes from "
              "0, or set task=regression",
        v, (long long)row);
}

static double class_of(const sft_npy *y, int64_t row, bool one_hot)
{
    if (!one_hot) return at(y, row, 0);
    for (int64_t k = 0; k < y->dim[1]; k++)
        if (at(y, row, k) != 0) return (double)k;
    return -1;
}

sft_status sft__npy_labels(sft_ctx *c, const sft_array *y, sft_meaning *m, sft_samples *s,
                           int64_t from)
{
    const sft_npy *a = &y->npy;
    for (int64_t i = 0; i < a->dim[0]; i++) {
        double v = m->task == SFT_CLASSES ? class_of(a, i, m->one_hot) : 0;
        if (m->task == SFT_CLASSES && !(v >= 0 && v < SFT_CLASSES_MOST && v == floor(v)))
            return bad_label(c, y, i, v, m);
        if (m->task == SFT_CLASSES) {
            s->label[from + i] = (int32_t)v;
            if (v >= (double)m->outputs) m->outputs = (int64_t)v + 1;
        }
        for (int64_t k = 0; k < m->outputs && m->task != SFT_CLASSES; k++) {
            v = at(a, i, k);
            if (m->task == SFT_BINARY && v != 0 && v != 1) return bad_label(c, y, i, v, m);
            s->target[(from + i) * m->outputs + k] = to_float(v);
        }
    }
    return SFT_OK;
}
