/* SPDX-License-Identifier: MIT */
/* Option rows: the one description that the recipe reader, overrides, range checks, help, resolved recipes and docs all read. */
#ifndef SFT_BASE_FIELDS_H
#define SFT_BASE_FIELDS_H

#include "base/memory.h"

typedef struct sft_dims {       /* 3, 3x3, [3, 5]: sizes along the spatial axes; n = 1 stands for all axes */
    int     n;
    int64_t v[3];
} sft_dims;

typedef struct sft_reals {      /* [0.9, 0.999] */
    int    n;
    double v[8];
} sft_reals;

typedef enum sft_kind {
    SFT_INT,                    /* int64_t */
    SFT_REAL,                   /* double */
    SFT_FLAG,                   /* bool; true false yes no on off 1 0 */
    SFT_WORD,                   /* int: index into `words` */
    SFT_TEXT,                   /* const char *, owned by the arena of the binding */
    SFT_DIMS,                   /* sft_dims; low and high bound each entry */
    SFT_REALS                   /* sft_reals; low and high bound each entry */
} sft_kind;

enum {
    SFT_MAIN = 1,               /* may stand bare behind the name: `linear 64` */
    SFT_LOG = 2,                /* lives on a logarithmic scale (sweeps, plots) */
    SFT_REQUIRED = 4,           /* has no default */
    SFT_ABOVE_LOW = 8,          /* low itself is not allowed */
    SFT_BELOW_HIGH = 16,        /* high itself is not allowed */
    SFT_AUTO = 32               /* the word `auto` is allowed: INT -1, REAL NaN, TEXT NULL, DIMS n = 0; then `def` is ignored and auto is the
                                 * default. DIMS and REAL with words[0] call it by that word ("same"), and with `text` DIMS have that as default,
                                 * REAL have `def` */
};

typedef struct sft_field {
    const char        *name;
    sft_kind           kind;
    size_t             offset;
    double             def, low, high; /* low = high = 0: no bounds */
    const char        *doc;
    const char        *text;           /* default of WORD, TEXT, DIMS, REALS as text */
    const char *const *words;          /* WORD: the choices, NULL-ended */
    const char        *aliases;        /* other spellings, space separated: "learning_rate lr_init" */
    unsigned           flags;
} sft_field;

#define SFT_FIELD_END { 0 }     /* name NULL ends a row table */

/* A call in the one grammar `name [main] key=value …`, from stack text, a YAML scalar or a YAML mapping. */
typedef struct sft_arg {
    const char *key;            /* NULL: the main value */
    const char *value;
    sft_pos     pos;
    bool        override;       /* came from the command line: errors are E144/E145 instead of E110/E111 */
} sft_arg;

typedef struct sft_spec {
    const char *name;           /* NULL or "" where the section has no name of its own (train:, split:) */
    sft_pos     pos;
    int         n, room;
    sft_arg    *arg;
} sft_spec;

/* Adds or replaces one argument. */
sft_status sft__spec_put(sft_arena *a, sft_spec *s, const char *key, const char *value, sft_pos pos, bool override);
/* Parses "name [main] key=value …" up to `end` characters (the whole text). Values may be quoted "…" or bracketed […]. */
sft_status sft__spec_parse(sft_arena *a, const char *text, size_t n, sft_pos pos, sft_spec *out);

/* Bytes up to the next | ( ) that is neither quoted nor in a list: one call of a chain. */
size_t sft__spec_length(const char *text, size_t n);

void sft__fields_defaults(const sft_field *rows, void *conf, sft_arena *a);
/* Defaults, then the spec's arguments. `what` names the owner in messages: "optimizer adamw", "linear (layer 3)". */
sft_status sft__fields_bind(sft_arena *a, const sft_field *rows, void *conf, const sft_spec *s, const char *what);
/* One row's value as text, as the recipe would write it; returns buf. */
const char *sft__field_print(const sft_field *row, const void *conf, char *buf, size_t size);
/* "low..high", "> 0", "a|b|c" for help and docs; returns buf. */
const char *sft__field_range(const sft_field *row, char *buf, size_t size);
const char *sft__field_default(const sft_field *row, char *buf, size_t size);
/* "lr=0.1 momentum=0.9": every row. Returns a copy in the arena. */
const char *sft__fields_text(sft_arena *a, const sft_field *rows, const void *conf);
const sft_field *sft__field_find(const sft_field *rows, const char *name); /* by name or alias, NULL: none */
const char *sft__kind_name(sft_kind k);

/* True when `name` is `word` or one of the space-separated aliases. */
bool sft__named(const char *name, const char *word, const char *aliases);

/* "did you mean": keeps the nearest of the words shown to it (optimal string alignment distance). */
typedef struct sft_near {
    const char *word, *best;
    int         distance;
} sft_near;

sft_near    sft__near(const char *word);
void        sft__near_try(sft_near *n, const char *candidate);
const char *sft__near_best(const sft_near *n); /* NULL when nothing is near enough (distance > 1 + length/3) */
enum { SFT_NEAR_ROOM = 96 };
/* " — did you mean `lr`?", for the end of a sentence; "" where nothing is. Returns buf. */
const char *sft__near_hint(const sft_near *n, char buf[SFT_NEAR_ROOM]);

#endif
