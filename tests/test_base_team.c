/* SPDX-License-Identifier: MIT */
/* A team of any size runs everyone once, barriers hold, nobody is left asleep. labels: core threads */
#include "check.h"

#include "base/team.h"

#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#if defined(__SANITIZE_THREAD__)
#define SLOWER 10
#else
#define SLOWER 1
#endif

enum { MOST = 8, PORTION = 100, PATIENCE = 3 };

typedef struct job {
    sft_team *team;
    int       rounds;
    int64_t   slot[MOST][16]; /* a cache line and more for each: plain memory, guarded by the barriers only */
    int64_t   wrong[MOST];
    int       threads;
} job;

/* Each thread writes its slot, passes, checks all slots, passes: a barrier that lets one through too early is seen, by
 * the check and by ThreadSanitizer. */
static void meet(void *arg, int thread, int threads)
{
    job *j = arg;
    for (int r = 0; r < j->rounds; r++) {
        j->slot[thread][0] = r;
        sft__team_barrier(j->team, thread);
        for (int i = 0; i < threads; i++)
            j->wrong[thread] += j->slot[i][0] != r;
        sft__team_barrier(j->team, thread);
    }
}

static int64_t seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void barriers_hold(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    for (int threads = 1; threads <= MOST; threads++) {
        sft_team *t = sft__team_new(c, threads);
        assert_non_null(t);
        assert_int_equal(sft__team_size(t), threads);
        /* 1e5 barriers in all sizes together that fit the machine, fewer where threads have to take turns, and fewer
         * still where other programs keep the cores: each of them may then cost a slice of the scheduler's */
        job j = { .team = t, .rounds = PORTION };
        int rounds = (threads <= 2 ? 50000 : 2000) / SLOWER;
        for (int64_t start = seconds(); rounds > 0 && seconds() - start <= PATIENCE; rounds -= PORTION)
            sft__team_run(t, meet, &j);
        for (int i = 0; i < threads; i++)
            assert_int_equal(j.wrong[i], 0);
        sft__team_free(t);
    }
    CHECK_OK(c);
    sft_close(c);
}

static void count(void *arg, int thread, int threads)
{
    job *j = arg;
    j->slot[thread][0]++;
    if (thread == 0)
        j->threads = threads;
}

static void every_run_calls_everyone_once(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    for (int threads = 1; threads <= MOST; threads++) {
        const int most = (threads <= 2 ? 20000 : 2000) / SLOWER;
        int runs = 0;
        sft_team *t = sft__team_new(c, threads);
        job j = { .team = t };
        for (int64_t start = seconds(); runs < most && seconds() - start <= PATIENCE; runs++)
            sft__team_run(t, count, &j);
        assert_int_equal(j.threads, threads);
        for (int i = 0; i < threads; i++)
            assert_int_equal(j.slot[i][0], runs);
        sft__team_free(t);
    }
    sft_close(c);
}

/* Pauses longer than any spinning put the team to sleep, at each of its three waits. */
static void sleepers_are_woken(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    sft_team *t = sft__team_new(c, 3);
    job j = { .team = t, .rounds = 3 };
    for (int r = 0; r < 20; r++) {
        nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
        sft__team_run(t, meet, &j);
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(j.wrong[i], 0);
    sft__team_free(t);
    sft_close(c);
}

static void dawdle(void *arg, int thread, int threads)
{
    job *j = arg;
    (void)threads;
    if (thread == j->threads)
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    sft__team_barrier(j->team, thread);
    j->slot[thread][0]++;
    if (thread == j->threads)
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static void one_slow_thread_is_waited_for(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    sft_team *t = sft__team_new(c, 3);
    for (int slow = 0; slow < 3; slow++) {
        job j = { .team = t, .threads = slow };
        for (int r = 1; r <= 10; r++) {
            sft__team_run(t, dawdle, &j);
            for (int i = 0; i < 3; i++)
                assert_int_equal(j.slot[i][0], r);
        }
    }
    sft__team_free(t);
    sft_close(c);
}

static void ask_signals(void *arg, int thread, int threads)
{
    job *j = arg;
    sigset_t now;
    (void)threads;
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    j->slot[thread][0] = sigismember(&now, SIGINT) && sigismember(&now, SIGTERM);
}

static void signals_are_left_to_the_program(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    sft_team *t = sft__team_new(c, 3);
    job j = { .team = t };
    sft__team_run(t, ask_signals, &j);
    assert_int_equal(j.slot[0][0], 0);
    assert_int_equal(j.slot[1][0], 1);
    assert_int_equal(j.slot[2][0], 1);
    sft__team_free(t);
    sft_close(c);
}

static void a_context_starts_its_team_once(void **state)
{
    (void)state;
    sft_ctx *c = check_open_threads(2, false);
    assert_int_equal(sft__ctx_threads(c), 2);
    sft_team *t = sft__ctx_team(c);
    assert_non_null(t);
    assert_ptr_equal(sft__ctx_team(c), t);
    assert_int_equal(sft__team_size(t), 2);
    sft_close(c); /* ends the team too */
}

static void teams_come_and_go(void **state)
{
    (void)state;
    check_memory m = { 0 };
    sft_ctx *c = sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m });
    int64_t before = m.in_use;
    for (int i = 0; i < 100; i++) {
        sft_team *t = sft__team_new(c, 1 + i % 5);
        if (i % 2)
            sft__team_run(t, count, &(job){ .team = t });
        sft__team_free(t);
    }
    sft__team_free(NULL);
    assert_int_equal(m.in_use, before);
    m.fails = m.calls + 1;
    assert_null(sft__team_new(c, 4));
    CHECK_FAILS(c, "E004", "out of memory");
    sft_close(c);
    assert_int_equal(m.in_use, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(barriers_hold),
        cmocka_unit_test(every_run_calls_everyone_once),
        cmocka_unit_test(sleepers_are_woken),
        cmocka_unit_test(one_slow_thread_is_waited_for),
        cmocka_unit_test(signals_are_left_to_the_program),
        cmocka_unit_test(a_context_starts_its_team_once),
        cmocka_unit_test(teams_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
