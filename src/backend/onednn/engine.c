/* SPDX-License-Identifier: MIT */
/* The one file that knows oneDNN's versions. 2.x describes an operation first and makes its primitive descriptor second, and a
 * memory descriptor is a struct; 3.x makes the primitive descriptor at once, and a memory descriptor is a handle. */
#include "backend/onednn/engine.h"

#include <stdio.h>
#include <string.h>

#ifdef SFT_HAVE_OMP
void omp_set_num_threads(int threads);
int  omp_get_max_threads(void);
#endif

#if DNNL_VERSION_MAJOR < 3
typedef dnnl_memory_desc_t owned_desc;
#define DESC(d) (&(d))
static dnnl_status_t describe(owned_desc *d, const sft_dnnl_dims *s)
{
    return dnnl_memory_desc_init_by_tag(d, s->rank, s->dim, dnnl_f32, s->tag);
}
static void forget(owned_desc *d) { (void)d; }
#else
typedef dnnl_memory_desc_t owned_desc;
#define DESC(d) (d)
static dnnl_status_t       describe(owned_desc *d, const sft_dnnl_dims *s)
{
    return dnnl_memory_desc_create_with_tag(d, s->rank, s->dim, dnnl_f32, s->tag);
}
static void forget(owned_desc *d)
{
    if (*d) dnnl_memory_desc_destroy(*d);
}
#endif

/* ---- threads ------------------------------------------------------------------------------- */

bool sft__dnnl_usable(void)
{
    unsigned runtime = dnnl_version()->cpu_runtime;
#ifdef SFT_HAVE_OMP
    if (runtime == DNNL_RUNTIME_OMP) return true;
#endif
    return runtime == DNNL_RUNTIME_SEQ || runtime == DNNL_RUNTIME_THREADPOOL;
}

int sft__dnnl_alone(void)
{
#ifdef SFT_HAVE_OMP
    int threads = omp_get_max_threads();
    if (threads != 1) omp_set_num_threads(1);
    return threads;
#else
    return 1;
#endif
}

void sft__dnnl_restore(int threads)
{
#ifdef SFT_HAVE_OMP
    if (threads != 1) omp_set_num_threads(threads);
#else
    (void)threads;
#endif
}

void sft__dnnl_version(char *buf, size_t size)
{
    const dnnl_version_t *v = dnnl_version();
    snprintf(buf, size, "%d.%d.%d isa %x", v->major, v->minor, v->patch,
             (unsigned)dnnl_get_effective_cpu_isa());
}

sft_layout sft__dnnl_block(void)
{
    unsigned isa = (unsigned)dnnl_get_effective_cpu_isa(),
             wide = (unsigned)dnnl_cpu_isa_avx512_core;
    return (isa & wide) == wide ? SFT_BLOCK16 : SFT_BLOCK8;
}

/* ---- convolution --------------------------------------------------------------------------- */

typedef struct conv_descs {
    owned_desc src, weights, bias, dst;
} conv_descs;

static dnnl_status_t describe_conv(conv_descs *d, const sft_dnnl_conv *k)
{
    memset(d, 0, sizeof *d);
    dnnl_status_t s = describe(&d->src, &k->src);
    s = s ? s : describe(&d->weights, &k->weights);
    s = s || !k->bias.rank ? s : describe(&d->bias, &k->bias);
    return s ? s : describe(&d->dst, &k->dst);
}

/* Scratchpad from the caller, and the fused activation. */
static dnnl_status_t attributes(bool relu, dnnl_primitive_attr_t *a)
{
    dnnl_post_ops_t after = NULL;
    dnnl_status_t   s = dnnl_primitive_attr_create(a);
    s = s ? s : dnnl_primitive_attr_set_scratchpad_mode(*a, dnnl_scratchpad_mode_user);
    if (!s && relu) {
        s = dnnl_post_ops_create(&after);
#if DNNL_VERSION_MAJOR < 3
        s = s ? s : dnnl_post_ops_append_eltwise(after, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f);
#else
        s = s ? s : dnnl_post_ops_append_eltwise(after, dnnl_eltwise_relu, 0.0f, 0.0f);
#endif
        s = s ? s : dnnl_primitive_attr_set_post_ops(*a, after);
        if (after) dnnl_post_ops_destroy(after);
    }
    return s;
}

#if DNNL_VERSION_MAJOR < 3
static dnnl_status_t make_conv(dnnl_engine_t e, const sft_dnnl_conv *k, const conv_descs *d,
                               dnnl_prop_kind_t kind, const_dnnl_primitive_desc_t hint,
                               const_dnnl_primitive_attr_t a, dnnl_primitive_desc_t *pd)
{
    const dnnl_memory_desc_t *bias = k->bias.rank ? &d->bias : NULL;
    dnnl_convolution_desc_t   op;
    dnnl_status_t             s;
    if (kind == dnnl_backward_data)
        s = dnnl_dilated_convolution_backward_data_desc_init(&op, dnnl_convolution_direct, &d->src,
                                                             &d->weights, &d->dst, k->stride,
                                                             k->dilation, k->before, k->after);
    else if (kind == dnnl_backward_weights)
        s = dnnl_dilated_convolution_backward_weights_desc_init(
            &op, dnnl_convolution_direct, &d->src, &d->weights, bias, &d->dst, k->stride,
            k->dilation, k->before, k->after);
    else
        s = dnnl_dilated_convolution_forward_desc_init(&op, kind, dnnl_convolution_direct, &d->src,
                                                       &d->weights, bias, &d->dst, k->stride,
                                                       k->dilation, k->before, k->after);
    return s ? s : dnnl_primitive_desc_create(pd, &op, a, e, hint);
}
#else
static dnnl_status_t make_conv(dnnl_engine_t e, const sft_dnnl_conv *k, const conv_descs *d,
                               dnnl_prop_kind_t kind, const_dnnl_primitive_desc_t hint,
                               const_dnnl_primitive_attr_t a, dnnl_primitive_desc_t *pd)
{
    if (kind == dnnl_backward_data)
        return dnnl_convolution_backward_data_primitive_desc_create(
            pd, e, dnnl_convolution_direct, d->src, d->weights, d->dst, k->stride, k->dilation,
            k->before, k->after, hint, a);
    if (kind == dnnl_backward_weights)
        return dnnl_convolution_backward_weights_primitive_desc_create(
            pd, e, dnnl_convolution_direct, d->src, d->weights, d->bias, d->dst, k->stride,
            k->dilation, k->before, k->after, hint, a);
    return dnnl_convolution_forward_primitive_desc_create(
        pd, e, kind, dnnl_convolution_direct, d->src, d->weights, d->bias, d->dst, k->stride,
        k->dilation, k->before, k->after, a);
}
#endif

dnnl_status_t sft__dnnl_conv(dnnl_engine_t e, const sft_dnnl_conv *k, dnnl_prop_kind_t kind,
                             const_dnnl_primitive_desc_t hint, dnnl_primitive_desc_t *pd)
{
    int                   threads = sft__dnnl_alone();
    conv_descs            d;
    dnnl_primitive_attr_t a = NULL;
    dnnl_status_t         s = describe_conv(&d, k);
    s = s ? s : attributes(k->relu && kind == dnnl_forward_training, &a);
    s = s ? s : make_conv(e, k, &d, kind, hint, a, pd);
    if (a) dnnl_primitive_attr_destroy(a);
    forget(&d.src);
    forget(&d.weights);
    forget(&d.bias);
    forget(&d.dst);
    sft__dnnl_restore(threads);
    return s;
}

sft_dnnl_desc sft__dnnl_of(const_dnnl_primitive_desc_t pd, dnnl_query_t what)
{
    return dnnl_primitive_desc_query_md(pd, what, 0);
}

bool sft__dnnl_slow(const_dnnl_primitive_desc_t pd)
{
    const char *info = NULL;
    return dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &info) || !info ||
           strstr(info, "ref");
}

/* ---- memory -------------------------------------------------------------------------------- */

dnnl_status_t sft__dnnl_memory(dnnl_engine_t e, sft_dnnl_desc d, dnnl_memory_t *m)
{
    return dnnl_memory_create(m, d, e, DNNL_MEMORY_NONE);
}

dnnl_status_t sft__dnnl_memory_of(dnnl_engine_t e, const sft_dnnl_dims *s, dnnl_memory_t *m)
{
    owned_desc    d;
    dnnl_status_t status = describe(&d, s);
    if (status) return status;
    status = sft__dnnl_memory(e, DESC(d), m);
    forget(&d);
    return status;
}

sft_dnnl_desc sft__dnnl_desc_of(dnnl_memory_t m)
{
    sft_dnnl_desc d = NULL;
    return dnnl_memory_get_memory_desc(m, &d) ? NULL : d;
}

int64_t sft__dnnl_count(sft_dnnl_desc d)
{
    return (int64_t)(dnnl_memory_desc_get_size(d) / sizeof(real));
}

dnnl_status_t sft__dnnl_reorder(dnnl_engine_t e, dnnl_memory_t from, dnnl_memory_t to,
                                dnnl_primitive_t *p)
{
    sft_dnnl_desc a = sft__dnnl_desc_of(from), b = sft__dnnl_desc_of(to);
    *p = NULL;
    if (dnnl_memory_desc_equal(a, b)) return dnnl_success;
    int                   threads = sft__dnnl_alone();
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t         s = dnnl_reorder_primitive_desc_create(&pd, a, e, b, e, NULL);
    s = s ? s : dnnl_primitive_create(p, pd);
    if (pd) dnnl_primitive_desc_destroy(pd);
    sft__dnnl_restore(threads);
    return s;
}
