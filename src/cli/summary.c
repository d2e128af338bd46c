/* SPDX-License-Identifier: MIT */
/* run.json: single values of it. Without jansson nothing is found, and verbs show the file as it is. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

char *cli_read_text(const char *path)
{
    FILE *in = fopen(path, "rb");
    size_t n = 0, room = 0, got = 1;
    char *text = NULL;
    while (in && got) {
        if (n + 1 >= room) {
            char *more = realloc(text, room = room ? 2 * room : 4096);
            if (!more)
                break;
            text = more;
        }
        got = fread(text + n, 1, room - n - 1, in);
        n += got;
        text[n] = 0;
    }
    bool good = in && !got && !ferror(in);
    if (in)
        fclose(in);
    if (good)
        return text;
    free(text);
    return NULL;
}

#ifdef SFT_HAVE_JANSSON
#include <jansson.h>

/* The whole file; "a.b" goes one object down. The caller drops *root. */
static const json_t *find(const char *folder, const char *key, json_t **root)
{
    char path[4200], word[64];
    json_error_t error;
    snprintf(path, sizeof path, "%s/run.json", folder);
    const json_t *at = *root = json_load_file(path, 0, &error);
    while (at && *key) {
        size_t n = strcspn(key, ".");
        snprintf(word, sizeof word, "%.*s", (int)n, key);
        at = json_object_get(at, word);
        key += n + (key[n] == '.');
    }
    return at;
}

bool cli_summary_number(const char *folder, const char *key, double *value)
{
    json_t *root;
    const json_t *at = find(folder, key, &root);
    bool found = json_is_number(at);
    if (found)
        *value = json_number_value(at);
    json_decref(root);
    return found;
}

bool cli_summary_text(const char *folder, const char *key, char *buf, size_t size)
{
    json_t *root;
    const json_t *at = find(folder, key, &root);
    bool found = json_is_string(at);
    if (found)
        snprintf(buf, size, "%s", json_string_value(at));
    json_decref(root);
    return found;
}

#else

bool cli_summary_number(const char *folder, const char *key, double *value)
{
    (void)folder, (void)key, (void)value;
    return false;
}

bool cli_summary_text(const char *folder, const char *key, char *buf, size_t size)
{
    (void)folder, (void)key, (void)buf, (void)size;
    return false;
}

#endif
