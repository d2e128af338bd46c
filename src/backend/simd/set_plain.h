/* SPDX-License-Identifier: MIT */
/* Plain C. MR: rows of two vectors that fit into the registers. */
#define ISA          "plain C"
#define VL           4
#define MR           6
#define TARGET
#define vec          sft_vec4
#define LOAD(p)      ((sft_vec4)*(const sft_vec4_anywhere *)(p))
#define STORE(p, v)  (*(sft_vec4_anywhere *)(p) = (v))
#define SPREAD(s)    ((sft_vec4){ (s), (s), (s), (s) })
#define FMA(a, b, c) ((a) * (b) + (c))
#define MAX(a, b)    sft__max4((a), (b))
#define KEEP(d, y)   sft__keep4((d), (y))
