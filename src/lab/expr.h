/* SPDX-License-Identifier: MIT */
/* The tree of an expression; for expr*.c. */
#ifndef SFT_LAB_EXPR_H
#define SFT_LAB_EXPR_H

#include "lab/lab.h"

typedef enum sft_expr_kind {
    SFT_EXPR_NUMBER,
    SFT_EXPR_MEASURE,           /* take, fixed */
    SFT_EXPR_AXIS,              /* number of the value that an axis is bound to */
    SFT_EXPR_SIGN,              /* -a */
    SFT_EXPR_PAIR,              /* a `op` b: + - * / ^ < > l g (<=, >=) */
    SFT_EXPR_CALL,              /* function of a and b */
    SFT_EXPR_OVER               /* function over an axis */
} sft_expr_kind;

typedef struct sft_function {
    const char *name, *doc;
    int         parts;          /* CALL: how many arguments */
    double    (*call)(double a, double b); /* CALL */
    double    (*over)(const sft_expr *e, int seed, const sft_bind *bound); /* OVER */
    bool        two_axes;       /* OVER: a second axis may come behind the first */
} sft_function;

struct sft_expr {
    sft_lab            *lab;
    sft_expr_kind       kind;
    sft_pos             pos;
    double              number;
    int                 take;   /* of lab->take */
    const sft_bind     *fixed;  /* by brackets */
    char                op;
    const sft_function *function;
    const sft_axis     *axis, *second; /* OVER; AXIS: axis */
    bool                log;    /* the axis by its decimal logarithm */
    sft_expr           *a, *b;
};

const sft_function *sft__function_find(const char *name);   /* expr_functions.c; NULL: none */
const sft_function *sft__function_at(int i);                /* NULL past the end */
double sft__place_number(const sft_expr *e, int i);         /* of value i of the axis, as `slope` and `where_highest` take it */
const char *sft__axis_last(const char *key);                /* "lr" of "optimizer.lr" */
bool   sft__axis_is(const sft_axis *a, const char *name);
/* Index of the value that `label` means; -1: none. */
int    sft__axis_level(const sft_axis *a, const char *label);

#endif
