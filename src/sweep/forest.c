/* SPDX-License-Identifier: MIT */
/* Random forest (Breiman 2001): trees on bootstrap samples; a cut is the one that leaves the least square error. */
/* Every axis keeps its samples sorted; a node is the same stretch of all these lists, and a cut parts each list without changing the order
 * inside the parts. So a level of a tree costs one walk over the lists. Samples that are out of bag walk along with weight 0 and meet their
 * leaf without a search. */
#include "sweep/forest.h"

#include <math.h>
#include <string.h>

typedef struct group {          /* samples of a node in one element */
    int    code;
    double n, sum;
} group;

typedef struct cut {
    double   gain;              /* what the sum of squares falls by */
    int      axis;
    int      at;                /* numbers: elements below it go left */
    uint64_t left[(SFT_MOST_ELEMENTS + 63) / 64];
} cut;

typedef struct node {
    int begin, end;             /* of the sorted lists */
    int slot;                   /* of the leaf that it is for now */
} node;

struct sft_growth {
    int32_t **list;             /* axes x n */
    int32_t  *part;             /* n */
    double   *weight;           /* n: how often in the bag */
    bool     *left;             /* n */
    node     *stack;            /* n */
    group    *groups;           /* SFT_MOST_ELEMENTS */
    int64_t  *order;            /* axes */
    cut       best, now;
};

sft_status sft__forest_room(sft_forest *f, sft_arena *a)
{
    const size_t       n = (size_t)f->n, axes = (size_t)f->axes;
    struct sft_growth *g = f->growth = sft__arena_alloc(a, sizeof *g);
    f->value = sft__arena_alloc(a, n * sizeof *f->value);
    f->span = sft__arena_alloc(a, n * axes * sizeof *f->span);
    f->set = sft__arena_alloc(a, n * (size_t)f->words * sizeof *f->set);
    f->outside = sft__arena_alloc(a, n * sizeof *f->outside);
    f->n_outside = sft__arena_alloc(a, n * sizeof *f->n_outside);
    if (!g) return sft_code(f->ctx);
    g->list = sft__arena_alloc(a, axes * sizeof *g->list);
    g->part = sft__arena_alloc(a, n * sizeof *g->part);
    g->weight = sft__arena_alloc(a, n * sizeof *g->weight);
    g->left = sft__arena_alloc(a, n * sizeof *g->left);
    g->stack = sft__arena_alloc(a, n * sizeof *g->stack);
    g->groups = sft__arena_alloc(a, SFT_MOST_ELEMENTS * sizeof *g->groups);
    g->order = sft__arena_alloc(a, axes * sizeof *g->order);
    for (size_t i = 0; g->list && i < axes; i++) g->list[i] = sft__arena_alloc(a, n * sizeof **g->list);
    return sft_code(f->ctx);    /* an arena that failed once has said so */
}

/* ---- cuts ------------------------------------------------------------------------------------- */

static int group_up(const sft_forest *f, const node *k, int axis)
{
    const struct sft_growth *g = f->growth;
    const uint16_t          *code = f->axis[axis].code;
    int                      n = 0;
    for (int i = k->begin; i < k->end; i++) {
        const int32_t s = g->list[axis][i];
        if (g->weight[s] == 0) continue;
        if (n == 0 || g->groups[n - 1].code != code[s]) g->groups[n++] = (group){ .code = code[s] };
        g->groups[n - 1].n += g->weight[s];
        g->groups[n - 1].sum += g->weight[s] * f->y[s];
    }
    return n;
}

/* Sorted by their mean, the best of all subsets of categories is one of the first so many (Breiman et al. 1984). */
static void sort_by_mean(group *g, int n)
{
    for (int i = 1; i < n; i++) {
        const group x = g[i];
        int         j = i;
        for (; j > 0 && g[j - 1].sum / g[j - 1].n > x.sum / x.n; j--) g[j] = g[j - 1];
        g[j] = x;
    }
}

/* Halfway between the groups, or at the edge next to that. */
static int between(const sft_forest_axis *a, int left, int right)
{
    const double middle = 0.5 * (a->edge[left + 1] + a->edge[right]);
    int          low = left + 1, high = right;
    while (high - low > 1) {
        const int i = (low + high) / 2;
        *(a->edge[i] <= middle ? &low : &high) = i;
    }
    return a->edge[high] - middle < middle - a->edge[low] ? high : low;
}

/* Elements that the bag does not know here go with the heavier side. */
static void keep_set(const sft_forest *f, cut *c, int groups, int n_left, bool rest_left)
{
    const sft_forest_axis *a = &f->axis[c->axis];
    const group           *g = f->growth->groups;
    memset(c->left, rest_left ? 0xff : 0, sizeof *c->left * (size_t)a->words);
    for (int i = 0; i < groups; i++) {
        const uint64_t bit = UINT64_C(1) << (g[i].code % 64);
        if (i < n_left) c->left[g[i].code / 64] |= bit;
        else c->left[g[i].code / 64] &= ~bit;
    }
}

/* left^2/n_left + right^2/n_right - all^2/n is what a cut takes off the sum of squares. */
static void try_axis(const sft_forest *f, const node *k, int axis, double n, double sum)
{
    struct sft_growth *g = f->growth;
    const int          groups = group_up(f, k, axis);
    double             n_left = 0, left = 0, best_left = 0;
    int                best = -1;
    g->now.gain = g->best.gain;
    if (!f->axis[axis].number) sort_by_mean(g->groups, groups);
    for (int i = 0; i + 1 < groups; i++) {
        n_left += g->groups[i].n;
        left += g->groups[i].sum;
        if (n_left < f->min_leaf || n - n_left < f->min_leaf) continue;
        const double gain = left * left / n_left + (sum - left) * (sum - left) / (n - n_left) - sum * sum / n;
        if (!(gain > g->now.gain)) continue;
        g->now.gain = gain;
        best_left = n_left;
        best = i;
    }
    if (best < 0) return;
    g->now.axis = axis;
    if (f->axis[axis].number) g->now.at = between(&f->axis[axis], g->groups[best].code, g->groups[best + 1].code);
    else keep_set(f, &g->now, groups, best + 1, best_left * 2 >= n);
    g->best = g->now;
}

static bool find_cut(const sft_forest *f, sft_stream *random, const node *k, double n, double sum)
{
    struct sft_growth *g = f->growth;
    g->best.gain = 1e-12 * f->n;    /* of n, the sum of squares of all: less is rounding */
    g->best.axis = -1;
    if (n < 2 * f->min_leaf) return false;
    sft__permute(random, g->order, f->axes); /* of equal cuts the first is taken: no axis is to be the first always */
    for (int i = 0; i < f->axes; i++) try_axis(f, k, (int)g->order[i], n, sum);
    return g->best.axis >= 0;
}

/* ---- a tree ----------------------------------------------------------------------------------- */

static void put_bag(sft_forest *f, sft_stream *random)
{
    struct sft_growth *g = f->growth;
    for (int i = 0; i < f->n; i++) g->weight[i] = 0;
    for (int i = 0; i < f->n; i++) g->weight[sft__below(random, (uint64_t)f->n)] += 1;
    for (int a = 0; a < f->axes; a++) memcpy(g->list[a], f->axis[a].sorted, (size_t)f->n * sizeof *g->list[a]);
}

static void part_list(const struct sft_growth *g, int32_t *list, const node *k)
{
    int n_left = k->begin, n_right = 0;
    for (int i = k->begin; i < k->end; i++) {
        if (g->left[list[i]]) list[n_left++] = list[i];
        else g->part[n_right++] = list[i];
    }
    memcpy(list + n_left, g->part, (size_t)n_right * sizeof *list);
}

/* The leaf of the node keeps the left side, a new one gets the right. */
static void part_box(sft_forest *f, const cut *c, int left, int right)
{
    const sft_forest_axis *a = &f->axis[c->axis];
    memcpy(f->span + right * (int64_t)f->axes, f->span + left * (int64_t)f->axes, (size_t)f->axes * sizeof *f->span);
    memcpy(f->set + right * (int64_t)f->words, f->set + left * (int64_t)f->words, (size_t)f->words * sizeof *f->set);
    if (a->number) {
        f->span[left * (int64_t)f->axes + c->axis].high = (uint16_t)c->at;
        f->span[right * (int64_t)f->axes + c->axis].low = (uint16_t)c->at;
    }
    for (int i = 0; i < a->words; i++) {
        f->set[left * (int64_t)f->words + a->word + i] &= c->left[i];
        f->set[right * (int64_t)f->words + a->word + i] &= ~c->left[i];
    }
}

static void part_node(sft_forest *f, const node *k, node *left, node *right)
{
    const struct sft_growth *g = f->growth;
    const cut               *c = &g->best;
    const sft_forest_axis   *a = &f->axis[c->axis];
    *left = *right = *k;
    for (int i = k->begin, s; i < k->end; i++) {
        s = g->list[0][i];
        g->left[s] = a->number ? a->code[s] < c->at : (c->left[a->code[s] / 64] >> (a->code[s] % 64) & 1) != 0;
        left->end -= !g->left[s];
    }
    right->begin = left->end;
    for (int i = 0; i < f->axes; i++) part_list(g, g->list[i], k);
    right->slot = f->leaves++;
    part_box(f, c, left->slot, right->slot);
}

static void close_leaf(sft_forest *f, const node *k, double value)
{
    const struct sft_growth *g = f->growth;
    f->value[k->slot] = value;
    for (int i = k->begin, s; i < k->end; i++) {
        s = g->list[0][i];
        if (g->weight[s] > 0) continue;
        f->outside[s] += value;
        f->n_outside[s]++;
    }
}

static void whole_box(sft_forest *f)
{
    for (int a = 0; a < f->axes; a++) {
        f->span[a] = (sft_span){ 0, (uint16_t)f->axis[a].n };
        for (int i = 0; !f->axis[a].number && i < f->axis[a].n; i++) {
            if (i % 64 == 0) f->set[f->axis[a].word + i / 64] = 0;
            f->set[f->axis[a].word + i / 64] |= UINT64_C(1) << (i % 64);
        }
    }
}

void sft__forest_grow(sft_forest *f, int tree)
{
    struct sft_growth *g = f->growth;
    sft_stream         random = sft__stream(sft__key(f->seed, SFT_FOR_FOREST), (uint32_t)tree, 0, 0);
    int                depth = 1;
    put_bag(f, &random);
    whole_box(f);
    f->leaves = 1;
    g->stack[0] = (node){ 0, f->n, 0 };
    while (depth > 0) {
        const node k = g->stack[--depth];
        double     n = 0, sum = 0;
        for (int i = k.begin; i < k.end; i++) {
            n += g->weight[g->list[0][i]];
            sum += g->weight[g->list[0][i]] * f->y[g->list[0][i]];
        }
        if (!find_cut(f, &random, &k, n, sum)) {
            close_leaf(f, &k, sum / n);
            continue;
        }
        part_node(f, &k, &g->stack[depth], &g->stack[depth + 1]);
        depth += 2;
    }
}

double sft__forest_error(const sft_forest *f)
{
    double sum = 0, square = 0;
    for (int i = 0; i < f->n; i++) {
        if (f->n_outside[i] == 0) continue;
        const double off = f->outside[i] / f->n_outside[i] - f->y[i];
        sum += off * off;
        square += f->y[i] * f->y[i];
    }
    return square > 0 ? sum / square : 1;
}

void sft__forest_restart(sft_forest *f, int min_leaf)
{
    f->min_leaf = min_leaf;
    memset(f->outside, 0, (size_t)f->n * sizeof *f->outside);
    memset(f->n_outside, 0, (size_t)f->n * sizeof *f->n_outside);
}

int sft__forest_runs(const sft_forest *f, int leaf, int axis, sft_span *runs)
{
    const sft_forest_axis *a = &f->axis[axis];
    const uint64_t        *set = f->set + leaf * (int64_t)f->words + a->word;
    int                    n = 0;
    if (a->number) {
        runs[0] = f->span[leaf * (int64_t)f->axes + axis];
        return 1;
    }
    for (int i = 0; i < a->n; i++) {
        if (!(set[i / 64] >> (i % 64) & 1)) continue;
        if (n == 0 || runs[n - 1].high != i) runs[n++].low = (uint16_t)i;
        runs[n - 1].high = (uint16_t)(i + 1);
    }
    return n;
}
