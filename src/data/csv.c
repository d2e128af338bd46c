/* SPDX-License-Identifier: MIT */
/* Data source `csv:FILE`: rows of numbers with a label, with or without a header. */
#include "data/csv_table.h"
#include "data/load.h"

#include <stddef.h>

static const char *const header_words[] = { "auto", "yes", "no", NULL };
static const char *const task_words[] = { "auto", "classes", "binary", "regression", NULL };
static const char *const separator_words[] = {
    "auto", ",", ";", "tab", "comma", "semicolon", NULL
};
static const char *const missing_words[] = { "error", "mean", "drop", NULL };

static const sft_field fields[] = {
    { .name = "label",
      .kind = SFT_TEXT,
      .offset = offsetof(sft_csv_conf, label),
      .flags = SFT_AUTO,
      .aliases = "labels target targets",
      .doc =
          "column of the label: its name, its number from 1, or from the end as -1; auto: the last; "
          "none: there is none, for samples to predict; [a,b,c]: several, each a number, or 0 for no and 1 for yes" },
    { .name = "header",
      .kind = SFT_WORD,
      .offset = offsetof(sft_csv_conf, header),
      .text = "auto",
      .words = header_words,
      .doc =
          "whether the first line holds names; auto: when it has text where numbers are expected" },
    { .name = "task",
      .kind = SFT_WORD,
      .offset = offsetof(sft_csv_conf, task),
      .text = "auto",
      .words = task_words,
      .doc =
          "what the label is; auto: classes for text and for at most 20 different whole numbers, else regression; "
          "of several labels: what the loss needs, else binary where all are 0 and 1, else regression" },
    { .name = "separator",
      .kind = SFT_WORD,
      .offset = offsetof(sft_csv_conf, separator),
      .text = "auto",
      .words = separator_words,
      .aliases = "sep delimiter",
      .doc = "between fields; auto: the most frequent in the first line" },
    { .name = "missing",
      .kind = SFT_WORD,
      .offset = offsetof(sft_csv_conf, missing),
      .text = "error",
      .words = missing_words,
      .doc =
          "empty, NA, NaN, null and ? cells: an error, the training mean of the column, or the row is dropped" },
    { .name = "test",
      .kind = SFT_TEXT,
      .offset = offsetof(sft_csv_conf, test),
      .flags = SFT_AUTO,
      .aliases = "test_file",
      .doc = "a second file with the test samples; auto: none" },
    SFT_FIELD_END,
};

static void note_dropped(sft_ctx *c, const sft_csv_table *t)
{
    if (t->dropped)
        sft__note(c, SFT_WARN, NULL, "%lld of %lld lines of %s were dropped, as a value is missing",
                  (long long)t->dropped, (long long)t->room, t->path);
}

static sft_status parse_both(sft_ctx *c, const sft_csv_conf *k, const char *path,
                             const sft_bytes bytes[2], sft_raw *raw)
{
    sft_csv_table train = { 0 }, test = { 0 };
    if (sft__csv_parse(raw->arena, path, bytes[0].data, bytes[0].size, k, NULL, &train) == SFT_OK &&
        (!k->test || sft__csv_parse(raw->arena, k->test, bytes[1].data, bytes[1].size, k, &train,
                                    &test) == SFT_OK)) {
        note_dropped(c, &train);
        note_dropped(c, &test);
        sft__csv_targets(c, k, &train, &test, raw);
    }
    sft__csv_table_free(c, &train);
    sft__csv_table_free(c, &test);
    return sft_code(c);
}

static sft_status open_csv(sft_ctx *c, const void *conf, const char *path, sft_pos pos,
                           sft_raw *raw)
{
    const sft_csv_conf *k = conf;
    sft_bytes           bytes[2] = { { 0 } };
    raw->source = sft__arena_printf(raw->arena, "CSV file %s", path);
    if (sft__load(c, pos, path, &bytes[0]) == SFT_OK &&
        (!k->test || sft__load(c, pos, k->test, &bytes[1]) == SFT_OK))
        parse_both(c, k, path, bytes, raw);
    sft__bytes_free(c, &bytes[0]);
    sft__bytes_free(c, &bytes[1]);
    return sft_code(c);
}

const sft_source sft__source_csv = {
    .name = "csv",
    .aliases = "tsv table",
    .doc = "a CSV file (RFC 4180), gzip or plain: numbers with a label, text or number, or several labels",
    .conf_size = sizeof(sft_csv_conf),
    .fields = fields,
    .place = true,
    .open = open_csv,
};
