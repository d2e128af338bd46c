/* SPDX-License-Identifier: MIT */
/* What check says of weights that begin equal: units of one layer with equal weights get equal gradients, so they stay one unit for
 * ever; and zeros let nothing through. A few steps are tried, so that what is said has been seen. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 5, SHOWN = 4 };

typedef struct tensor {
    sft_tensor_facts facts;
    float           *before, *after;
    bool             equal;     /* all rows alike, and more than one */
} tensor;

static bool rows_equal(const sft_tensor_facts *f, const float *v)
{
    const int64_t rows = f->shape.rank > 1 ? f->shape.dim[0] : 1, each = f->count / rows;
    for (int64_t r = 1; r < rows; r++)
        if (memcmp(v, v + r * each, (size_t)each * sizeof *v) != 0)
            return false;
    return rows > 1;
}

static float *copy_of(const sft_net *n, const sft_tensor_facts *f)
{
    float *v = malloc((size_t)f->count * sizeof *v);
    if (v && sft_net_get(n, f->name, v, f->count) == SFT_OK)
        return v;
    free(v);
    return NULL;
}

typedef bool pick(const tensor *t);

static bool changed(const tensor *t) { return memcmp(t->before, t->after, (size_t)t->facts.count * sizeof *t->before) != 0; }

static bool unchanged(const tensor *t) { return !changed(t); }

static bool still_equal(const tensor *t) { return t->equal && rows_equal(&t->facts, t->after); }

/* "0.bias, 2.bias and 3 more" of the tensors that are picked; returns how many. */
static int names(const tensor *t, int n, pick *wanted, char *buf, size_t size)
{
    int    found = 0;
    size_t at = 0;
    buf[0] = '\0';
    for (int i = 0; i < n; i++)
        if (wanted(&t[i]) && found++ < SHOWN && at < size)
            at += (size_t)snprintf(buf + at, size - at, "%s%s", found > 1 ? ", " : "", t[i].facts.name);
    if (found > SHOWN && at < size)
        snprintf(buf + at, size - at, " and %d more", found - SHOWN);
    return found;
}

static void judge(const tensor *t, int n, cli_remarks *out)
{
    char list[256];
    if (!names(t, n, still_equal, list, sizeof list))
        return;
    snprintf(out->text[out->n++], sizeof out->text[0],
             "The rows of %s begin equal, and after %d steps they still are: units with equal weights get equal gradients, so all of a layer "
             "are worth one. Draw the weights instead, as init: auto does.", list, TRIES);
    if (!names(t, n, unchanged, list, sizeof list))
        return;
    snprintf(out->text[out->n++], sizeof out->text[0],
             "%s did not change in %d steps: weights of zero let no signal forward and no gradient back.", list, TRIES);
    if (names(t, n, changed, list, sizeof list))
        snprintf(out->text[out->n++], sizeof out->text[0],
                 "Only %s learns: the net gives every sample the same answer, at best how frequent the classes are.", list);
}

/* Steps are tried only where rows begin equal. The net is another one afterwards. */
void cli_equal_units(cli *a, sft_net *net, sft_trainer *trainer, cli_remarks *out)
{
    const int all = sft_net_tensors(net);
    tensor   *t = calloc((size_t)all + 1, sizeof *t);
    int       n = 0;
    bool      any = false, complete = t != NULL;
    for (int i = 0; complete && sft_net_tensor(net, i, &t[n].facts) == SFT_OK; i++) {
        if (!t[n].facts.trained)
            continue;
        t[n].before = copy_of(net, &t[n].facts);
        complete = t[n].before != NULL;
        t[n].equal = complete && rows_equal(&t[n].facts, t[n].before);
        any = any || t[n].equal;
        n++;
    }
    sft_step_facts step;
    for (int i = 0; any && complete && i < TRIES; i++)
        complete = sft_step(trainer, &step) == SFT_OK;
    if (sft_code(a->ctx)) /* a loss that is not finite is the business of training */
        sft_clear(a->ctx);
    for (int i = 0; any && complete && i < n; i++) {
        t[i].after = copy_of(net, &t[i].facts);
        complete = t[i].after != NULL;
    }
    if (any && complete)
        judge(t, n, out);
    for (int i = 0; i < n; i++) {
        free(t[i].before);
        free(t[i].after);
    }
    free(t);
}
