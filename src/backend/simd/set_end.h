/* SPDX-License-Identifier: MIT */
/* Takes back NAME, the words of set_*.h and those of micro.h: the next kernel or instruction set may come. */
#undef NAME
#undef ISA
#undef VL
#undef MR
#undef TARGET
#undef vec
#undef LOAD
#undef STORE
#undef SPREAD
#undef FMA
#undef MAX
#undef KEEP
#undef P
#undef INLINE
#undef UNROLL
#undef CASE
#undef HIGH
#undef HEIGHTS
