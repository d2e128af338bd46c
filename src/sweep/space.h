/* SPDX-License-Identifier: MIT */
/* What a sweep searches: recipe keys, each an axis of the unit cube. Samplers see the cube only, recipes see text only. */
#ifndef SFT_SWEEP_SPACE_H
#define SFT_SWEEP_SPACE_H

#include "base/memory.h"
#include "recipe/recipe.h"

enum { SFT_MOST_AXES = 32, SFT_MOST_VALUES = 1024 };

typedef enum sft_axis_kind {
    SFT_AXIS_VALUES,            /* a list; without an order unless all are numbers */
    SFT_AXIS_REAL,              /* low..high, on a logarithmic scale with `log` */
    SFT_AXIS_INT                /* low..high, whole numbers */
} sft_axis_kind;

typedef struct sft_axis {
    const char        *key;     /* "optimizer.lr", or a whole section: "model", "optimizer" */
    sft_pos            pos;
    sft_axis_kind      kind;
    bool               log;
    double             low, high;
    double             step;    /* of REAL and INT: only low + i step (log: low * step^i) up to high; 0: any */
    int                n;       /* VALUES, and ranges with a step: how many there are; 0: endless */
    const char *const *value;   /* VALUES: as the recipe has them */
    const char *const *label;   /* VALUES: how tables call them; value[i] where nothing else was given */
    const double      *number;  /* VALUES: as numbers, NULL where one of them is none */
    int                parent;  /* the axis matters only where axis `parent` (an earlier one) has one of the values of `when`; -1: always */
    uint64_t           when[SFT_MOST_VALUES / 64]; /* bits by index of the parent's values */
} sft_axis;

typedef struct sft_limit {      /* a constraint: a product or quotient of axes against a number */
    const char *text;           /* "optimizer.lr * train.batch <= 10" */
    sft_pos     pos;
    int         n;              /* factors on the left */
    int         axis[4];
    bool        divide[4];      /* this factor divides */
    int         relation;       /* '<', '>', 'l' (<=), 'g' (>=) */
    double      right;
} sft_limit;

typedef struct sft_space {
    int        n;
    sft_axis  *axis;
    int        n_limits;
    sft_limit *limit;
} sft_space;

/* A point is one number in [0, 1) an axis. Where an axis does not matter its number is NaN; it is left as the recipe has it. */

/* The value of an axis at u as the recipe would write it ("0.01", "64", "batchnorm"); "" for NaN. Numbers are printed into buf so that
 * reading them gives the same bits; a list's own text is as long as it is. */
const char *sft__axis_text(const sft_axis *a, double u, char *buf, size_t size);
const char *sft__axis_label(const sft_axis *a, double u, char *buf, size_t size);  /* for tables: four digits, or the label */
const char *sft__axis_override(const sft_axis *a, double u, sft_arena *arena);     /* "optimizer.lr=0.01"; NULL after a failure */
double      sft__axis_number(const sft_axis *a, double u);  /* NaN where it is no number */
int         sft__axis_index(const sft_axis *a, double u);   /* which of the n values; -1: endless or NaN */
double      sft__axis_at(const sft_axis *a, int index);     /* the middle of the cell of value `index` */
bool        sft__axis_under(const sft_axis *a, int index);  /* does it matter where its parent has value `index`? */
int64_t     sft__axis_cells(const sft_axis *a);             /* how many different values: n, or of a range of whole numbers; 0: endless */
bool        sft__axis_ordered(const sft_axis *a);           /* a range, or a list of numbers that rise or fall */
/* The u of a value given as text; NaN: it is none of the axis. */
double      sft__axis_find(const sft_axis *a, const char *text);
/* u moved to the middle of its cell where there are cells, and to the number as printed elsewhere, so that equal values are equal points
 * and sft__axis_find of the text gives the same bits; axes that do not matter become NaN. */
void        sft__space_snap(const sft_space *s, double *u);
bool        sft__space_allows(const sft_space *s, const double *u); /* all constraints; one on an axis that does not matter holds */
/* Points of the grid before constraints, those that differ only where nothing matters counted once; 0: endless; saturates. */
int64_t     sft__space_size(const sft_space *s);
/* Overrides of the recipe, one an axis that matters, in the order in which they take effect; how many. out: room for n, NULL after a
 * failure. */
int         sft__space_overrides(const sft_space *s, const double *u, sft_arena *a, const char **out);
/* When a key is to be set: whole sections first (0), then the names of records, then their options. */
enum { SFT_KEY_TURNS = 3 };
int         sft__key_turn(const char *key);
bool        sft__space_same(const sft_space *s, const double *u, const double *v); /* after snapping */

#endif
