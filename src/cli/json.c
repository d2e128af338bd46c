/* SPDX-License-Identifier: MIT */
/* JSON out. */
#include "cli.h"

#include <math.h>
#include <string.h>

static void put_text(FILE *out, const char *s)
{
    fputc('"', out);
    for (; *s; s++) {
        unsigned char ch = (unsigned char)*s;
        if (ch == '"' || ch == '\\')
            fprintf(out, "\\%c", ch);
        else if (ch < 0x20)
            fprintf(out, "\\u%04x", ch);
        else
            fputc(ch, out);
    }
    fputc('"', out);
}

static void lead(cli_json *j, const char *key)
{
    if (!j->first[j->depth])
        fputs(", ", j->out);
    j->first[j->depth] = false;
    if (key) {
        put_text(j->out, key);
        fputs(": ", j->out);
    }
}

void cli_json_open(cli_json *j, FILE *out)
{
    *j = (cli_json){ .out = out, .first = { true } };
}

void cli_json_begin(cli_json *j, const char *key, char bracket)
{
    lead(j, key);
    fputc(bracket, j->out);
    j->first[++j->depth] = true;
}

void cli_json_end(cli_json *j, char bracket)
{
    j->depth--;
    fputc(bracket, j->out);
}

void cli_json_text(cli_json *j, const char *key, const char *value)
{
    lead(j, key);
    if (value)
        put_text(j->out, value);
    else
        fputs("null", j->out);
}

/* 17 digits read back as the same double; shorter where that is enough. The program never leaves the C locale. */
void cli_json_number(cli_json *j, const char *key, double value)
{
    lead(j, key);
    char buf[40] = "null";
    for (int digits = 6; isfinite(value) && digits <= 17; digits++) {
        double back = 0;
        snprintf(buf, sizeof buf, "%.*g", digits, value);
        if (sscanf(buf, "%lf", &back) == 1 && back == value)
            break;
    }
    fputs(buf, j->out);
}

void cli_json_int(cli_json *j, const char *key, int64_t value)
{
    lead(j, key);
    fprintf(j->out, "%lld", (long long)value);
}

void cli_json_flag(cli_json *j, const char *key, bool value)
{
    lead(j, key);
    fputs(value ? "true" : "false", j->out);
}

void cli_json_raw(cli_json *j, const char *key, const char *json)
{
    lead(j, key);
    fputs(json, j->out);
}

void cli_json_close(cli_json *j)
{
    fputc('\n', j->out);
    fflush(j->out);
}
