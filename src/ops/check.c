/* SPDX-License-Identifier: MIT */
/* What the shape() functions of several ops share: checks that name the layer and say what to try. */
#include "ops/conf.h"

#include <inttypes.h>
#include <string.h>

enum { TEXT = 96 };

sft_status sft__want_rank(sft_ctx *c, const sft_node *n, int low, int high, const char *wants)
{
    char      text[TEXT];
    sft_shape in = n->in[0]->out;
    if (in.rank >= low && in.rank <= high)
        return SFT_OK;
    return sft__fail_at(c, n->pos, SFT_E123, "%s: input is %s, of rank %d; it takes %s", n->label,
                        sft__shape_text(in, text, sizeof text), in.rank, wants);
}

sft_status sft__want_param(sft_ctx *c, sft_node *n, sft_param p)
{
    int64_t count = sft__count(p.shape), bytes;
    if (count < 0 || !sft__mul(count, (int64_t)sizeof(double) * 4, &bytes) || bytes > (INT64_C(1) << 46)) {
        char text[TEXT];
        return sft__fail_at(c, n->pos, SFT_E127,
                            "%s: %s of %s is more than 2^46 bytes with its gradient and averages — make the layer smaller",
                            n->label, p.name, sft__shape_text(p.shape, text, sizeof text));
    }
    n->param[n->n_param++] = p;
    return SFT_OK;
}

int64_t sft__axis(const sft_dims *d, int axes, int i)
{
    return d->n == axes ? d->v[i] : d->v[0];
}
