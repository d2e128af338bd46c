/* SPDX-License-Identifier: MIT */
/* The yardstick: what the library takes for a step's products alone, without loss, activations, norms and optimiser. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

static bool is(const sft_node *n, const char *op)
{
    return !strcmp(n->op->name, op);
}

/* The gradient of a layer's input is a product only when something before the layer is trained. */
static bool wants_input(const sft_net *n, const sft_node *x)
{
    for (int i = 0; i < x->in[0]->index + 1; i++)
        if (n->node[i]->n_param)
            return true;
    return false;
}

double bench_flops(const sft_net *n)
{
    double sum = 0;
    for (int i = 1; i < n->n_nodes; i++)
        if (is(n->node[i], "linear") || is(n->node[i], "conv2d") || is(n->node[i], "conv1d"))
            sum += n->node[i]->flops * (wants_input(n, n->node[i]) ? 3 : 2);
    return sum * (double)n->batch;
}

#ifdef SFT_HAVE_ONEDNN

#include "backend/onednn/conv.h"

enum { MOST = 512, ROOM = 64 }; /* products of a step; threads */

typedef struct product {        /* one call of the library */
    const sft_node  *node;
    int              way;       /* 0 forward, 1 gradient of the input, 2 gradient of the weights */
    dnnl_primitive_t run;       /* NULL: a linear layer */
    int              n_args[ROOM];
    dnnl_exec_arg_t  args[ROOM][8];
} product;

typedef struct bare {
    int           threads, n;
    int64_t       rows;
    product       p[MOST];
    dnnl_engine_t engine;
    dnnl_stream_t stream[ROOM];
    sft_team     *team;
    float        *x, *y, *w;    /* one large piece of memory each a thread */
    size_t        room;         /* floats a thread in each */
} bare;

static void sgemm(const bare *b, const product *p, int thread)
{
    int64_t m = b->rows, k = p->node->in[0]->out.dim[0], n = p->node->out.dim[0];
    float *x = b->x + b->room * (size_t)thread, *y = b->y + b->room * (size_t)thread, *w = b->w + b->room * (size_t)thread;
    if (p->way == 0)
        dnnl_sgemm('N', 'T', m, n, k, 1, x, k, w, k, 0, y, n);
    else if (p->way == 1)
        dnnl_sgemm('N', 'N', m, k, n, 1, y, n, w, k, 0, x, k);
    else
        dnnl_sgemm('T', 'N', n, k, m, 1, y, n, x, k, 0, w, k);
}

static void body(void *arg, int thread, int threads)
{
    (void)threads;
    bare *b = arg;
    int keep = sft__dnnl_alone();
    for (int i = 0; i < b->n; i++) {
        product *p = &b->p[i];
        if (p->run)
            dnnl_primitive_execute(p->run, b->stream[thread], p->n_args[thread], p->args[thread]);
        else
            sgemm(b, p, thread);
    }
    sft__dnnl_restore(keep);
}

static void once(void *arg)
{
    bare *b = arg;
    sft__team_run(b->team, body, b);
}

static void give(bare *b, product *p, int thread, const_dnnl_primitive_desc_t pd, dnnl_query_t what, int place)
{
    sft_dnnl_desc d = sft__dnnl_of(pd, what);
    dnnl_memory_t m = NULL;
    if (!d || dnnl_memory_desc_get_size(d) == 0 || dnnl_memory_create(&m, d, b->engine, DNNL_MEMORY_ALLOCATE))
        return;
    void *data = NULL;
    if (!dnnl_memory_get_data_handle(m, &data) && data)
        memset(data, 0, dnnl_memory_desc_get_size(d)); /* numbers, not rubbish: denormals would be slow */
    p->args[thread][p->n_args[thread]++] = (dnnl_exec_arg_t){ place, m };
}

static const struct {
    dnnl_query_t what;
    int          place;
} wanted[3][5] = {
    { { dnnl_query_src_md, DNNL_ARG_SRC }, { dnnl_query_weights_md, DNNL_ARG_WEIGHTS }, { dnnl_query_dst_md, DNNL_ARG_DST },
      { dnnl_query_scratchpad_md, DNNL_ARG_SCRATCHPAD } },
    { { dnnl_query_diff_src_md, DNNL_ARG_DIFF_SRC }, { dnnl_query_weights_md, DNNL_ARG_WEIGHTS },
      { dnnl_query_diff_dst_md, DNNL_ARG_DIFF_DST }, { dnnl_query_scratchpad_md, DNNL_ARG_SCRATCHPAD } },
    { { dnnl_query_src_md, DNNL_ARG_SRC }, { dnnl_query_diff_weights_md, DNNL_ARG_DIFF_WEIGHTS },
      { dnnl_query_diff_dst_md, DNNL_ARG_DIFF_DST }, { dnnl_query_scratchpad_md, DNNL_ARG_SCRATCHPAD } },
};

static const dnnl_prop_kind_t kinds[] = { dnnl_forward_training, dnnl_backward_data, dnnl_backward_weights };

/* Where the library has nothing but its slow reference in blocked layouts, its better primitive on plain ones counts. */
static bool fastest(const bare *b, const sft_dnnl_conv *k, int way, dnnl_primitive_desc_t hint, dnnl_primitive_desc_t *pd)
{
    if (sft__dnnl_conv(b->engine, k, kinds[way], hint, pd))
        return false;
    if (!sft__dnnl_slow(*pd))
        return true;
    sft_dnnl_conv plain = *k;
    dnnl_primitive_desc_t first = NULL, other = NULL;
    plain.src.tag = plain.dst.tag = dnnl_abcd;
    plain.weights.tag = dnnl_format_tag_any;
    bool made = !sft__dnnl_conv(b->engine, &plain, kinds[0], NULL, &first) &&
                !sft__dnnl_conv(b->engine, &plain, kinds[way], first, &other);
    if (first)
        dnnl_primitive_desc_destroy(first);
    if (made) {
        dnnl_primitive_desc_destroy(*pd);
        *pd = other;
    }
    return true;
}

static void add_conv(bare *b, const sft_node *x, int way, dnnl_primitive_desc_t hint)
{
    sft_dnnl_conv k = sft__dnnl_conv_of(x, b->rows, x->in[0]->layout, x->layout);
    k.bias.rank = 0;
    k.relu = false;
    product *p = &b->p[b->n];
    dnnl_primitive_desc_t pd = NULL;
    *p = (product){ .node = x, .way = way };
    if (!fastest(b, &k, way, hint, &pd))
        return;
    int keep = sft__dnnl_alone();
    bool made = dnnl_primitive_create(&p->run, pd) == dnnl_success;
    sft__dnnl_restore(keep);
    if (!made)
        return;
    for (int t = 0; t < b->threads; t++)
        for (int i = 0; i < 4; i++)
            give(b, p, t, pd, wanted[way][i].what, wanted[way][i].place);
    b->n++;
    if (way == 0) {
        if (b->n + 2 < MOST)
            add_conv(b, x, 2, pd);
    }
    dnnl_primitive_desc_destroy(pd);
}

static void add_input_gradient(bare *b, const sft_node *x)
{
    sft_dnnl_conv k = sft__dnnl_conv_of(x, b->rows, x->in[0]->layout, x->layout);
    dnnl_primitive_desc_t hint = NULL;
    k.bias.rank = 0;
    k.relu = false;
    if (sft__dnnl_conv(b->engine, &k, dnnl_forward_training, NULL, &hint) == dnnl_success) {
        add_conv(b, x, 1, hint);
        dnnl_primitive_desc_destroy(hint);
    }
}

static void collect(bare *b, const sft_net *n)
{
    for (int i = 1; i < n->n_nodes && b->n + 3 < MOST; i++) {
        const sft_node *x = n->node[i];
        if (is(x, "conv2d") || is(x, "conv1d")) {
            add_conv(b, x, 0, NULL);
            if (wants_input(n, x))
                add_input_gradient(b, x);
        } else if (is(x, "linear"))
            for (int way = 0; way < 3; way++)
                if (way != 1 || wants_input(n, x))
                    b->p[b->n++] = (product){ .node = x, .way = way };
    }
}

static size_t largest(const sft_net *n, int64_t rows)
{
    int64_t most = 1;
    for (int i = 1; i < n->n_nodes; i++) {
        const sft_node *x = n->node[i];
        int64_t in = is(x, "linear") ? x->in[0]->out.dim[0] : 0, out = is(x, "linear") ? x->out.dim[0] : 0;
        int64_t sizes[] = { rows * in, rows * out, in * out };
        for (int k = 0; k < 3; k++)
            most = sizes[k] > most ? sizes[k] : most;
    }
    return (size_t)most + 64;
}

bench_time bench_bare(const sft_net *n, int threads, double seconds)
{
    bare *b = calloc(1, sizeof *b);
    sft_ctx *c = sft_open(&(sft_config){ .threads = threads });
    if (!b || !c || dnnl_engine_create(&b->engine, dnnl_cpu, 0))
        abort();
    b->threads = threads;
    b->rows = n->batch / threads;
    b->team = sft__ctx_team(c);
    b->room = largest(n, b->rows);
    for (int t = 0; t < threads; t++)
        dnnl_stream_create(&b->stream[t], b->engine, dnnl_stream_default_flags);
    b->x = calloc(3 * b->room * (size_t)threads, sizeof *b->x);
    if (!b->x)
        abort();
    b->y = b->x + b->room * (size_t)threads;
    b->w = b->y + b->room * (size_t)threads;
    collect(b, n);
    bench_time t = bench_measure(once, b, seconds);
    for (int i = 0; i < b->n; i++) {
        for (int k = 0; k < threads; k++)
            for (int j = 0; j < b->p[i].n_args[k]; j++)
                dnnl_memory_destroy(b->p[i].args[k][j].memory);
        if (b->p[i].run)
            dnnl_primitive_destroy(b->p[i].run);
    }
    for (int k = 0; k < threads; k++)
        dnnl_stream_destroy(b->stream[k]);
    dnnl_engine_destroy(b->engine);
    free(b->x);
    free(b);
    sft_close(c);
    return t;
}

#else

bench_time bench_bare(const sft_net *n, int threads, double seconds)
{
    (void)n;
    (void)threads;
    (void)seconds;
    return (bench_time){ 0, 0 };
}

#endif
