/* SPDX-License-Identifier: MIT */
/* The lists of symptoms and remedies, and finding one by name. */
#include "doctor/doctor.h"
#include "doctor/remedies/remedies.h"
#include "doctor/symptoms/symptoms.h"

#include "base/text.h"

#define X(word) extern const sft_symptom sft_symptom_##word;
SFT_SYMPTOMS(X)
#undef X
#define X(word) extern const sft_remedy sft_remedy_##word;
SFT_REMEDIES(X)
#undef X

#define X(word) &sft_symptom_##word,
static const sft_symptom *const symptoms[] = { SFT_SYMPTOMS(X) NULL };
#undef X
#define X(word) &sft_remedy_##word,
static const sft_remedy *const remedies[] = { SFT_REMEDIES(X) NULL };
#undef X

const sft_symptom *sft__symptom_at(int i)
{
    return i >= 0 && i < (int)(sizeof symptoms / sizeof *symptoms) ? symptoms[i] : NULL;
}

const sft_remedy *sft__remedy_at(int i)
{
    return i >= 0 && i < (int)(sizeof remedies / sizeof *remedies) ? remedies[i] : NULL;
}

const sft_symptom *sft__symptom_find(const char *name)
{
    for (int i = 0; symptoms[i]; i++)
        if (sft__named(name, symptoms[i]->name, symptoms[i]->aliases)) return symptoms[i];
    return NULL;
}

const sft_remedy *sft__remedy_find(const char *name)
{
    for (int i = 0; remedies[i]; i++)
        if (sft__named(name, remedies[i]->name, remedies[i]->aliases)) return remedies[i];
    return NULL;
}
