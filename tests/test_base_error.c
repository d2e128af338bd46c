/* SPDX-License-Identifier: MIT */
/* The context keeps the first failure and its sentence, whatever comes after. labels: core */
#include "check.h"

#include <pthread.h>

static void first_failure_stays(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    assert_int_equal(sft_code(c), SFT_OK);
    assert_string_equal(sft_message(c), "");
    assert_string_equal(sft_error_id(c), "");
    assert_int_equal(sft__fail(c, SFT_E200, "no file %d", 1), SFT_DATA);
    assert_int_equal(sft__fail(c, SFT_E004, "second"), SFT_DATA);
    assert_true(sft__failed(c));
    assert_string_equal(sft_message(c), "error[E200]: no file 1");
    assert_string_equal(sft_error_id(c), "E200");
    sft_clear(c);
    assert_false(sft__failed(c));
    assert_string_equal(sft_message(c), "");
    assert_int_equal(sft__fail(c, SFT_E330, "full"), SFT_IO);
    assert_string_equal(sft_error_id(c), "E330");
    sft_close(c);
}

static void places_stand_in_front(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    sft__fail_at(c, (sft_pos){ "r.yaml", 3, 7 }, SFT_E110, "x");
    assert_string_equal(sft_message(c), "r.yaml:3:7: error[E110]: x");
    sft_clear(c);
    sft__fail_at(c, (sft_pos){ "r.yaml", 3, 0 }, SFT_E110, "x");
    assert_string_equal(sft_message(c), "r.yaml:3: error[E110]: x");
    sft_clear(c);
    sft__fail_at(c, (sft_pos){ "r.yaml", 0, 0 }, SFT_E110, "x");
    assert_string_equal(sft_message(c), "r.yaml: error[E110]: x");
    sft_clear(c);
    sft__fail_at(c, (sft_pos){ NULL, 3, 7 }, SFT_E110, "x");
    assert_string_equal(sft_message(c), "error[E110]: x");
    sft_close(c);
}

static void every_code_has_its_id_and_status(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
#define X(number, status, text)                                                                    \
    assert_int_equal(sft__fail(c, SFT_E##number, "%s", text), SFT_##status);                       \
    assert_string_equal(sft_error_id(c), "E" #number);                                             \
    assert_non_null(strstr(sft_message(c), text));                                                 \
    sft_clear(c);
    SFT_CODE_MAP(X)
#undef X
#define X(name, value, text) assert_string_equal(sft_status_name(SFT_##name), text);
    SFT_STATUS_MAP(X)
#undef X
    sft_close(c);
}

static void long_sentences_are_cut_between_characters(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    char text[9000];
    for (size_t i = 0; i < 4499; i++)
        memcpy(text + 2 * i, "\xC3\xA9", 2);
    text[8998] = '\0';
    for (int shift = 0; shift < 4; shift++) {
        sft__fail(c, SFT_E200, "%.*s%s", shift, "abc", text);
        const char *m = sft_message(c);
        size_t n = strlen(m);
        assert_true(n > 1000 && n < 5000);
        assert_string_equal(m + n - 3, "...");
        assert_int_equal((unsigned char)m[n - 4], 0xA9); /* the last character is whole */
        sft_clear(c);
    }
    sft_close(c);
}

static void no_context_is_out_of_memory(void **state)
{
    (void)state;
    assert_int_equal(sft_code(NULL), SFT_MEMORY);
    assert_string_equal(sft_error_id(NULL), "E004");
    assert_non_null(strstr(sft_message(NULL), "out of memory"));
    assert_true(sft__failed(NULL));
    sft_clear(NULL);
    sft_on_note(NULL, NULL, NULL);
    sft_close(NULL);
    check_memory m = { .fails = 1 };
    assert_null(sft_open(&(sft_config){ .realloc = check_realloc, .realloc_user = &m }));
    assert_int_equal(m.in_use, 0);
}

static void impossible_thread_counts_are_refused(void **state)
{
    (void)state;
    const int bad[] = { -1, 1025, 2147483647 };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sft_ctx *c = sft_open(&(sft_config){ .threads = bad[i] });
        assert_non_null(c);
        assert_int_equal(sft_code(c), SFT_USAGE);
        CHECK_FAILS(c, "E002", "threads");
        sft_close(c);
    }
    sft_ctx *c = sft_open(NULL);
    assert_true(sft__ctx_threads(c) >= 1);
    assert_false(sft__ctx_reference(c));
    sft_close(c);
}

typedef struct heard {
    int       count;
    sft_level level;
    char      text[2048];
} heard;

static void hear(void *user, sft_level level, const char *sentence)
{
    heard *h = user;
    h->count++;
    h->level = level;
    snprintf(h->text, sizeof h->text, "%s", sentence);
}

static void notes_reach_the_callback_and_stop_nothing(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    heard h = { 0 };
    sft__note(c, SFT_WARN, "W130", "nobody listens");
    sft_on_note(c, hear, &h);
    sft__note(c, SFT_WARN, "W130", "softmax %d times", 2);
    assert_string_equal(h.text, "warning[W130]: softmax 2 times");
    assert_int_equal(h.level, SFT_WARN);
    sft__note(c, SFT_NOTE, NULL, "hello");
    assert_string_equal(h.text, "note: hello");
    assert_int_equal(h.level, SFT_NOTE);
    assert_int_equal(h.count, 2);
    sft__note(c, SFT_NOTE, NULL, "%01500d", 0);
    assert_string_equal(h.text + strlen(h.text) - 3, "...");
    CHECK_OK(c);
    sft_close(c);
}

static void *fail_often(void *arg)
{
    sft_ctx *c = arg;
    for (int i = 0; i < 1000; i++)
        sft__fail(c, i % 2 ? SFT_E200 : SFT_E330, "%d%d%d%d", i, i, i, i);
    return NULL;
}

/* Failures of several threads at once leave one whole sentence whose id and status fit. */
static void failing_threads_leave_one_sentence(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, fail_often, c), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    assert_string_equal(sft_message(c), "error[E330]: 0000");
    assert_int_equal(sft_code(c), SFT_IO);
    sft_close(c);
}

static void version_names_the_build(void **state)
{
    (void)state;
    const char *v = sft_version();
    assert_ptr_equal(strstr(v, "surefoot " SFT_VERSION), v);
#ifdef SFT_HAVE_ONEDNN
    assert_non_null(strstr(v, "oneDNN "));
#else
    assert_non_null(strstr(v, "without oneDNN"));
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_failure_stays),
        cmocka_unit_test(places_stand_in_front),
        cmocka_unit_test(every_code_has_its_id_and_status),
        cmocka_unit_test(long_sentences_are_cut_between_characters),
        cmocka_unit_test(no_context_is_out_of_memory),
        cmocka_unit_test(impossible_thread_counts_are_refused),
        cmocka_unit_test(notes_reach_the_callback_and_stop_nothing),
        cmocka_unit_test(failing_threads_leave_one_sentence),
        cmocka_unit_test(version_names_the_build),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
