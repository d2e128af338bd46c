/* SPDX-License-Identifier: MIT */
/* signals.csv and events.jsonl of the run folder: what was seen of the layers while training, and what happened. */
#include "base/text.h"
#include "train/folder.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char head[] = "step,epoch,layer,op,rms,mean,gain,alike,dead,slope,gradient,weight,update\n";

/* ---- going on --------------------------------------------------------------------------------- */

typedef struct trimming {
    int64_t     last_step;
    sft_string *into;
} trimming;

/* The head is no row. */
static void keep(void *user, const char *row, size_t n)
{
    trimming *k = user;
    if (!sft__line_up_to(row, n, k->last_step)) return;
    sft__string_addn(k->into, row, n);
    sft__string_add(k->into, "\n");
}

sft_status sft__signals_trim(sft_folder *f, int64_t last_step)
{
    char       path[SFT_PATH];
    sft_string text;
    sft_bytes  before = { 0 };
    sft__folder_file(f, "signals.csv", path);
    if (f->signals) fclose(f->signals);
    f->signals = NULL;
    if (last_step == 0) {
        unlink(path);
        return SFT_OK;
    }
    if (sft__read_file(f->ctx, path, (size_t)1 << 31, &before) != SFT_IO_OK) return sft_code(f->ctx);
    sft__string_open(&text, f->ctx);
    sft__string_add(&text, head);
    sft__whole_lines(f, "signals.csv", (char *)before.data, before.size, keep, &(trimming){ last_step, &text });
    sft__bytes_free(f->ctx, &before);
    sft_part part = { text.text, text.n };
    if (!sft__failed(f->ctx)) sft__write_file(f->ctx, path, &part, 1);
    sft__string_close(&text);
    return sft_code(f->ctx);
}

/* ---- more ------------------------------------------------------------------------------------- */

static sft_status open_signals(sft_folder *f, const char *path)
{
    f->signals = fopen(path, "ae");
    if (!f->signals) return sft__io_fail(f->ctx, path, errno, "opening the signals");
    if (fseek(f->signals, 0, SEEK_END) == 0 && ftell(f->signals) == 0) fputs(head, f->signals);
    return SFT_OK;
}

static void put_layer(FILE *out, const sft_signal_facts *y)
{
    const double v[] = { y->rms, y->mean, y->gain, y->alike, y->dead, y->slope, y->gradient, y->weight, y->update };
    fprintf(out, ",%s,%s", y->layer, y->op);
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) sft__put_field(out, v[i]);
    fputc('\n', out);
}

sft_status sft__signals_log(sft_folder *f, int64_t step, int64_t epoch, const sft_signal_facts *layer, int layers)
{
    char path[SFT_PATH];
    sft__folder_file(f, "signals.csv", path);
    if (sft__failed(f->ctx) || (!f->signals && open_signals(f, path))) return sft_code(f->ctx);
    for (int i = 0; i < layers; i++) {
        fprintf(f->signals, "%lld,%lld", (long long)step, (long long)epoch);
        put_layer(f->signals, &layer[i]);
    }
    if (fflush(f->signals) || ferror(f->signals)) return sft__io_fail(f->ctx, path, errno, "writing the signals");
    return SFT_OK;
}

/* ---- events ------------------------------------------------------------------------------------ */

/* They are few: the file is opened for each. */
sft_status sft__event_log(sft_folder *f, const char *line)
{
    char  path[SFT_PATH];
    FILE *out = sft__failed(f->ctx) ? NULL : fopen(sft__folder_file(f, "events.jsonl", path), "ae");
    if (!out) return sft__failed(f->ctx) ? sft_code(f->ctx) : sft__io_fail(f->ctx, path, errno, "opening the events");
    const bool written = fprintf(out, "%s\n", line) >= 0 && fflush(out) == 0;
    const int  error = errno;
    if (fclose(out) == 0 && written) return SFT_OK;
    return sft__io_fail(f->ctx, path, error, "writing the events");
}
