/* SPDX-License-Identifier: MIT */
/* How long a word takes from one core to the other and back, halved. Two cores of one last-level cache need some 30 ns, two that have none
 * in common 100 to 300: there everything that threads hand each other costs more, and a virtual machine may be moved between the two. */
#include "base/io.h"
#include "base/team.h"
#include "bench.h"

#include <sched.h>
#include <stdatomic.h>

enum { HANDOVERS = 20000, PATIENCE = 10000 };

typedef struct ball {
    _Alignas(128) atomic_int side;
} ball;

static void wait_for(ball *b, int side)
{
    for (int spins = 1; atomic_load_explicit(&b->side, memory_order_acquire) != side; spins++)
        if (spins % PATIENCE == 0)
            sched_yield();      /* both threads may be on one core */
}

static void play(void *arg, int thread, int threads)
{
    ball *b = arg;
    if (threads < 2 || thread > 1)
        return;
    for (int i = 0; i < HANDOVERS; i++) {
        wait_for(b, thread);
        atomic_store_explicit(&b->side, 1 - thread, memory_order_release);
    }
}

double bench_handover(void)
{
    sft_ctx *c = sft_open(&(sft_config){ .threads = 2 });
    sft_team *team = sft__ctx_team(c);
    ball b;
    double best = 0;
    for (int i = 0; i < 5; i++) {
        atomic_init(&b.side, 0);
        double start = sft__now();
        sft__team_run(team, play, &b);
        double each = (sft__now() - start) / (2 * HANDOVERS);
        best = i == 0 || each < best ? each : best;
    }
    sft_close(c);
    return best;
}
