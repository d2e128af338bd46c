/* SPDX-License-Identifier: MIT */
/* Edits of a recipe as text: numbers of two digits, rates, schedules. */
#include "base/text.h"
#include "doctor/surgery.h"
#include "train/train.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool sft__edit(const sft_chart *c, sft_edits *out, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    const int n = vsnprintf(NULL, 0, format, list);
    char     *text = n >= 0 && out->n < SFT_MAX_EDITS ? sft__arena_alloc(c->notes, (size_t)n + 1) : NULL;
    if (text) vsnprintf(text, (size_t)n + 1, format, again);
    if (text) out->edit[out->n++] = text;
    va_end(again);
    va_end(list);
    return text != NULL;
}

static size_t key_length(const char *edit)
{
    return strcspn(edit, "=");
}

bool sft__same_key(const char *a, const char *b)
{
    return key_length(a) == key_length(b) && memcmp(a, b, key_length(a)) == 0;
}

void sft__merge_edits(sft_edits *to, const sft_edits *e)
{
    for (int i = 0; i < e->n; i++) {
        int at = 0;
        while (at < to->n && !sft__same_key(to->edit[at], e->edit[i])) at++;
        if (at == SFT_MAX_EDITS) continue;
        to->edit[at] = e->edit[i];
        if (at == to->n) to->n++;
    }
}

/* By whole powers of ten, so that 0.03 is not 0.030000000000000002. */
const char *sft__two_digits(double v, char *buf, size_t size)
{
    char text[40];
    snprintf(text, sizeof text, "%.0f", v == 0 ? 0 : round(v / pow(10, floor(log10(fabs(v))) - 1)));
    const int power = v == 0 ? 0 : (int)floor(log10(fabs(v))) - 1;
    snprintf(text + strlen(text), sizeof text - strlen(text), "e%d", power);
    double value = 0;
    sft__parse_real(text, strlen(text), &value);
    return sft__print_real(value, buf, size);
}

int64_t sft__epoch_steps(const sft_recipe *r, const sft_data *d)
{
    const sft_train_conf *k = &r->train_conf;
    const int64_t         n = d->facts.count[SFT_TRAIN], batches = k->drop_last ? n / k->batch : (n + k->batch - 1) / k->batch;
    const int64_t         steps = sft__window_steps(k, batches);
    return steps > 0 ? steps : 1;
}

int64_t sft__planned_steps(const sft_recipe *r, const sft_data *d)
{
    const sft_train_conf *k = &r->train_conf;
    return k->steps > 0 ? k->steps : k->epochs * sft__epoch_steps(r, d);
}

bool sft__edit_rate(const sft_chart *c, sft_edits *out, double rate)
{
    const sft_field *row = &c->recipe->optimizer_record->fields[0];
    char             text[40], now[40];
    if (!(rate > row->low) || !(rate <= row->high)) return false;
    sft__two_digits(rate, text, sizeof text);
    sft__print_real(c->recipe->lr, now, sizeof now);
    return !sft__text_is(text, now) && sft__edit(c, out, "optimizer.%s=%s", row->name, text);
}

/* The warm-up's rows stand behind the schedule's own, under their own names. */
bool sft__edit_schedule(const sft_chart *c, sft_edits *out, const char *name)
{
    const sft_warmup *w = &c->recipe->warmup;
    char              epochs[40], start[40];
    if (sft__text_is(c->recipe->schedule_record->name, name)) return false;
    if (w->warmup <= 0 && !(w->warmup_epochs > 0)) return sft__edit(c, out, "schedule=%s", name);
    sft__print_real(w->warmup_epochs, epochs, sizeof epochs);
    sft__print_real(w->warmup_start, start, sizeof start);
    return sft__edit(c, out, "schedule=%s warmup=%lld warmup_epochs=%s warmup_start=%s", name, (long long)w->warmup, epochs,
                     start);
}

double sft__weight_decay(const sft_chart *c)
{
    return sft_recipe_number(c->recipe, "optimizer.weight_decay");
}
