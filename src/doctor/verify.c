/* SPDX-License-Identifier: MIT */
/* Trials of remedies against doing nothing, with the same seeds and the same order of samples.
 *
 * One seed thins out the remedies; two of them go on to the other seeds. One is accepted when its mean gain exceeds what two
 * ways of doing nothing differ by, by two standard errors; then its symptom must be gone, and it must be better on a seed that
 * chose nothing. */
#include "doctor/surgery.h"
#include "doctor/tournament.h"

#include "base/text.h"
#include "train/train.h"

#include <math.h>
#include <string.h>

enum { SHORTEST = 100, SHORTEST_ASKED = 20, ENTRIES_AT_LEAST = 4 };

/* Floating-point operations that take a few seconds on one core of any machine: waiting so long for a cure is worth it, however
 * short the plan. */
#define QUICK 2e10

/* ---- entries --------------------------------------------------------------------------------- */

static bool same_edits(const sft_edits *a, const sft_edits *b)
{
    bool same = a->n == b->n;
    for (int i = 0; same && i < a->n; i++) same = sft__text_is(a->edit[i], b->edit[i]);
    return same;
}

static bool is_new(const sft_tournament *t, const sft_edits *e)
{
    for (int i = 0; i < t->n; i++)
        if (same_edits(&t->entry[i].trial->edits, e)) return false;
    return true;
}

/* The `rank`-th remedy that a symptom names; NULL: it has fewer. */
static const sft_remedy *remedy_of(const sft_symptom *s, int rank)
{
    const char *at = s->remedies ? s->remedies : "";
    char        name[64];
    for (at += strspn(at, " "); *at && rank > 0; rank--) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    const size_t n = strcspn(at, " ");
    if (n == 0 || n >= sizeof name) return NULL;
    memcpy(name, at, n);
    name[n] = 0;
    return sft__remedy_find(name);
}

static bool stands_for_itself(const sft_finding *f, sft_severity least)
{
    return !f->cause && f->severity >= least;
}

static void enter(sft_tournament *t, const sft_finding *f, const sft_remedy *r)
{
    sft_edits e = t->ward.conf->only ? *t->ward.conf->only : (sft_edits){ 0 };
    if (t->n >= t->room || t->n >= SFT_MOST_ENTRIES) return;
    if ((!t->ward.conf->only && !r->edit(t->ward.chart, f, &e)) || !is_new(t, &e)) return;
    sft_trial *x = &t->list[t->n];
    *x = (sft_trial){ .remedy = r, .symptom = f->symptom, .severity = f->severity, .edits = e, .verdict = SFT_NOT_TRIED,
                      .before = NAN, .after = NAN, .gain = NAN, .se = NAN, .noise = NAN };
    t->entry[t->n++] = (sft_entry){ .trial = x };
}

/* Everybody's first choice before anybody's second. */
static void enter_all(sft_tournament *t)
{
    const sft_finding *found = t->ward.found;
    sft_severity       least = SFT_ADVISORY;
    for (int i = 0; i < t->ward.n_found; i++)
        if (stands_for_itself(&found[i], SFT_FAULT)) least = SFT_FAULT;
    for (int rank = 0, any = 1; any; rank++) {
        any = 0;
        for (int i = 0; i < t->ward.n_found; i++) {
            const sft_remedy *r = stands_for_itself(&found[i], least) ? remedy_of(found[i].symptom, rank) : NULL;
            any += r != NULL;
            if (r) enter(t, &found[i], r);
        }
    }
}

/* What the edits do to the comparison. A recipe that they make invalid will show in its arm. */
static void examine(sft_tournament *t, sft_entry *x)
{
    const char *text = t->ward.recipe;
    sft_ctx    *c = t->ward.chart->ctx, *beside = sft__ctx_beside(c);
    sft_recipe *now = t->ward.chart->recipe, *r = beside ? sft_recipe_parse(beside, "recipe", text, strlen(text)) : NULL;
    x->ratio = 1;
    for (int i = 0; i < x->trial->edits.n; i++) sft_recipe_set(r, x->trial->edits.edit[i]);
    if (r && sft_recipe_resolve(r) == SFT_OK) {
        x->ratio = (double)sft__planned_steps(r, t->ward.chart->data) / (double)t->ward.planned;
        x->by_skill = !sft__text_is(sft_recipe_get(r, "loss"), sft_recipe_get(now, "loss")) ||
                      !sft__text_is(sft_recipe_get(r, "loss.class_weights"), sft_recipe_get(now, "loss.class_weights")) ||
                      !sft__text_is(sft_recipe_get(r, "loss.label_smoothing"), sft_recipe_get(now, "loss.label_smoothing"));
        x->whole = r->schedule_record != now->schedule_record;
    }
    if (!beside) sft__fail(c, SFT_E004, "out of memory while remedies were looked at");
    sft_recipe_free(r);
    sft_close(beside);
}

/* ---- what it may cost -------------------------------------------------------------------------- */

double sft__trial_cost(const sft_tournament *t, int k, int64_t horizon)
{
    double entries = 0, largest = 1;
    int    whole = 0, n = 0;
    for (int i = 0; i < k; i++) {
        if (t->entry[i].out) continue;
        entries += t->entry[i].ratio;
        largest = fmax(largest, t->entry[i].ratio);
        whole += t->entry[i].whole;
        n++;
    }
    const double nothing = whole == 0 || whole == n ? 2 : 4, finals = fmin(n, SFT_FINALISTS) * largest;
    const double arms = nothing + entries + (t->seeds - 1) * (nothing + finals) + 1 + largest;
    const sft_course *c = &t->ward.chart->course;
    const double      arm = (double)(horizon > 4 ? horizon : 4);
    return arms * arm + (c->failed ? fmax(arm, (double)c->steps) : (double)c->steps);
}

/* Long enough for an epoch, for what is slow to show, and for twice the warm-up. */
static int64_t wanted_horizon(const sft_tournament *t)
{
    const sft_chart *c = t->ward.chart;
    const int64_t    epoch = sft__epoch_steps(c->recipe, c->data), warm = 2 * sft__warmup_steps(&c->recipe->warmup, epoch);
    int64_t          steps = epoch > SHORTEST ? epoch : SHORTEST;
    for (int i = 0; i < t->ward.n_found; i++)
        if (t->ward.found[i].symptom->origin == SFT_FROM_RESULT && c->course.steps > steps) steps = c->course.steps;
    return warm > steps ? warm : steps;
}

/* Steps of training that are over in a few seconds: forward, and twice that for both backward products. */
static double quick_steps(const sft_chart *c)
{
    sft_net_facts f;
    sft_net_facts_of(c->net, &f);
    return QUICK / ((3 * (double)f.flops + 1) * (double)c->recipe->train_conf.batch);
}

/* First the arms become shorter, then entries fewer. */
static void fit_budget(sft_tournament *t, int64_t budget)
{
    const int64_t planned = t->ward.planned, asked = budget > 0 ? SHORTEST_ASKED : SHORTEST;
    const int64_t least = planned < asked ? planned : asked, usual = planned < SHORTEST ? planned : SHORTEST;
    const int     few = t->n < ENTRIES_AT_LEAST ? t->n : ENTRIES_AT_LEAST;
    const double  decision = fmax(sft__trial_cost(t, few, usual), quick_steps(t->ward.chart) - (double)t->ward.conf->already);
    double        room = budget > 0 ? (double)budget : fmax((double)(planned / 2 - t->ward.conf->already), decision);
    int64_t       horizon = wanted_horizon(t);
    horizon = horizon < planned ? horizon : planned;
    t->tried = t->n;
    while (horizon > usual && sft__trial_cost(t, t->tried, horizon) > room) horizon = horizon * 7 / 8 > usual ? horizon * 7 / 8 : usual;
    while (t->tried > 1 && sft__trial_cost(t, t->tried, horizon) > room) t->tried--;
    while (horizon > least && sft__trial_cost(t, t->tried, horizon) > room) horizon = horizon * 7 / 8 > least ? horizon * 7 / 8 : least;
    if (sft__trial_cost(t, t->tried, horizon) > room) t->tried = 0;
    t->budget = (int64_t)room;
    t->ward.horizon = horizon;
    t->ward.total = (int64_t)fmax(1, sft__trial_cost(t, t->tried, horizon));
    for (int i = 0; i < t->n; i++) t->entry[i].out = i >= t->tried;
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static sft_status open_table(sft_tournament *t)
{
    t->columns = SFT_FIRST_ENTRY + t->tried + 2; /* one for two together */
    t->table_size = (size_t)(t->columns * (t->seeds + 1)) * sizeof *t->table;
    t->table = sft__alloc(t->ward.chart->ctx, t->table_size);
    return sft_code(t->ward.chart->ctx);
}

static void explain_untried(sft_tournament *t)
{
    const sft_chart *c = t->ward.chart;
    for (int i = 0; i < t->n; i++) {
        sft_trial *x = t->entry[i].trial;
        if (x->reason) continue;
        if (t->ward.stopped) x->reason = "not tried: stopped";
        else x->reason = sft__say(c, "not tried: %lld steps are too few for one more remedy", (long long)t->budget);
    }
}

/* What it will take at most is said before it is taken. */
static void state_budget(const sft_tournament *t)
{
    const sft_chart *c = t->ward.chart;
    if (t->tried > 0)
        sft__note(c->ctx, SFT_NOTE, NULL, "trying %d %s against doing nothing, %d %s each: at most %lld steps, %.2g of the plan's %lld",
                  t->tried, t->tried == 1 ? "remedy" : "remedies", t->seeds, t->seeds == 1 ? "seed" : "seeds", (long long)t->budget,
                  (double)t->budget / (double)t->ward.planned, (long long)t->ward.planned);
}

int sft__verify(sft_chart *c, const sft_finding *found, int n, const sft_verify_conf *k, sft_trial *list, int room)
{
    sft_tournament t = { .ward = { .chart = c, .found = found, .n_found = n, .conf = k }, .seeds = k->seeds > 0 ? k->seeds : 3,
                         .pair = -1, .list = list, .room = room };
    t.seeds = t.seeds < SFT_MOST_SEEDS ? t.seeds : SFT_MOST_SEEDS;
    if (k->spent) *k->spent = 0;
    if (sft__failed(c->ctx)) return 0;
    t.ward.recipe = sft_recipe_text(c->recipe);
    t.ward.planned = sft__planned_steps(c->recipe, c->data);
    enter_all(&t);
    if (t.n == 0 || !t.ward.recipe) return 0;
    for (int i = 0; i < t.n; i++) examine(&t, &t.entry[i]);
    fit_budget(&t, k->budget);
    state_budget(&t);
    if (t.tried > 0 && open_table(&t) == SFT_OK) sft__play(&t);
    if (t.table) sft__free(c->ctx, t.table, t.table_size);
    explain_untried(&t);
    if (k->spent) *k->spent = t.ward.spent;
    return sft__failed(c->ctx) ? 0 : t.n;
}
