/* SPDX-License-Identifier: MIT */
/* doctor FILE… [--json] [--only ID,…] [--seeds N] [--minutes N] [--threads N] [--no-verify] [--no-twin] [--evidence] [--list]
 * Runs every labelled failure and its twin, asks the doctor about it, and scores what it says. */
#include "bench_doctor.h"

#include "base/io.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct bench {
    options  o;
    sft_ctx *c;
    json_t  *lines;
    tally    t;
    struct checked {            /* healthy ones that are still to be compared with their controls */
        json_t *line;
        int     seed;
        bool    alarmed, rules[RULE_SETS];
        outcome own;
    }       *healthy;
    int      n_healthy;
} bench;

/* ---- a row of the report --------------------------------------------------------------------------- */

static void report(const bench *b, const json_t *line, int seed, const char *verdict, const opinion *o, const char *remark)
{
    char        words[400] = "-";
    const char *id = text_of(line, "id", "?"), *root = text_of(line, "root_cause", "?");
    if (o) opinion_words(o, !b->o.json, words, sizeof words);
    if (b->o.json) {
        json_t *row = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "id", id, "seed", seed, "root_cause", root,
                                "verdict", verdict, "said", words, "remark", remark);
        json_dumpf(row, stdout, 0);
        putchar('\n');
        json_decref(row);
    } else {
        printf("%-5s %d  %-26s %-13s %s%s%s\n", id, seed, root, verdict, words, *remark ? "  ; " : "", remark);
    }
    for (int i = 0; b->o.evidence && o && i < o->guesses; i++)
        printf("        %s: %s\n", o->guess[i].symptom, o->guess[i].evidence);
    for (int i = 0; b->o.evidence && o && i < o->tries; i++) printf("        %s\n", o->tried[i]);
    fflush(stdout);
}

/* ---- one configuration, one seed ------------------------------------------------------------------ */

static const guess *first_root(const opinion *o)
{
    for (int i = 0; i < o->guesses; i++)
        if (o->guess[i].root) return &o->guess[i];
    return NULL;
}

static bool names_root(const opinion *o, const char *root)
{
    for (int i = 0; i < o->guesses; i++)
        if (means(o->guess[i].symptom, root)) return true;
    return false;
}

/* The start is looked at first, for the lead time; then a short stretch; and where nothing is found, the whole run. */
static bool consult(bench *b, const setup *s, const json_t *line, int seed, opinion *o, seen *x, char *why)
{
    const char *root = text_of(line, "root_cause", "");
    bool        early = false;
    double      seconds = 0;
    if (!is_healthy(line)) {
        if (!ask_doctor(b->c, s, (uint64_t)seed, LOOK_START, &b->o, o, x, why)) return false;
        early = names_root(o, root);
    }
    if (!ask_doctor(b->c, s, (uint64_t)seed, LOOK_PROBE, &b->o, o, x, why)) return false;
    seconds = o->seconds;
    if (!o->guesses && o->used < 1) {
        if (!ask_doctor(b->c, s, (uint64_t)seed, LOOK_ALL, &b->o, o, x, why)) return false;
        seconds += o->seconds;
    }
    b->t.doctor_seconds += seconds;
    if (!is_healthy(line) && names_root(o, root)) {
        b->t.lead += early ? 0 : o->used;
        b->t.lead_n++;
    }
    return true;
}

static const char *level(const outcome *o, char *buf, size_t size)
{
    if (!o || !o->known) snprintf(buf, size, "-");
    else if (isnan(o->val_acc)) snprintf(buf, size, "loss %.3g", o->val_loss);
    else snprintf(buf, size, "%.3f", o->val_acc);
    return buf;
}

/* Can a recipe do what the twin does? True labels, more samples and weights that are left alone are not in one. */
static bool is_recipe(const json_t *twin)
{
    const char *key;
    json_t     *value;
    json_object_foreach((json_t *)(uintptr_t)twin, key, value)
        if (strcmp(key, "labels") == 0 || strcmp(key, "n_train") == 0 || strcmp(key, "reinit") == 0) return false;
    return true;
}

/* Does the repaired recipe do what the twin does, and no harm? `remark` receives what each reached. */
static void score_repair(bench *b, const json_t *line, const setup *s, int seed, const opinion *o, const outcome *own,
                         const outcome *twin, char *remark)
{
    const json_t *oracle = json_object_get(line, "oracle");
    const outcome r = o->repaired ? train(b->c, s, o->repaired, (uint64_t)seed, b->o.until) : (outcome){ .known = false };
    const bool    cured = twin && r.known && repaired_share(oracle, own, twin, &r) >= 0.9;
    const bool    worse = isnan(own->val_acc) ? r.val_loss > 1.05 * own->val_loss : r.val_acc < own->val_acc - 0.02;
    const bool    harm = o->accepted && r.known && (r.failed || worse);
    char          words[3][40];
    const bool    curable = twin && is_recipe(json_object_get(line, "twin"));
    if (twin) b->t.twins++;
    b->t.repaired += cured;
    b->t.curable += curable;
    b->t.cured += curable && cured;
    if (o->spent > 0 && o->planned > 0) {
        b->t.costs++;
        b->t.cost += (double)o->spent / (double)o->planned;
    }
    if (b->o.search && twin) {
        const outcome f = random_search(b->c, s, (uint64_t)seed, o->spent, b->o.until);
        b->t.searched++;
        b->t.found += f.known && repaired_share(oracle, own, twin, &f) >= 0.9;
    }
    b->t.accepts += o->accepted && r.known;
    b->t.harmful += harm;
    if (b->o.verify)
        snprintf(remark, WHY, "%s: %s, twin %s, repaired %s", harm ? "HARMED" : cured ? "repaired" : "not repaired",
                 level(own, words[0], 40), level(twin, words[1], 40), level(&r, words[2], 40));
}

static const char *both(const setup *s, const char *remark, char *buf, size_t size)
{
    snprintf(buf, size, "%s%s%s", remark, *remark && s->nearest ? "; " : "", s->nearest ? s->nearest : "");
    return buf;
}

static void score_healthy(bench *b, json_t *line, const setup *s, int seed, const opinion *o, const outcome *own,
                          const bool rules[RULE_SETS])
{
    int  alarms = 0;
    char remark[WHY] = "", all[2 * WHY];
    for (int i = 0; i < o->guesses; i++) alarms += !means_any(o->guess[i].symptom, json_object_get(line, "allowed_extra"));
    b->t.healthy++;
    b->t.alarms += alarms > 0;
    if (own->known) score_repair(b, line, s, seed, o, own, NULL, remark);
    report(b, line, seed, alarms ? "FALSE ALARM" : "quiet", o, both(s, remark, all, sizeof all));
    if (!own->known) return;
    struct checked *x = &b->healthy[b->n_healthy++];
    *x = (struct checked){ .line = line, .seed = seed, .alarmed = alarms > 0, .own = *own };
    memcpy(x->rules, rules, sizeof x->rules);
}

static void score_faulty(bench *b, const json_t *line, const setup *s, int seed, const opinion *o, const outcome *own,
                         const outcome *twin)
{
    const char  *root = text_of(line, "root_cause", "");
    const guess *first = first_root(o);
    char         remark[WHY] = "", all[2 * WHY];
    const bool   right = first && means(first->symptom, root);
    b->t.faulty++;
    b->t.detected += o->guesses > 0;
    b->t.top1 += right;
    const guess *gravest = NULL;
    for (int i = 0; i < o->guesses; i++)
        if (!gravest || o->guess[i].severity > gravest->severity) gravest = &o->guess[i];
    b->t.flat_top1 += gravest && means(gravest->symptom, root);
    for (int i = 0; i < o->guesses; i++) {
        const bool label = means_any(o->guess[i].symptom, json_object_get(line, "fault_labels"));
        if (!label && means_any(o->guess[i].symptom, json_object_get(line, "allowed_extra"))) continue;
        b->t.flat_said++;
        b->t.flat_right += label;
        if (!o->guess[i].root) continue;
        b->t.said++;
        b->t.right += label;
    }
    if (twin->known) score_repair(b, line, s, seed, o, own, twin, remark);
    report(b, line, seed, right ? "right" : o->guesses ? "OTHER" : "MISSED", o, both(s, remark, all, sizeof all));
}

static bool has_twin(const json_t *line)
{
    return json_is_object(json_object_get(line, "twin"));
}

/* False: the time is over. */
static bool examine(bench *b, json_t *line, int seed, const setup *s, const setup *repaired, char *why)
{
    const bool healthy = is_healthy(line);
    outcome    own = { .known = false }, twin = { .known = false };
    opinion    o = { .guesses = 0 };
    static seen x;              /* large */
    if (b->o.twin) own = train(b->c, s, NULL, (uint64_t)seed, b->o.until);
    if (b->o.twin && has_twin(line) && own.known) twin = train(b->c, repaired, NULL, (uint64_t)seed, b->o.until);
    if (b->o.twin && !(has_twin(line) ? twin.known : own.known)) return false;
    if (twin.known && !oracle_holds(json_object_get(line, "oracle"), &own, &twin)) {
        char remark[120];
        snprintf(remark, sizeof remark, "the twin is not better enough: accuracy %.3f and %.3f, loss %.3g and %.3g",
                 own.val_acc, twin.val_acc, own.val_loss, twin.val_loss);
        report(b, line, seed, "dropped", NULL, remark);
        b->t.dropped++;
        return true;
    }
    if (!consult(b, s, line, seed, &o, &x, why)) return opinion_free(&o), false;
    b->t.valid++;
    b->t.unchecked += !healthy && !twin.known;
    bool alarms[RULE_SETS];
    tally_rules(&b->t, line, &x, &own, alarms);
    if (healthy) score_healthy(b, line, s, seed, &o, &own, alarms);
    else score_faulty(b, line, s, seed, &o, &own, &twin);
    opinion_free(&o);
    return true;
}

/* ---- all of them ------------------------------------------------------------------------------------ */

static bool late(const bench *b)
{
    return sft__now() >= b->o.until;
}

static void one(bench *b, json_t *line, int seed)
{
    char    why[WHY] = "";
    setup   s = { 0 }, r = { 0 };
    json_t *twin = NULL;
    bool    ok = setup_make(b->c, line, &s, why);
    if (ok && has_twin(line)) {
        twin = twin_make(line, why);
        ok = twin && setup_make(b->c, twin, &r, why);
    }
    if (!ok) {
        report(b, line, seed, "inexpressible", NULL, why);
        b->t.inexpressible++;
        json_object_set_new(line, "-inexpressible", json_true());
    } else if (!examine(b, line, seed, &s, &r, why)) {
        report(b, line, seed, *why ? "FAILED" : "unfinished", NULL, why);
        b->t.unfinished++;
    }
    json_decref(twin);
    setup_free(&s);
    setup_free(&r);
}

/* A healthy one is none when one change makes it much better. As far as the time goes. */
static void check_controls(bench *b)
{
    for (int i = 0; i < b->n_healthy && !late(b); i++) {
        const struct checked *h = &b->healthy[i];
        bool                  beaten = false;
        json_t               *control;
        for (int k = 0; !beaten && !late(b) && (control = control_at(h->line, k)) != NULL; k++) {
            char    why[WHY] = "", *change = json_dumps(json_object_get(control, "twin"), JSON_COMPACT);
            json_t *line = twin_make(control, why);
            setup   s = { 0 };
            if (line && setup_make(b->c, line, &s, why)) {
                const outcome o = train(b->c, &s, NULL, (uint64_t)h->seed, b->o.until);
                beaten = control_wins(&h->own, &o);
            }
            if (beaten) report(b, h->line, h->seed, "dropped", NULL, change);
            free(change);
            setup_free(&s);
            json_decref(line);
            json_decref(control);
        }
        if (!beaten) continue;
        b->t.dropped++;
        b->t.valid--;
        b->t.healthy--;
        b->t.alarms -= h->alarmed;
        b->t.ruled_healthy--;
        for (int k = 0; k < RULE_SETS; k++) b->t.rules[k].alarms -= h->rules[k];
    }
}

static void all(bench *b)
{
    const size_t n = json_array_size(b->lines);
    b->t.lines = (int)n;
    b->healthy = calloc(n * (size_t)b->o.seeds + 1, sizeof *b->healthy);
    for (int seed = 0; seed < b->o.seeds; seed++)
        for (size_t i = 0; i < n; i++) {
            json_t *line = json_array_get(b->lines, i);
            if (json_object_get(line, "-inexpressible")) continue;
            if (late(b)) b->t.unfinished++;
            else if (is_published(line)) judge_published(b->c, &b->o, line, seed, &b->t);
            else one(b, line, seed);
        }
    if (b->o.twin) check_controls(b);
}

/* ---- what is asked for -------------------------------------------------------------------------------- */

static bool wanted(const options *o, const char *id)
{
    const size_t n = strlen(id);
    for (const char *at = o->only ? strstr(o->only, id) : NULL; at; at = strstr(at + 1, id))
        if ((at == o->only || at[-1] == ',') && (at[n] == 0 || at[n] == ',')) return true;
    return !o->only;
}

static bool cheaper(const json_t *a, const json_t *b)
{
    return number_of(a, "est_gflop_train", INFINITY) < number_of(b, "est_gflop_train", INFINITY);
}

/* Cheap ones first, so that little time gives many. */
static bool read_lines(const char *path, const options *o, json_t *to)
{
    FILE  *f = fopen(path, "r");
    char  *row = NULL;
    size_t size = 0;
    bool   ok = f != NULL;
    for (int n = 1; ok && getline(&row, &size, f) >= 0; n++) {
        json_error_t e;
        if (row[strspn(row, " \t\r\n")] == 0) continue;
        json_t *line = json_loads(row, 0, &e);
        ok = json_is_object(line);
        if (!ok) fprintf(stderr, "doctor: %s:%d: %s\n", path, n, line ? "not an object" : e.text);
        size_t at = json_array_size(to);
        while (ok && at > 0 && cheaper(line, json_array_get(to, at - 1))) at--;
        complete_line(line);
        if (ok && wanted(o, text_of(line, "id", "?"))) json_array_insert(to, at, line);
        json_decref(line);
    }
    if (!f) fprintf(stderr, "doctor: %s cannot be read\n", path);
    free(row);
    if (f) fclose(f);
    return ok;
}

/* A part of the protocol; 0: no such part. */
static unsigned part_named(const char *name)
{
    return strcmp(name, "tail") == 0 ? SFT_WITHOUT_TAIL : strcmp(name, "placebo") == 0 ? SFT_WITHOUT_PLACEBO
           : strcmp(name, "rounds") == 0 ? SFT_WITHOUT_ROUNDS : 0;
}

static int usage(void)
{
    fputs("doctor FILE... [--json] [--only ID,...] [--seeds N] [--minutes N] [--threads N] [--budget SHARE]\n"
          "       [--no-verify] [--no-twin] [--evidence] [--list] [--search] [--without tail|placebo|rounds]\n"
          "Labelled training failures, one JSON object a line: each is trained beside its twin and shown to the doctor.\n"
          "Lines of published collections, which have no twin, are judged as far as they can be had; --list only says how far.\n"
          "--search: random search with the doctor's steps, as the baseline of repair. --without: parts of its protocol are left out.\n"
          "Data sets are looked for in the folder SUREFOOT_DATA (mnist, cifar10 ...), otherwise in ../shared/data.\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    const double start = sft__now();
    bench        b = { .o = { .verify = true, .twin = true, .seeds = 5, .until = INFINITY }, .lines = json_array() };
    bool         ok = true;
    for (int pass = 0; pass < 2 && ok; pass++)
        for (int i = 1; i < argc && ok; i++) {
            const char *a = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
            if (strcmp(a, "--json") == 0) b.o.json = true;
            else if (strcmp(a, "--no-verify") == 0) b.o.verify = false;
            else if (strcmp(a, "--no-twin") == 0) b.o.twin = false;
            else if (strcmp(a, "--evidence") == 0) b.o.evidence = true;
            else if (strcmp(a, "--list") == 0) b.o.list = true;
            else if (strcmp(a, "--search") == 0) b.o.search = true;
            else if (strcmp(a, "--without") == 0 && value && part_named(value)) b.o.without |= part_named(argv[++i]);
            else if (strcmp(a, "--only") == 0 && value) b.o.only = argv[++i];
            else if (strcmp(a, "--budget") == 0 && value) b.o.budget = atof(argv[++i]);
            else if (strcmp(a, "--seeds") == 0 && value) b.o.seeds = atoi(argv[++i]);
            else if (strcmp(a, "--threads") == 0 && value) b.o.threads = atoi(argv[++i]);
            else if (strcmp(a, "--minutes") == 0 && value) b.o.until = start + 60 * atof(argv[++i]);
            else if (a[0] == '-') return usage();
            else if (pass == 1) ok = read_lines(a, &b.o, b.lines);
        }
    if (!ok) return 4;
    if (!json_array_size(b.lines) || b.o.seeds < 1) return usage();
    b.c = sft_open(&(sft_config){ .threads = b.o.threads });
    if (!b.c) return 8;
    all(&b);
    b.t.seconds = sft__now() - start;
    if (b.o.json) tally_json(&b.t, stdout);
    else tally_print(&b.t, stdout);
    sft_close(b.c);
    free(b.healthy);
    json_decref(b.lines);
    return 0;
}
