/* SPDX-License-Identifier: MIT */
/* run.json for exports: its text, how the run stands, and when it ran. Without jansson nothing of it is known. */
#include "report/export.h"

#include <math.h>
#include <string.h>

void sft__run_json_free(sft_ctx *c, sft_run_json *j)
{
    sft__bytes_free(c, &j->text);
}

#ifdef SFT_HAVE_JANSSON
#include <jansson.h>

enum { LIMIT = 1 << 24 };

/* `started` is of the last session, `seconds` of all: where a run was resumed, rows are counted back from the time it was written. */
static void take(const json_t *run, sft_run_json *out)
{
    const char   *status = json_string_value(json_object_get(run, "status"));
    const json_t *seconds = json_object_get(run, "seconds");
    const double  spent = json_is_number(seconds) ? json_number_value(seconds) : NAN;
    snprintf(out->status, sizeof out->status, "%s", status ? status : "");
    out->begin = sft__iso_time(json_string_value(json_object_get(run, "started")));
    out->end = sft__iso_time(json_string_value(json_object_get(run, "written")));
    if (json_object_get(run, "resumed_at_step") && isfinite(out->end - spent)) out->begin = out->end - spent;
}

sft_status sft__run_json_read(sft_ctx *c, const char *folder, sft_run_json *out)
{
    char path[4200];
    *out = (sft_run_json){ .begin = NAN, .end = NAN };
    if (sft__failed(c)) return sft_code(c);
    snprintf(path, sizeof path, "%.4100s/run.json", folder);
    const sft_io_fault fault = sft__read_file(c, path, LIMIT, &out->text);
    if (fault == SFT_IO_MEMORY || sft__failed(c)) return sft_code(c);
    if (fault) return SFT_OK;
    json_error_t why;
    json_t      *root = json_loadb((const char *)out->text.data, out->text.size, JSON_REJECT_DUPLICATES, &why);
    if (json_is_object(root)) take(root, out);
    else {
        sft__note(c, SFT_WARN, "W372", "%s is damaged (line %d: %s): what it says is left out", path, root ? 1 : why.line,
                  root ? "no object" : why.text);
        sft__bytes_free(c, &out->text);
    }
    json_decref(root);
    return sft_code(c);
}

#else

sft_status sft__run_json_read(sft_ctx *c, const char *folder, sft_run_json *out)
{
    (void)folder;
    *out = (sft_run_json){ .begin = NAN, .end = NAN };
    return sft_code(c);
}

#endif
