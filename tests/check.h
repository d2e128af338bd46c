/* SPDX-License-Identifier: MIT */
/* What every test needs: cmocka, a context, and checks that show the library's own sentence when they fail. */
#ifndef SFT_TESTS_CHECK_H
#define SFT_TESTS_CHECK_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* The context has no failure. */
#define CHECK_OK(c)                                                                                \
    do {                                                                                           \
        if (sft__failed(c))                                                                        \
            fail_msg("unexpected failure: %s", sft_message(c));                                    \
    } while (0)

/* The context's failure has this id ("E110") and its sentence contains `part` ("" for any). Clears it. */
#define CHECK_FAILS(c, id, part)                                                                   \
    do {                                                                                           \
        if (strcmp(sft_error_id(c), id) != 0 || !strstr(sft_message(c), part))                     \
            fail_msg("expected %s with `%s`, got: %s", id, part,                                   \
                     sft__failed(c) ? sft_message(c) : "no failure");                              \
        sft_clear(c);                                                                              \
    } while (0)

/* |got - want| <= tolerance; a NaN fails. */
#define CHECK_NEAR(got, want, tolerance)                                                           \
    do {                                                                                           \
        double got_ = (double)(got), want_ = (double)(want), diff_ = got_ - want_;                 \
        if (diff_ < 0)                                                                             \
            diff_ = -diff_;                                                                        \
        if (!(diff_ <= (double)(tolerance)))                                                       \
            fail_msg("%s = %.9g, want %.9g within %.3g", #got, got_, want_, (double)(tolerance));  \
    } while (0)

static inline sft_ctx *check_open_threads(int threads, bool reference)
{
    sft_ctx *c = sft_open(&(sft_config){ .threads = threads, .reference = reference });
    assert_non_null(c);
    CHECK_OK(c);
    return c;
}

/* One thread, reference kernels: what most tests want. */
static inline sft_ctx *check_open(void)
{
    return check_open_threads(1, true);
}

/* An allocator whose calls from number `fails` on (counted from 1) give nothing; 0: never. It counts what is in use, so a
 * test can show that everything was freed with the sizes it was asked with. */
typedef struct check_memory {
    int64_t calls, fails;
    int64_t in_use;
    bool    once;               /* only that one call fails */
} check_memory;

static inline void *check_realloc(void *user, void *block, size_t old_size, size_t new_size)
{
    check_memory *m = user;
    if (new_size) {
        m->calls++;
        bool refuse = m->fails && (m->once ? m->calls == m->fails : m->calls >= m->fails);
        void *p = refuse ? NULL : realloc(block, new_size);
        if (p)
            m->in_use += (int64_t)new_size - (int64_t)old_size;
        return p;
    }
    free(block);
    m->in_use -= (int64_t)old_size;
    return NULL;
}

/* The folder of the shared data sets, or NULL with a line saying what is left out. */
static inline const char *check_data_folder(const char *skipped)
{
    const char *folder = getenv("SUREFOOT_DATA");
    if (!folder || !*folder) {
        printf("skipped: %s (SUREFOOT_DATA is not set)\n", skipped);
        return NULL;
    }
    return folder;
}

#endif
