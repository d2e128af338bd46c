/* SPDX-License-Identifier: MIT */
/* safetensors out. */
#include "train/safetensors.h"

#include <string.h>

static const struct {
    const char *name;
    size_t      size;
} types[SFT_DTYPES] = { [SFT_F32] = { "F32", 4 },
                        [SFT_F64] = { "F64", 8 },
                        [SFT_F16] = { "F16", 2 },
                        [SFT_BF16] = { "BF16", 2 },
                        [SFT_I64] = { "I64", 8 } };

size_t sft__dtype_size(sft_dtype d)
{
    return types[d].size;
}

const char *sft__dtype_name(sft_dtype d)
{
    return types[d].name;
}

static void add_shape(sft_string *s, sft_shape shape)
{
    for (int i = 0; i < shape.rank; i++)
        sft__string_addf(s, "%s%lld", i ? "," : "", (long long)shape.dim[i]);
}

sft_status sft__st_header(sft_string *s, const sft_st_out *t, int n, const sft_st_meta *meta,
                          int n_meta)
{
    sft__string_add(s, "{\"__metadata__\":{");
    for (int i = 0; i < n_meta; i++) {
        sft__string_add(s, i ? "," : "");
        sft__string_json(s, meta[i].key);
        sft__string_add(s, ":");
        sft__string_json(s, meta[i].value ? meta[i].value : "");
    }
    sft__string_add(s, "}");
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        sft__string_add(s, ",");
        sft__string_json(s, t[i].name);
        sft__string_addf(s, ":{\"dtype\":\"%s\",\"shape\":[", types[t[i].dtype].name);
        add_shape(s, t[i].shape);
        sft__string_addf(s, "],\"data_offsets\":[%zu,%zu]}", at, at + t[i].bytes);
        at += t[i].bytes;
    }
    sft__string_add(s, "}");
    while (s->text && s->n % 8)
        sft__string_add(s, " ");
    return sft_code(s->ctx);
}

sft_status sft__st_write(sft_ctx *c, const char *path, const sft_st_out *t, int n,
                         const sft_st_meta *meta, int n_meta)
{
    sft_string header;
    sft__string_open(&header, c);
    size_t room = ((size_t)n + 2) * sizeof(sft_part);
    sft_part *parts = sft__alloc(c, room);
    if (parts && sft__st_header(&header, t, n, meta, n_meta) == SFT_OK) {
        uint8_t length[8];
        for (int i = 0; i < 8; i++)
            length[i] = (uint8_t)((uint64_t)header.n >> (8 * i));
        parts[0] = (sft_part){ length, sizeof length };
        parts[1] = (sft_part){ header.text, header.n };
        for (int i = 0; i < n; i++)
            parts[i + 2] = (sft_part){ t[i].data, t[i].bytes };
        sft__write_file(c, path, parts, n + 2);
    }
    sft__free(c, parts, room);
    sft__string_close(&header);
    return sft_code(c);
}
