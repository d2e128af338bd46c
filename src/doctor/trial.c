/* SPDX-License-Identifier: MIT */
/* One arm of a trial is a run of its own from the first step: recipe, edits, seed. Its last quarter is a tail in which the rate
 * falls to 0: without it short trials always prefer lower rates (Wu et al. 2018), because noise hides what a high rate has
 * reached. Arms run side by side. */
#include "doctor/trial.h"
#include "doctor/surgery.h"
#include "train/train.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

typedef struct queue {
    sft_ward     *ward;
    sft_arm      *arm;
    int           n;
    atomic_int    next;
    atomic_llong  steps;
    atomic_bool   stop;
} queue;

typedef struct run {            /* an arm while it runs */
    queue       *q;
    sft_arm     *arm;
    bool         tells;         /* on the caller's thread: its callback may be called */
    sft_ctx     *ctx;
    sft_arena    arena;
    sft_recipe  *recipe;
    sft_data     data;          /* the chart's, seen from this context */
    sft_net     *net;
    sft_trainer *trainer;
    sft_probe    probe;
    int          points;        /* scored so far */
    double       best_loss, best_skill; /* of evaluations, where the recipe goes back to the best */
} run;

/* ---- recipe and data ------------------------------------------------------------------------- */

int64_t sft__arm_steps(const sft_ward *w, int64_t planned)
{
    const int64_t steps = llround((double)w->horizon * (double)planned / (double)w->planned);
    return steps > 4 ? steps : 4;
}

/* A course that ended early is to be got over. */
int64_t sft__look_steps(const sft_ward *w)
{
    const sft_course *c = &w->chart->course;
    return c->failed && c->steps < w->horizon ? w->horizon : c->steps;
}

static int64_t steps_of(const run *k)
{
    return sft__arm_steps(k->q->ward, sft__planned_steps(k->recipe, &k->data));
}

/* Orders and first values come from one seed. */
static sft_status read_recipe(run *k)
{
    const sft_ward *w = k->q->ward;
    char            text[60];
    k->recipe = sft_recipe_parse(k->ctx, "recipe", w->recipe, strlen(w->recipe));
    for (int i = 0; k->arm->edits && i < k->arm->edits->n; i++) sft_recipe_set(k->recipe, k->arm->edits->edit[i]);
    const int64_t seed = w->chart->recipe->train_conf.seed + k->arm->seed;
    snprintf(text, sizeof text, "train.seed=%lld", (long long)(seed & ((1LL << 52) - 1)));
    sft_recipe_set(k->recipe, text);
    return sft_recipe_resolve(k->recipe);
}

static sft_status see_data(run *k)
{
    const sft_chart *c = k->q->ward->chart;
    return sft__see_data(c->data, c->recipe, k->recipe, k->ctx, &k->data);
}

/* ---- a run ------------------------------------------------------------------------------------- */

static sft_status set_up(run *k)
{
    if (read_recipe(k) || see_data(k)) return sft_code(k->ctx);
    k->net = sft_net_new(k->ctx, k->recipe, &k->data);
    if (k->arm->other_order) k->recipe->train_conf.seed ^= 1LL << 40; /* of the trainer alone: the network has its values */
    k->trainer = k->net ? sft_trainer_new(k->ctx, k->recipe, &k->data, k->net) : NULL;
    if (!k->trainer || sft__probe_gather(&k->data, &k->arena, &k->probe)) return sft_code(k->ctx);
    const int64_t rows[2] = { k->net->batch, k->probe.n % k->net->batch };
    k->arm->idle = sft__idle_loss(k->net, &k->probe);
    return sft__net_prepare(k->net, rows, 2);
}

static void tell(run *k)
{
    const sft_ward *w = k->q->ward;
    const double    done = (double)w->spent + (double)atomic_load(&k->q->steps);
    if (!k->tells || !w->conf->progress) return;
    if (!w->conf->progress(w->conf->user, "trying remedies", fmin(1, done / (double)w->total))) atomic_store(&k->q->stop, true);
}

static sft_status evaluate(run *k, double *loss, double *skill)
{
    return sft_trainer_average(k->trainer, true) || sft__score(k->net, &k->probe, loss, skill) ? sft_code(k->ctx) : SFT_OK;
}

/* With early stopping the best weights so far count, as they would at the end. */
static sft_status note_point(run *k, bool keep)
{
    double loss, skill;
    if (evaluate(k, &loss, &skill)) return sft_code(k->ctx);
    if (k->recipe->stop_conf.patience > 0 && k->recipe->stop_conf.restore_best) {
        if (!(loss <= k->best_loss)) {
            loss = k->best_loss;
            skill = k->best_skill;
        }
        k->best_loss = loss;
        k->best_skill = skill;
    }
    if (!keep) return SFT_OK;
    k->arm->loss[k->points] = loss;
    k->arm->skill[k->points++] = skill;
    return SFT_OK;
}

/* Scored where half the tail, three quarters and all of it are done. */
static bool is_point(const run *k, int64_t step, int64_t steps)
{
    const int64_t tail = steps / 4, left[SFT_POINTS] = { tail / 2, tail / 4, 0 };
    return k->points < SFT_POINTS && steps - step <= left[k->points];
}

/* The recipe's own rate and behind it the tail; or the schedule of the whole run in the steps there are. */
static double rate(const run *k, int64_t step, int64_t steps)
{
    const sft_trainer *t = k->trainer;
    const int64_t      tail = steps / 4, left = steps - step;
    if (k->arm->whole) return fmax(sft_trainer_rate(t, 1 + (step - 1) * t->steps / steps, NULL), 1e-30);
    if (k->q->ward->conf->without & SFT_WITHOUT_TAIL) return 0;
    return left < tail ? sft_trainer_rate(t, step, NULL) * (double)(left + 1) / (double)(tail + 1) : 0;
}

static void train(run *k)
{
    sft_trainer  *t = k->trainer;
    const int64_t steps = steps_of(k);
    const bool    stops = k->recipe->stop_conf.patience > 0;
    for (int64_t step = 1; step <= steps && !atomic_load(&k->q->stop); step++) {
        sft_step_facts at;
        t->forced_lr = rate(k, step, steps);
        if (sft_step(t, &at)) return;
        k->arm->steps++;
        atomic_fetch_add(&k->q->steps, 1);
        if (stops && at.epoch_end && note_point(k, false)) return;
        while (is_point(k, step, steps))
            if (note_point(k, true)) return;
        if (step % 8 == 0) tell(k);
    }
}

/* From where numbers were not finite, nothing was learned. */
static void fill_points(run *k)
{
    for (; k->points < SFT_POINTS; k->points++) {
        k->arm->loss[k->points] = INFINITY;
        k->arm->skill[k->points] = k->data.facts.task == SFT_REGRESSION ? -1 : 0;
    }
}

/* ---- a chart of the recipe with its edits ------------------------------------------------------- */

static bool had(const sft_ward *w, const sft_finding *f)
{
    for (int i = 0; i < w->n_found; i++)
        if (w->found[i].symptom == f->symptom && w->found[i].severity >= f->severity) return true;
    return false;
}

static void look_again(run *k)
{
    const sft_ward *w = k->q->ward;
    int             room = 1;
    while (sft__symptom_at(room - 1)) room++;
    sft_finding *list = sft__arena_alloc(&k->arena, (size_t)room * sizeof *list), f = { .symptom = k->arm->symptom };
    if (!list || read_recipe(k) || see_data(k)) return;
    sft_chart *c = sft__chart_open(k->ctx, k->recipe, &k->data, sft__look_steps(w));
    if (!c) return;
    f.severity = SFT_FAULT;
    k->arm->gone = !k->arm->symptom->judge(c, &f) || f.severity == SFT_ADVISORY;
    for (int i = 0, n = sft__judge(c, list); i < n && !k->arm->fresh; i++)
        if (list[i].severity > SFT_ADVISORY && !list[i].cause && !had(w, &list[i])) k->arm->fresh = list[i].symptom;
    k->arm->steps = c->course.steps;
    atomic_fetch_add(&k->q->steps, c->course.steps);
    sft__chart_close(c);
}

/* ---- arms side by side --------------------------------------------------------------------------- */

static void run_arm(queue *q, sft_arm *arm, bool tells)
{
    run k = { .q = q, .arm = arm, .tells = tells, .ctx = sft__ctx_beside(q->ward->chart->ctx), .best_loss = INFINITY };
    if (!k.ctx) {
        arm->failure = (sft_failure){ .status = SFT_MEMORY, .ecode = SFT_E004, .id = "E004",
                                      .message = "error[E004]: out of memory while remedies were tried" };
        return;
    }
    sft__arena_open(&k.arena, k.ctx);
    bool began = false;
    if (arm->symptom) {
        look_again(&k);
    } else if (set_up(&k) == SFT_OK) {
        began = true;
        train(&k);
    }
    sft__set_aside(k.ctx, &arm->failure);
    arm->diverged = began && arm->failure.status == SFT_TRAINING;
    arm->misfit = !began && arm->edits && !arm->symptom && arm->failure.status != SFT_OK;
    fill_points(&k);
    sft_trainer_free(k.trainer);
    sft_net_free(k.net);
    sft__forget_data(k.q->ward->chart->data, &k.data);
    sft_recipe_free(k.recipe);
    sft__arena_close(&k.arena);
    sft_close(k.ctx);
    arm->done = true;
}

static void work(void *arg, int thread, int threads)
{
    queue *q = arg;
    (void)threads;
    for (int i = atomic_fetch_add(&q->next, 1); i < q->n && !atomic_load(&q->stop); i = atomic_fetch_add(&q->next, 1))
        if (q->arm[i].wanted && !q->arm[i].done) run_arm(q, &q->arm[i], thread == 0);
}

/* An arm that cannot be set up does not fit; one that is not finite has lost; everything else is a failure, the first one's. */
static sft_status take_over(const queue *q)
{
    sft_ctx *c = q->ward->chart->ctx;
    for (int i = 0; i < q->n; i++) {
        const sft_arm *a = &q->arm[i];
        if (a->failure.status == SFT_OK || a->diverged || a->misfit) continue;
        sft__put_back(c, &a->failure);
        break;
    }
    return sft_code(c);
}

sft_status sft__run_arms(sft_ward *w, sft_arm *arm, int n)
{
    queue q = { .ward = w, .arm = arm, .n = n };
    if (sft__failed(w->chart->ctx)) return sft_code(w->chart->ctx);
    atomic_init(&q.next, 0);
    atomic_init(&q.steps, 0);
    atomic_init(&q.stop, false);
    struct sft_team *team = sft__ctx_shares_memory(w->chart->ctx) ? sft__ctx_team(w->chart->ctx) : NULL;
    if (team) sft__team_run(team, work, &q);
    else work(&q, 0, 1);
    w->spent += atomic_load(&q.steps);
    w->stopped = w->stopped || atomic_load(&q.stop);
    return take_over(&q);
}
