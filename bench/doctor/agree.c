/* SPDX-License-Identifier: MIT */
/* Lines of published collections: judged as far as they can be had, and how far labels and doctor agree. A label is taken as it
 * stands: there is no twin that could prove it. */
#include "bench_doctor.h"

#include "base/io.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- what the doctor says -------------------------------------------------------------------------- */

static void filter(const json_t *line, reach r, opinion *o)
{
    int n = 0, advices = 0;
    for (int i = 0; i < o->guesses; i++)
        if (reach_counts(line, r, o->guess[i].symptom)) o->guess[n++] = o->guess[i];
    for (int i = 0; i < o->advices; i++)
        if (reach_counts(line, r, o->advice[i])) memmove(o->advice[advices++], o->advice[i], sizeof o->advice[i]);
    o->guesses = n;
    o->advices = advices;
    for (int i = 0; i < n; i++) {
        bool there = false;
        for (int k = 0; k < n; k++) there = there || strcmp(o->guess[k].symptom, o->guess[i].cause) == 0;
        o->guess[i].root = !there;
    }
}

/* A core does some twenty thousand million operations a second: whole runs of up to half a minute or so. */
static bool affordable(const setup *s)
{
    enum { MOST = 500 };
    return s->work <= 1e9 * MOST;
}

/* A stretch; and the whole run where nothing is found in it, if that does not take too long. */
static bool look(sft_ctx *c, const options *k, const setup *s, reach r, int seed, opinion *o, seen *x, char *why)
{
    enum { DEAR = 100 };        /* a stretch of up to 300 steps takes more: 100 do */
    const double probe = s->work * fmin(1, 300 / (double)(s->steps > 0 ? s->steps : 1));
    const int    how = r != REACH_RUN ? LOOK_START : probe > 1e9 * DEAR ? LOOK_BRIEF : LOOK_PROBE;
    if (!ask_doctor(c, s, (uint64_t)seed, how, k, o, x, why)) return false;
    if (r != REACH_RUN || o->guesses || o->used >= 1 || !affordable(s)) return true;
    return ask_doctor(c, s, (uint64_t)seed, LOOK_ALL, k, o, x, why);
}

static void misfit(const setup *s, const char *why, opinion *o)
{
    o->guesses = 1;
    o->guess[0] = (guess){ .root = true };
    snprintf(o->guess[0].symptom, sizeof o->guess[0].symptom, "%s", s->misfit);
    snprintf(o->guess[0].evidence, sizeof o->guess[0].evidence, "%s", why);
}

/* ---- labels ----------------------------------------------------------------------------------------- */

static bool has(const json_t *labels, const char *label)
{
    for (size_t i = 0; i < json_array_size(labels); i++)
        if (strcmp(json_string_value(json_array_get(labels, i)), label) == 0) return true;
    return false;
}

static bool is_labelled(const json_t *line)
{
    const json_t *labels = json_object_get(line, "fault_labels");
    return json_array_size(labels) > 0 && !has(labels, "unknown");
}

static bool is_meant(const json_t *line, const char *symptom)
{
    return means_any(symptom, json_object_get(line, "fault_labels")) || means_any(symptom, json_object_get(line, "own_labels"));
}

static bool is_visible(const json_t *line, reach r, double used)
{
    const json_t *labels = json_object_get(line, "fault_labels");
    for (size_t i = 0; i < json_array_size(labels); i++)
        if (reach_shows(line, r, used, json_string_value(json_array_get(labels, i)))) return true;
    return r == REACH_MISFIT;
}

static const char *labels_of(const json_t *line, char *buf, size_t size)
{
    const json_t *labels = json_object_get(line, "fault_labels");
    size_t        n = 0;
    buf[0] = 0;
    for (size_t i = 0; i < json_array_size(labels) && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? " " : "", json_string_value(json_array_get(labels, i)));
    return buf;
}

/* ---- counting ----------------------------------------------------------------------------------------- */

static agreement *labeller_of(tally *t, const json_t *line)
{
    const char *source = text_of(line, "label_source", "?");
    for (int i = 0; i < t->labellers; i++)
        if (strncmp(t->published[i].source, source, sizeof t->published[i].source - 1) == 0) return &t->published[i];
    const int i = t->labellers < LABELLERS ? t->labellers++ : LABELLERS - 1;
    snprintf(t->published[i].source, sizeof t->published[i].source, "%s", i < LABELLERS - 1 ? source : "others");
    return &t->published[i];
}

static const char *count_healthy(tally *t, agreement *a, bool exact, const opinion *o)
{
    t->valid++;
    t->healthy++;
    t->alarms += o->guesses > 0;
    a->healthy++;
    a->silent += !o->guesses;
    a->inexact_healthy += !exact;
    a->inexact_silent += !exact && !o->guesses;
    return o->guesses ? "ALARM" : "quiet";
}

static void count_words(tally *t, const json_t *line, const opinion *o)
{
    bool first = true;
    for (int i = 0; i < o->guesses; i++) {
        if (!o->guess[i].root) continue;
        if (first) t->top1 += means(o->guess[i].symptom, text_of(line, "root_cause", ""));
        first = false;
        t->said++;
        t->right += is_meant(line, o->guess[i].symptom);
    }
}

static const char *count_faulty(tally *t, agreement *a, const json_t *line, reach r, bool exact, const opinion *o)
{
    bool named = false, mentioned = false;
    for (int i = 0; i < o->guesses; i++) {
        const bool right = is_meant(line, o->guess[i].symptom);
        named = named || (right && o->guess[i].root);
        mentioned = mentioned || right;
    }
    for (int i = 0; i < o->advices; i++) mentioned = mentioned || is_meant(line, o->advice[i]);
    if (!o->guesses && !is_visible(line, r, o->used)) {
        a->beyond++;
        return "beyond";
    }
    t->valid++;
    t->unchecked++;
    t->faulty++;
    t->detected += o->guesses > 0;
    a->faulty++;
    a->detected += o->guesses > 0;
    a->named += named;
    a->mentioned += mentioned;
    a->inexact += !exact;
    a->inexact_named += !exact && named;
    count_words(t, line, o);
    return named ? "agrees" : mentioned ? "mentions" : o->guesses ? "OTHER" : "MISSED";
}

/* ---- a row ------------------------------------------------------------------------------------------ */

static void print_row(const options *k, const json_t *line, int seed, reach r, const char *verdict, const opinion *o,
                      const char *remark)
{
    char        words[400], labels[300];
    const char *id = text_of(line, "id", "?");
    labels_of(line, labels, sizeof labels);
    opinion_words(o, true, words, sizeof words);
    if (k->json) {
        json_t *row = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s}", "id", id, "seed", seed, "labels", labels, "reach",
                                reach_name(r), "verdict", verdict, "said", words, "remark", remark, "label_source",
                                text_of(line, "label_source", ""));
        for (int i = 0; k->evidence && i < o->guesses; i++)
            json_object_set_new(row, o->guess[i].symptom, json_string(o->guess[i].evidence));
        json_dumpf(row, stdout, 0);
        putchar('\n');
        json_decref(row);
    } else {
        printf("%-32s %d  %-9s %-9s %s | %s%s%s\n", id, seed, reach_name(r), verdict, labels, words, *remark ? "  ; " : "", remark);
        for (int i = 0; k->evidence && i < o->guesses; i++)
            printf("        %s: %s\n", o->guess[i].symptom, o->guess[i].evidence);
    }
    fflush(stdout);
}

/* ---- one line, one seed ------------------------------------------------------------------------------- */

static void add_remark(char *to, size_t size, const char *text)
{
    const size_t n = strlen(to);
    if (*text) snprintf(to + n, size - n, "%s%s", n ? "; " : "", text);
}

static void say_scores(const outcome *own, char *remark, size_t size)
{
    char text[100] = "the run fails";
    if (!own->known) return;
    if (!own->failed && isnan(own->val_acc))
        snprintf(text, sizeof text, "loss / variance %.3g, validation %.3g", own->train_loss, own->val_loss);
    else if (!own->failed) snprintf(text, sizeof text, "accuracy %.3f, validation %.3f", own->train_acc, own->val_acc);
    add_remark(remark, size, text);
}

static bool judge(sft_ctx *c, const options *k, json_t *line, int seed, const setup *s, reach r, const char *remark, tally *t)
{
    static seen x;              /* large */
    char        why[WHY] = "", all[3 * WHY] = "", part[60];
    opinion     o = { .guesses = 0 };
    outcome     own = { .known = false };
    const double start = sft__now();
    if (r == REACH_MISFIT) misfit(s, remark, &o);
    else if (!look(c, k, s, r, seed, &o, &x, why)) {
        print_row(k, line, seed, r, *why ? "FAILED" : "unfinished", &o, why);
        t->unfinished++;
        opinion_free(&o);
        return *why != 0;
    }
    t->doctor_seconds += sft__now() - start;
    if (k->twin && r == REACH_RUN && affordable(s)) own = train(c, s, NULL, (uint64_t)seed, k->until);
    bool alarms[RULE_SETS];
    if (r == REACH_RUN && is_labelled(line)) tally_rules(t, line, &x, &own, alarms);
    filter(line, r, &o);
    snprintf(part, sizeof part, "%.2g of the run looked at", o.used);
    if (r != REACH_MISFIT) add_remark(all, sizeof all, remark);
    add_remark(all, sizeof all, s->nearest ? s->nearest : "");
    if (r == REACH_RUN && o.used < 1) add_remark(all, sizeof all, part);
    say_scores(&own, all, sizeof all);
    agreement  *a = labeller_of(t, line);
    const char *verdict = !is_labelled(line) ? "no label" : is_healthy(line) ? count_healthy(t, a, !s->nearest, &o)
                          : count_faulty(t, a, line, r, !s->nearest, &o);
    a->unlabelled += !is_labelled(line);
    print_row(k, line, seed, r, verdict, &o, all);
    opinion_free(&o);
    return true;
}

bool judge_published(sft_ctx *c, const options *k, json_t *line, int seed, tally *t)
{
    char          why[WHY] = "";
    setup         s = { 0 };
    reach         r;
    const opinion none = { .guesses = 0 };
    const bool    ok = reach_setup(c, line, &s, &r, why);
    agreement    *a = labeller_of(t, line);
    if (seed == 0) a->lines++, a->reached[r]++;
    if (!ok) {
        print_row(k, line, seed, r, reach_name(r), &none, why);
        t->inexpressible++;
        json_object_set_new(line, "-inexpressible", json_true());
        return true;
    }
    if (k->list) print_row(k, line, seed, r, "-", &none, why);
    const bool go_on = k->list || judge(c, k, line, seed, &s, r, why, t);
    setup_free(&s);
    return go_on;
}

/* ---- the table ---------------------------------------------------------------------------------------- */

static agreement sum_of(const tally *t)
{
    agreement all = { .source = "all of them" };
    for (int i = 0; i < t->labellers; i++) {
        const agreement *a = &t->published[i];
        all.lines += a->lines;
        for (int r = 0; r < REACHES; r++) all.reached[r] += a->reached[r];
        all.faulty += a->faulty;
        all.detected += a->detected;
        all.named += a->named;
        all.mentioned += a->mentioned;
        all.beyond += a->beyond;
        all.healthy += a->healthy;
        all.silent += a->silent;
        all.unlabelled += a->unlabelled;
        all.inexact += a->inexact;
        all.inexact_named += a->inexact_named;
        all.inexact_healthy += a->inexact_healthy;
        all.inexact_silent += a->inexact_silent;
    }
    return all;
}

static void print_coverage(const agreement *a, FILE *f)
{
    fprintf(f, "  %-50.50s %5d", a->source, a->lines);
    for (int r = 0; r < REACHES; r++) fprintf(f, " %8d", a->reached[r]);
    fputc('\n', f);
}

static void print_agreement(const agreement *a, FILE *f)
{
    if (!a->faulty && !a->healthy && !a->beyond && !a->unlabelled) return;
    fprintf(f, "%s", a->source);
    if (a->beyond) fprintf(f, "; %d whose fault cannot be seen without the run", a->beyond);
    if (a->unlabelled) fprintf(f, "; %d without a label", a->unlabelled);
    fputc('\n', f);
    print_share(f, "faulty ones detected", a->detected, a->faulty);
    print_share(f, "the same cause named", a->named, a->faulty);
    print_share(f, "the same cause named, or mentioned", a->mentioned, a->faulty);
    if (a->inexact) print_share(f, "  named where the line is exact", a->named - a->inexact_named, a->faulty - a->inexact);
    print_share(f, "healthy ones silent", a->silent, a->healthy);
    if (a->inexact_healthy)
        print_share(f, "  silent where the line is exact", a->silent - a->inexact_silent, a->healthy - a->inexact_healthy);
}

void agreement_print(const tally *t, FILE *f)
{
    const agreement all = sum_of(t);
    if (!t->labellers) return;
    fprintf(f, "\nPublished lines, and how far they can be had\n  %-50s %5s", "labels", "lines");
    for (int r = 0; r < REACHES; r++) fprintf(f, " %8.8s", reach_name((reach)r));
    fputc('\n', f);
    for (int i = 0; i < t->labellers; i++) print_coverage(&t->published[i], f);
    print_coverage(&all, f);
    fprintf(f, "\nAgreement with their labels, of (line, seed)\n");
    for (int i = 0; i < t->labellers; i++) print_agreement(&t->published[i], f);
    print_agreement(&all, f);
}

void agreement_json(const tally *t, FILE *f)
{
    const agreement a = sum_of(t);
    fprintf(f, "\"published\": {\"lines\": %d", a.lines);
    for (int r = 0; r < REACHES; r++) fprintf(f, ", \"%s\": %d", reach_name((reach)r), a.reached[r]);
    fprintf(f, ", \"faulty\": %d, \"detected\": %d, \"cause_named\": %d, \"cause_mentioned\": %d, \"beyond\": %d", a.faulty,
            a.detected, a.named, a.mentioned, a.beyond);
    fprintf(f, ", \"healthy\": %d, \"silent\": %d, \"unlabelled\": %d}}\n", a.healthy, a.silent, a.unlabelled);
}
