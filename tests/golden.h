/* SPDX-License-Identifier: MIT */
/* Reads the golden files tests/golden/NAME.txt, see tools/golden.py for their format. What is
 * missing fails the test. */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include "surefoot.h"

typedef struct golden golden;

typedef struct golden_tensor {
    sft_shape     shape;
    int64_t       count;
    const double *v; /* lives as long as the file is open */
} golden_tensor;

golden *golden_open(const char *name); /* "init" */
void    golden_close(golden *g);

/* Names are formats: golden_get(g, "%s/param/%s", test_case, param). */
const char   *golden_text(const golden *g, const char *format, ...);
double        golden_scalar(const golden *g, const char *format, ...);
golden_tensor golden_get(const golden *g, const char *format, ...);
bool          golden_has(const golden *g, const char *format, ...); /* text, scalar or tensor */

/* Calls f(user, word) for each word of a text: the cases of ops.txt. */
void golden_each(const golden *g, const char *text, void (*f)(void *user, const char *word),
                 void *user);

/* The largest |a - b| / max(|b|, floor); NaN when any is. */
double golden_distance(const double *a, const double *b, int64_t n, double floor);

#endif
