/* SPDX-License-Identifier: MIT */
/* A run folder as a page shows it. Every file may be missing, damaged or by others: what cannot be read is null. */
#include "report/page.h"

#include <string.h>

#define LARGEST ((size_t)64 << 20)      /* of a file of a run folder that is read */

static bool read_part(sft_string *out, const char *folder, const char *name, sft_bytes *file)
{
    sft_string path;
    sft__string_open(&path, out->ctx);
    sft__string_addf(&path, "%s/%s", folder, name);
    bool there = path.text && sft__read_file(out->ctx, path.text, LARGEST, file) == SFT_IO_OK;
    sft__string_close(&path);
    return there;
}

/* "key":{...} of a JSON file, or "key":null */
static void put_json(sft_string *out, const char *folder, const char *key, const char *name, const char *const *skip, size_t most)
{
    sft_bytes file;
    size_t    before;
    sft__string_addf(out, ",\"%s\":", key);
    before = out->n;
    if (!read_part(out, folder, name, &file)) {
        sft__string_add(out, "null");
        return;
    }
    bool whole = sft__json_squeeze(out, (const char *)file.data, file.size, skip);
    if (!whole || out->n - before > most) {
        if (out->text) out->n = before;
        sft__string_add(out, whole ? "null" : "\"damaged\"");
    }
    sft__bytes_free(out->ctx, &file);
}

static void put_recipe(sft_string *out, const char *folder, size_t most)
{
    sft_bytes file;
    bool      there = read_part(out, folder, "recipe.yaml", &file);
    sft__string_add(out, ",\"recipe\":");
    sft__string_json(out, there && file.size <= most ? (const char *)file.data : NULL);
    if (there) sft__bytes_free(out->ctx, &file);
}

static size_t rest(size_t room, size_t used)
{
    return used < room ? room - used : 0;
}

/* What matters most comes first; signals take what then is left. */
void sft__page_run(sft_string *out, const char *folder, size_t room)
{
    static const char *const of_diagnosis[] = { "schema", "signals_start", "signals_end", NULL }; /* signals.csv has them */
    static const char *const of_run[] = { "schema", "cpu", "data_fingerprint", "weights_sha256", NULL };
    sft_bytes file = { 0 };
    size_t    before = out->n;
    sft__string_add(out, "{");
    bool there = read_part(out, folder, "metrics.csv", &file);
    sft__page_curves(out, &file, room / 2);
    if (there) sft__bytes_free(out->ctx, &file);
    put_json(out, folder, "diagnosis", "diagnosis.json", of_diagnosis, rest(room, out->n - before) + 4096);
    put_json(out, folder, "run", "run.json", of_run, rest(room, out->n - before));
    put_recipe(out, folder, rest(room, out->n - before) / 2);
    sft__string_add(out, ",");
    there = read_part(out, folder, "signals.csv", &file);
    if (!there) file = (sft_bytes){ 0 };
    sft__page_signals(out, &file, rest(room, out->n - before));
    if (there) sft__bytes_free(out->ctx, &file);
    sft__string_add(out, "}");
}
