/* SPDX-License-Identifier: MIT */
/* finding: did the doctor, who watched the run, see it? */
#include "lab/measures/measures.h"

#include "base/io.h"
#include "doctor/doctor.h"

#include <stddef.h>
#include <string.h>

typedef struct conf {
    const char *name;
} conf;

static const sft_field fields[] = {
    { .name = "name", .kind = SFT_TEXT, .offset = offsetof(conf, name), .flags = SFT_MAIN | SFT_REQUIRED,
      .doc = "a symptom, or several: [rate_too_high, rate_oscillates]" },
    SFT_FIELD_END
};

static bool stands(const sft_run_look *k, const char *symptom)
{
    for (int i = 0; i < k->findings; i++)
        if (sft__text_is(k->finding[i].symptom, symptom)) return true;
    return false;
}

static const char gaps[] = " ,[]";

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf *k = options;
    bool        any = false;
    for (const char *at = k->name + strspn(k->name, gaps); *at; at += strspn(at, gaps)) {
        const size_t       n = strcspn(at, gaps);
        const char        *name = sft__arena_textn(s->arena, at, n);
        const sft_symptom *symptom = name ? sft__symptom_find(name) : NULL;
        if (!symptom)
            return sft__fail(s->ctx, SFT_E132, "measure finding: there is no symptom `%s` — `surefoot list symptom` shows all",
                             sft__not_null(name));
        any = any || stands(s->look, symptom->name);
        at += n;
    }
    if (sft__holds(s->folder, "diagnosis.json")) *value = any;
    return SFT_OK;
}

const sft_gauge sft_gauge_finding = {
    .name = "finding",
    .doc = "1 where the doctor's diagnosis of the run has this symptom, else 0; not known of runs that were not watched",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
