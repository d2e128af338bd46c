/* SPDX-License-Identifier: MIT */
/* The baseline of repair: random search with the steps that the doctor spent (Kim et al. 2023 found it level with AutoTrainer). Each draw
 * changes some of rate and optimiser, first values, scale of the inputs, batch and activation, and trains for a short stretch; the
 * best on validation is trained as a whole. */
#include "bench_doctor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRETCH = 100 };         /* steps of a draw, as of the doctor's shortest arms */

static uint64_t next(uint64_t *s)   /* splitmix64 */
{
    uint64_t z = *s += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static double uniform(uint64_t *s)
{
    return (double)(next(s) >> 11) / 9007199254740992.0;
}

static int pick(uint64_t *s, int n)
{
    return (int)(next(s) % (uint64_t)n);
}

/* Every word `from` of a stack becomes `to`. */
static void replace_word(char *text, size_t size, const char *from, const char *to)
{
    char        out[8192];
    const char *at = text;
    size_t      n = 0;
    for (const char *hit; (hit = strstr(at, from)) != NULL && n < sizeof out; at = hit + strlen(from)) {
        const bool word = (hit == text || hit[-1] == ' ') && (hit[strlen(from)] == ' ' || !hit[strlen(from)]);
        n += (size_t)snprintf(out + n, sizeof out - n, "%.*s%s", (int)(hit - at), at, word ? to : from);
    }
    if (n < sizeof out) snprintf(out + n, sizeof out - n, "%s", at);
    snprintf(text, size, "%s", out);
}

static void draw_activation(sft_recipe *r, uint64_t *s)
{
    static const char *const names[] = { "relu", "tanh", "leaky_relu", "gelu", "sigmoid" };
    char                     stack[8192], edit[8300];
    const char              *was = sft_recipe_get(r, "model.stack"), *to = names[pick(s, 4)];
    if (!was || strlen(was) >= sizeof stack) return;
    snprintf(stack, sizeof stack, "%s", was);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) replace_word(stack, sizeof stack, names[i], to);
    snprintf(edit, sizeof edit, "model=%s", stack);
    sft_recipe_set(r, edit);
}

static void draw_optimizer(sft_recipe *r, uint64_t *s)
{
    static const struct {
        const char *name;
        double      low, high;  /* powers of ten */
    } optimizers[] = { { "sgd", -4, 0 }, { "momentum", -4, 0 }, { "rmsprop", -5, -1 }, { "adam", -5, -1 } };
    const int    i = pick(s, 4);
    const double rate = pow(10, optimizers[i].low + (optimizers[i].high - optimizers[i].low) * uniform(s));
    char         edit[80];
    snprintf(edit, sizeof edit, "optimizer=%s lr=%.2g", optimizers[i].name, rate);
    sft_recipe_set(r, edit);
}

static void draw(sft_recipe *r, uint64_t *s)
{
    char      edit[40];
    const int batch = 16 << pick(s, 4);
    if (uniform(s) < 0.75) draw_optimizer(r, s);
    if (uniform(s) < 0.5) sft_recipe_set(r, "init=auto");
    if (uniform(s) < 0.5) sft_recipe_set(r, "split.standardize=auto");
    if (uniform(s) < 0.25) draw_activation(r, s);
    snprintf(edit, sizeof edit, "train.batch=%d", batch);
    if (uniform(s) < 0.25) sft_recipe_set(r, edit);
}

/* Better on validation? Accuracies where there are classes, losses elsewhere: they are of the same kind in every draw. */
static bool better(const outcome *a, const outcome *b)
{
    if (!a->known || a->failed) return false;
    if (!b->known || b->failed) return true;
    return isnan(a->val_acc) ? a->val_loss < b->val_loss
                             : a->val_acc > b->val_acc || (!(a->val_acc < b->val_acc) && a->val_loss < b->val_loss);
}

/* A draw as text, or NULL: it is no recipe. */
static char *drawn(sft_ctx *c, const setup *s, uint64_t *state, bool stretch)
{
    sft_recipe *r = sft_recipe_parse(c, "line", s->recipe, strlen(s->recipe));
    if (r) draw(r, state);
    char steps[40];
    snprintf(steps, sizeof steps, "train.steps=%d", STRETCH);
    if (r && stretch) sft_recipe_set(r, steps);
    const char *text = r && sft_recipe_resolve(r) == SFT_OK ? sft_recipe_text(r) : NULL;
    char       *copy = text ? strdup(text) : NULL;
    sft_clear(c);
    sft_recipe_free(r);
    return copy;
}

outcome random_search(sft_ctx *c, const setup *s, uint64_t seed, int64_t steps, double until)
{
    outcome  best = { .known = false };
    uint64_t state = 77 + seed, of_best = 0;
    for (int64_t spent = 0; spent + STRETCH <= steps; spent += STRETCH) {
        const uint64_t before = state;
        char          *text = drawn(c, s, &state, true);
        const outcome  o = text ? train(c, s, text, seed, until) : (outcome){ .known = false };
        if (better(&o, &best)) {
            best = o;
            of_best = before;
        }
        free(text);
    }
    if (!best.known) return best;
    char         *text = drawn(c, s, &of_best, false);
    const outcome all = text ? train(c, s, text, seed, until) : (outcome){ .known = false };
    free(text);
    return all;
}
