/* SPDX-License-Identifier: MIT */
/* surefoot doctor RECIPE|DIR: what is wrong, what would help, and whether it does. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct visit {
    cli                *a;
    const char         *given;  /* the recipe or the run folder */
    char                recipe_path[4200];
    bool                is_run;
    sft_recipe         *recipe;
    sft_data           *data;
    sft_diagnosis      *diagnosis;
    sft_diagnosis_facts facts;
    sft_doctor_options  o;
    int                 fail_on; /* a severity, or -1 */
    bool                bar;
    char                doing[160]; /* what was told last */
    int                 percent;
} visit;

/* ---- progress -------------------------------------------------------------------------------- */

static bool tell(void *user, const char *what, double share)
{
    visit    *v = user;
    const int percent = (int)(100 * share);
    const bool same = !strcmp(v->doing, what);
    if (v->bar && (!same || percent != v->percent)) fprintf(stderr, "\r%s %d %%\033[K", what, percent);
    if (!v->bar && !same && !v->a->quiet) fprintf(stderr, "%s\n", what);
    snprintf(v->doing, sizeof v->doing, "%s", what);
    v->percent = percent;
    return true;
}

/* ---- results --------------------------------------------------------------------------------- */

static void print_probe(const visit *v)
{
    const sft_diagnosis_facts *f = &v->facts;
    printf("recipe    %s\nloss      %.4g at the start", v->recipe_path, f->start_loss);
    if (isfinite(f->prior)) printf("; an output that ignores its input: %.4g", f->prior);
    if (!f->steps && !f->failed) {
        putchar('\n');
        return;
    }
    printf("\nprobe     %lld of %lld steps: the loss of the same samples ", (long long)f->steps, (long long)f->planned);
    if (!f->steps)
        puts("was never finite");
    else
        printf(isfinite(f->end_loss) ? f->end_loss < f->start_loss ? "fell to %.4g\n" : "is %.4g\n" : "is not finite\n", f->end_loss);
    if (f->failed) printf("          it ended there: %s\n", f->failure);
    if (!isnan(f->sharpness))
        printf("curvature %.3g at the start; the recipe's rate is stable up to %.3g, and this curvature up to a rate of %.2g\n",
               f->sharpness, f->sharpness_limit, f->rate_limit);
}

static void print_advice(const visit *v)
{
    char        edits[4096];
    const char *edit[SFT_DOCTOR_EDITS];
    const int   n = sft_diagnosis_edits(v->diagnosis, edit);
    if (n > 0) {
        cli_edits(n, edit, edits, sizeof edits);
        printf("\nrecommended  %s\n", edits);
        if (!v->a->quiet) printf("try next:    surefoot train %s %s\n", v->recipe_path, edits);
    } else if (v->facts.trials)
        puts("\nrecommended  nothing: no remedy was better than doing nothing");
}

static void print_text(const visit *v)
{
    char after[64];
    if (v->is_run) cli_print_past(v->given);
    print_probe(v);
    snprintf(after, sizeof after, "after %lld steps", (long long)v->facts.steps);
    if (v->a->verbose) cli_print_signals(v->a, v->diagnosis, false, "at initialisation");
    if (v->a->verbose && v->facts.steps) cli_print_signals(v->a, v->diagnosis, true, after);
    cli_print_findings(v->a, v->diagnosis, v->facts.steps || v->facts.failed ? "of the probe run" : "at initialisation");
    if (v->facts.trials) cli_print_trials(v->a, v->diagnosis);
    print_advice(v);
}

/* ---- files ----------------------------------------------------------------------------------- */

static int write_fix(const visit *v)
{
    const char *path = cli_value(v->a, "fix"), *text = sft_diagnosis_recipe(v->diagnosis);
    if (!path) return SFT_OK;
    if (!text) {
        fprintf(stderr, "%s: %s is not written\n", v->facts.trials ? "nothing was better than doing nothing" : "there was nothing to try", path);
        return SFT_OK;
    }
    const int code = cli_write_text(v->a, path, text);
    if (!code && !v->a->quiet) fprintf(stderr, "the repaired recipe is in %s\n", path);
    return code;
}

static int write_json(const visit *v)
{
    char        path[4400];
    const char *text = sft_diagnosis_json(v->diagnosis);
    if (!text) return cli_fail(v->a);
    if (!v->is_run) return SFT_OK;
    snprintf(path, sizeof path, "%.4100s/diagnosis.json", v->given);
    return cli_write_text(v->a, path, text);
}

static int worst(const visit *v)
{
    sft_finding_facts f;
    int               most = -1;
    for (int i = 0; sft_diagnosis_finding(v->diagnosis, i, &f); i++) most = (int)f.severity > most ? (int)f.severity : most;
    return most;
}

static int report(const visit *v)
{
    int code = write_json(v);
    if (code) return code;
    if (v->a->json)
        fputs(sft_diagnosis_json(v->diagnosis), stdout);
    else
        print_text(v);
    code = write_fix(v);
    return code ? code : v->fail_on >= 0 && worst(v) >= v->fail_on ? SFT_TRAINING : SFT_OK;
}

/* ---- the verb -------------------------------------------------------------------------------- */

static int diagnose(visit *v)
{
    sft_ctx *c = v->a->ctx;
    v->recipe = cli_recipe(v->a, v->recipe_path);
    v->data = v->recipe ? sft_data_open(c, v->recipe) : NULL;
    if (v->is_run && !v->a->quiet) fprintf(stderr, "%s: its recipe is probed from the start\n", v->given);
    v->diagnosis = sft_diagnose(c, v->recipe, v->data, &v->o);
    if (v->bar) fputs("\r\033[K", stderr);
    if (!v->diagnosis) return cli_fail(v->a);
    sft_diagnosis_facts_of(v->diagnosis, &v->facts);
    return report(v);
}

static int severity_of(const char *word)
{
    for (int s = SFT_ADVISORY; s <= SFT_FATAL; s++)
        if (!strcmp(word, sft_severity_name((sft_severity)s))) return s;
    return -1;
}

static int read_flags(visit *v)
{
    const char *fail_on = cli_value(v->a, "fail-on");
    double      steps = -1, seeds = 0;
    v->o = (sft_doctor_options){ .verify = !cli_has(v->a, "no-verify"), .progress = tell, .user = v };
    if (!cli_number(v->a, "steps", 0, 1e9, &steps) || !cli_number(v->a, "seeds", 1, 8, &seeds) ||
        !cli_number(v->a, "budget", 0.01, 100, &v->o.budget))
        return SFT_USAGE;
    v->o.steps = (int64_t)steps;
    v->o.seeds = (int)seeds;
    v->o.verify = v->o.verify && v->o.steps != 0;
    v->fail_on = fail_on ? severity_of(fail_on) : -1;
    if (fail_on && v->fail_on < 0) return cli_usage(v->a, "--fail-on takes advisory, fault or fatal, not `%s`", fail_on);
    if (cli_has(v->a, "fix") && !v->o.verify)
        return cli_usage(v->a, "--fix writes what verification has confirmed: leave out --no-verify and --steps 0");
    return SFT_OK;
}

static int visit_one(visit *v)
{
    int code = read_flags(v);
    snprintf(v->recipe_path, sizeof v->recipe_path, "%s", v->given);
    v->is_run = cli_is_folder(v->given);
    if (!code && v->is_run) {
        code = cli_find_folder(v->a, v->given);
        snprintf(v->recipe_path, sizeof v->recipe_path, "%.4100s/recipe.yaml", v->given);
    }
    return code ? code : diagnose(v);
}

static int run(cli *a)
{
    if (a->n_args != 1) return cli_usage(a, a->n_args ? "doctor takes one recipe or run folder" : "which recipe?");
    visit v = { .a = a, .given = a->arg[0], .bar = isatty(STDERR_FILENO) && !a->quiet && !a->json };
    const int code = visit_one(&v);
    sft_diagnosis_free(v.diagnosis);
    sft_data_free(v.data);
    sft_recipe_free(v.recipe);
    return code;
}

static const cli_flag flags[] = {
    { "fix", 0, "FILE", "write the recipe with the edits that won" },
    { "steps", 0, "N", "length of the probe run (default: one epoch, but 100 to 300 steps); 0 looks at the start only" },
    { "no-verify", 0, NULL, "try no remedies: advice only" },
    { "budget", 0, "SHARE", "steps of all trials together, as a share of the planned run (default 0.5, or what a decision or a few seconds take)" },
    { "seeds", 0, "N", "how often each remedy is tried, at most 8 (default 3)" },
    { "fail-on", 0, "WORD", "exit code 6 when something stands that is advisory, fault or fatal, or worse" },
    { 0 },
};

const cli_verb cli_verb_doctor = {
    .name = "doctor", .usage = "doctor RECIPE|DIR [--fix FILE] [key=value …]",
    .doc = "find out what is wrong with training, and try what would help", .flags = flags, .run = run,
    .examples = "  surefoot doctor recipe.yaml\n"
                "  surefoot doctor recipe.yaml --fix repaired.yaml && surefoot train repaired.yaml\n"
                "  surefoot doctor recipe.yaml optimizer.lr=3 --steps 100 --no-verify\n"
                "  surefoot doctor runs/quickstart-001 --json\n"
                "  surefoot doctor recipe.yaml --fail-on fault\n",
};
