/* SPDX-License-Identifier: MIT */
/* dropout: in training each number is dropped with probability p, the others grow by 1/(1-p).
 *
 * Number i of sample r in the batch is kept when word i mod 4 of Philox(step, r, i / 4) is at least p 2^32, so the mask does not
 * depend on how a batch is cut into shards. Philox is written here once more, for several counters side by side. */
#include "base/hot.h"
#include "ops/conf.h"

#include <string.h>

typedef struct conf {
    double p;
} conf;

static const sft_field fields[] = {
    { .name = "p", .kind = SFT_REAL, .offset = offsetof(conf, p), .def = 0.5, .high = 1,
      .doc = "probability that a number is dropped", .aliases = "rate", .flags = SFT_MAIN | SFT_BELOW_HIGH },
    SFT_FIELD_END
};

enum { SIDE = 32 };            /* counters side by side: 4 SIDE numbers; compilers unroll 16 and then vectorise nothing */

static sft_status shape(sft_ctx *c, sft_node *n)
{
    (void)c;
    n->out = n->in[0]->out;
    n->saved_row = (sft__count(n->out) + 3) / 4 * 4; /* one byte a number: kept or not */
    n->flops = (double)sft__count(n->out);
    return SFT_OK;
}

typedef struct block {          /* a counter on its way */
    uint32_t a, b, c, d;
} block;

/* One round of Philox4x32 (Salmon et al. 2011), the i-th. */
SFT_INLINE block mix(block v, sft_key key, uint32_t i)
{
    uint64_t x = (uint64_t)0xD2511F53u * v.a, y = (uint64_t)0xCD9E8D57u * v.c;
    return (block){ (uint32_t)(y >> 32) ^ v.b ^ (key.k[0] + i * 0x9E3779B9u), (uint32_t)y,
                    (uint32_t)(x >> 32) ^ v.d ^ (key.k[1] + i * 0xBB67AE85u), (uint32_t)x };
}

/* Four bytes of a mask, the first at the lowest address. */
SFT_INLINE uint32_t four_bytes(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return a << 24 | b << 16 | c << 8 | d;
#else
    return a | b << 8 | c << 16 | d << 24;
#endif
}

/* mask[i] = 1 where number i of a sample is kept; room for n rounded up to 4 */
SFT_HOT static void draw(sft_key key, uint64_t step, uint32_t row, uint32_t limit, int64_t n, uint8_t *mask)
{
    int64_t words = (n + 3) / 4;
    for (int64_t at = 0; at < words; at += SIDE) {
        uint32_t kept[SIDE];
        for (uint32_t s = 0; s < SIDE; s++) {
            block v = { (uint32_t)step, (uint32_t)(step >> 32), row, (uint32_t)at + s };
            v = mix(mix(mix(mix(mix(v, key, 0), key, 1), key, 2), key, 3), key, 4);
            v = mix(mix(mix(mix(mix(v, key, 5), key, 6), key, 7), key, 8), key, 9);
            kept[s] = four_bytes(v.a >= limit, v.b >= limit, v.c >= limit, v.d >= limit);
        }
        memcpy(mask + 4 * at, kept, 4 * (size_t)(words - at < SIDE ? words - at : SIDE));
    }
}

SFT_HOT static void keep(int64_t n, real scale, const uint8_t *mask, const real *x, real *y)
{
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = mask[i] ? x[i] * scale : 0;
}

SFT_HOT static void keep_add(int64_t n, real scale, const uint8_t *restrict mask, const real *restrict x, real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] += mask[i] ? x[i] * scale : 0;
}

static void forward(const sft_node *n, const sft_pass *p)
{
    const conf *k = n->conf;
    int64_t     count = sft__count(n->out);
    if (!p->train) {
        if (p->out != p->in[0])
            memcpy(p->out, p->in[0], (size_t)(p->rows * count) * sizeof(real));
        return;
    }
    sft_key  key = sft__key(p->seed, SFT_FOR_LAYER + (uint32_t)n->index);
    uint32_t limit = (uint32_t)(k->p * 4294967296.0);
    real     scale = (real)(1 / (1 - k->p));
    for (int64_t r = 0; r < p->rows; r++) {
        uint8_t *mask = (uint8_t *)p->saved + r * n->saved_row;
        draw(key, p->step, (uint32_t)(p->row0 + r), limit, count, mask);
        keep(count, scale, mask, p->in[0] + r * count, p->out + r * count);
    }
}

static void backward(const sft_node *n, const sft_pass *p)
{
    const conf *k = n->conf;
    int64_t     count = sft__count(n->out);
    real        scale = (real)(1 / (1 - k->p));
    for (int64_t r = 0; p->din[0] && r < p->rows; r++) {
        const uint8_t *mask = (const uint8_t *)p->saved + r * n->saved_row;
        (p->add[0] ? keep_add : keep)(count, scale, mask, p->dout + r * count, p->din[0] + r * count);
    }
}

static const sft_case cases[] = {
    { "", { 1, { 70 } }, 3 },
    { "0.2", { 3, { 2, 3, 3 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_dropout = {
    .name = "dropout", .aliases = "Dropout", .doc = "drops numbers at random in training", .math = "y = x m / (1 - p), m ~ B(1 - p)",
    .conf_size = sizeof(conf), .fields = fields, .traits = SFT_IN_PLACE | SFT_RANDOM | SFT_MODES | SFT_ANY_LAYOUT,
    .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
