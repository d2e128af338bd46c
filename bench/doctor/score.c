/* SPDX-License-Identifier: MIT */
/* Shares with Wilson intervals; the table and the JSON object at the end. */
#include "bench_doctor.h"

#include <math.h>
#include <stdio.h>

static double share(double part, double all)
{
    return all > 0 ? part / all : NAN;
}

/* Wilson's interval of a share, 95 %. */
static void wilson(int part, int all, double *low, double *high)
{
    const double z = 1.96, n = all, p = share(part, all), middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    const double half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    *low = fmax(0, middle - half);
    *high = fmin(1, middle + half);
}

void print_share(FILE *f, const char *what, int part, int all)
{
    double low, high;
    if (!all) {
        fprintf(f, "  %-34s -\n", what);
        return;
    }
    wilson(part, all, &low, &high);
    fprintf(f, "  %-34s %.3f  (%d of %d; 95 %%: %.3f to %.3f)\n", what, share(part, all), part, all, low, high);
}

static void three(FILE *f, const char *who, int healthy, int faulty, int alarms, int detected, int top1)
{
    const int part[3] = { alarms, detected, top1 }, all[3] = { healthy, faulty, faulty };
    fprintf(f, "  %-20s", who);
    for (int i = 0; i < 3; i++) {
        double low = NAN, high = NAN;
        if (all[i]) wilson(part[i], all[i], &low, &high);
        fprintf(f, "  %.2f (%.2f-%.2f)", share(part[i], all[i]), low, high);
    }
    fputc('\n', f);
}

const char *opinion_words(const opinion *o, bool advice, char *buf, size_t size)
{
    size_t n = 0;
    buf[0] = 0;
    for (int root = 1; root >= 0; root--)
        for (int i = 0; i < o->guesses && n < size; i++)
            if (o->guess[i].root == (root == 1))
                n += (size_t)snprintf(buf + n, size - n, "%s%s%s%s", n ? " " : "", root ? "" : "(", o->guess[i].symptom,
                                      root ? "" : ")");
    if (!n) n = (size_t)snprintf(buf, size, "-");
    for (int i = 0; advice && i < o->advices && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s%s", i ? " " : "  [", o->advice[i], i + 1 < o->advices ? "" : "]");
    return buf;
}

void tally_print(const tally *t, FILE *f)
{
    fprintf(f, "\n%d lines: %d cannot be expressed, %d not finished; of (line, seed) %d valid, %d dropped\n", t->lines,
            t->inexpressible, t->unfinished, t->valid, t->dropped);
    if (t->unchecked)
        fprintf(f, "%d of the valid ones were not compared with a twin: their labels are taken as they stand\n", t->unchecked);
    print_share(f, "false positives on healthy ones", t->alarms, t->healthy);
    print_share(f, "faulty ones detected", t->detected, t->faulty);
    print_share(f, "root cause named first", t->top1, t->faulty);
    print_share(f, "labels said that are right", (int)t->right, (int)t->said);
    print_share(f, "repaired (0.9 of the twin's gain)", t->repaired, t->twins);
    print_share(f, "of these, where a recipe can", t->cured, t->curable);
    if (t->searched) print_share(f, "repaired by random search", t->found, t->searched);
    print_share(f, "accepted remedies that harm", t->harmful, t->accepts);
    fprintf(f, "  %-34s %.3f of the planned run (%d)\n", "lead time of right alarms", share(t->lead, t->lead_n), t->lead_n);
    fprintf(f, "  %-34s %.2f of the planned run, mean of %d\n", "steps of all trials", share(t->cost, t->costs), t->costs);
    fprintf(f, "  %-34s %.3f named first, %.3f of what is said is right\n", "without the cause graph", share(t->flat_top1, t->faulty),
            share(t->flat_right, t->flat_said));
    fprintf(f, "  %-34s %.1f of %.1f s\n", "the doctor's time", t->doctor_seconds, t->seconds);
    fprintf(f, "\n  %-20s %17s %17s %17s\n", "the same runs", "false positives", "detected", "root cause first");
    three(f, "Surefoot's doctor", t->healthy, t->faulty, t->alarms, t->detected, t->top1);
    for (int i = 0; i < RULE_SETS; i++)
        three(f, rule_set_name(i), t->ruled_healthy, t->ruled_faulty, t->rules[i].alarms, t->rules[i].detected, t->rules[i].top1);
    agreement_print(t, f);
}

static void number(FILE *f, const char *key, double v, const char *end)
{
    if (isfinite(v)) fprintf(f, "\"%s\": %.6g%s", key, v, end);
    else fprintf(f, "\"%s\": null%s", key, end);
}

void tally_json(const tally *t, FILE *f)
{
    fputc('{', f);
    number(f, "lines", t->lines, ", ");
    number(f, "valid", t->valid, ", ");
    number(f, "dropped", t->dropped, ", ");
    number(f, "inexpressible", t->inexpressible, ", ");
    number(f, "unchecked", t->unchecked, ", ");
    number(f, "unfinished", t->unfinished, ", ");
    number(f, "false_positive_rate", share(t->alarms, t->healthy), ", ");
    number(f, "recall", share(t->detected, t->faulty), ", ");
    number(f, "precision", share(t->right, t->said), ", ");
    number(f, "root_cause_top1", share(t->top1, t->faulty), ", ");
    number(f, "repair_rate", share(t->repaired, t->twins), ", ");
    number(f, "repair_rate_of_recipes", share(t->cured, t->curable), ", ");
    number(f, "repair_rate_of_random_search", share(t->found, t->searched), ", ");
    number(f, "root_cause_top1_without_graph", share(t->flat_top1, t->faulty), ", ");
    number(f, "precision_without_graph", share(t->flat_right, t->flat_said), ", ");
    number(f, "trial_steps_of_plan", share(t->cost, t->costs), ", ");
    number(f, "harmful_accepts", t->harmful, ", ");
    number(f, "lead_time", share(t->lead, t->lead_n), ", ");
    number(f, "doctor_seconds", t->doctor_seconds, ", ");
    number(f, "seconds", t->seconds, t->labellers ? ", " : "}\n");
    if (t->labellers) agreement_json(t, f);
}
