/* SPDX-License-Identifier: MIT */
/* Facts of the data that several verbs tell. */
#include "cli.h"

#include <string.h>

const char *cli_split_name(sft_split split)
{
    static const char *const names[SFT_SPLITS] = { "train", "validation", "test" };
    return names[split];
}

int cli_split(const char *word)
{
    if (!word || !strcmp(word, "all"))
        return SFT_SPLITS;
    if (!strcmp(word, "val") || !strcmp(word, "valid"))
        return SFT_VALIDATION;
    if (!strcmp(word, "training"))
        return SFT_TRAIN;
    for (int s = 0; s < SFT_SPLITS; s++)
        if (!strcmp(word, cli_split_name((sft_split)s)))
            return s;
    return -1;
}

void cli_json_shape(cli_json *j, const char *key, sft_shape s)
{
    cli_json_begin(j, key, '[');
    for (int i = 0; i < s.rank; i++)
        cli_json_int(j, NULL, s.dim[i]);
    cli_json_end(j, ']');
}

void cli_json_data(cli_json *j, const char *key, const sft_data_facts *d)
{
    static const char *const tasks[] = { [SFT_CLASSES] = "classes", [SFT_BINARY] = "binary", [SFT_REGRESSION] = "regression" };
    cli_json_begin(j, key, '{');
    cli_json_text(j, "name", d->name);
    cli_json_text(j, "source", d->source);
    cli_json_shape(j, "shape", d->shape);
    cli_json_text(j, "task", tasks[d->task]);
    cli_json_int(j, "outputs", d->outputs);
    cli_json_begin(j, "samples", '{');
    for (int s = 0; s < SFT_SPLITS; s++)
        cli_json_int(j, cli_split_name((sft_split)s), d->count[s]);
    cli_json_end(j, '}');
    cli_json_text(j, "fingerprint", d->fingerprint);
    cli_json_end(j, '}');
}

const char *cli_targets(const sft_data_facts *d, char *buf, size_t size)
{
    static const char *const words[] = { [SFT_CLASSES] = "class", [SFT_BINARY] = "yes-or-no answer", [SFT_REGRESSION] = "number to predict" };
    static const char *const many[] = { [SFT_CLASSES] = "classes", [SFT_BINARY] = "yes-or-no answers", [SFT_REGRESSION] = "numbers to predict" };
    snprintf(buf, size, "%lld %s", (long long)d->outputs, d->outputs == 1 ? words[d->task] : many[d->task]);
    return buf;
}
