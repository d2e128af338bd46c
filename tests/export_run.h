/* SPDX-License-Identifier: MIT */
/* For tests of exports: a run folder by hand, an export into memory. */
#ifndef SFT_TESTS_EXPORT_RUN_H
#define SFT_TESTS_EXPORT_RUN_H

#include "data_folder.h"

#include "report/export.h"

#define HEAD "step,epoch,split,loss,accuracy,lr,grad_norm,seconds"
#define LOOKS "step,epoch,layer,op,rms,mean,gain,alike,dead,slope,gradient,weight,update\n"

static const char metrics[] = HEAD ",top2\n"
                              "10,1,train,1.5,0.5,0.1,2,1,\n"
                              "10,1,validation,1.25,0.625,0.1,2,1,0.75\n"
                              "30,2,train,,0.25,0.05,,3,\n"
                              "30,2,test,0.1,1,,,3,1\n"
                              "40,3,train,0.7,0.8";           /* still being written */
static const char looks[] = LOOKS "0,0,input,input,1,0.5,,,,,,,\n"
                                  "0,0,2.body.0,linear,2,0,2,,,,0.25,0.5,\n"
                                  "20,2,2.body.0,linear,3,0,3,,,,0.125,0.5,0.001\n";

static const char run_json[] = "{\"schema\": 1, \"status\": \"finished\", \"started\": \"2026-01-01T00:00:00Z\", "
                               "\"written\": \"2026-01-01T00:00:04Z\", \"seconds\": 3}\n";

/* A run folder FOLDER/name; recipe may be NULL. */
static inline void make_run(const char *folder, const char *name, const char *recipe)
{
    char path[200];
    snprintf(path, sizeof path, "%.120s/%.60s", folder, name);
    assert_int_equal(mkdir(path, 0777), 0);
    folder_text(path, "metrics.csv", metrics);
    folder_text(path, "signals.csv", looks);
    folder_text(path, "run.json", run_json);
    if (recipe) folder_text(path, "recipe.yaml", recipe);
}

static inline char *read_all(const char *folder, const char *name, size_t *n)
{
    char path[400];
    snprintf(path, sizeof path, "%.200s/%.190s", folder, name);
    FILE *in = fopen(path, "rb");
    if (!in) return NULL;
    char *text = malloc(1 << 20);
    assert_non_null(text);
    *n = fread(text, 1, (1 << 20) - 1, in);
    text[*n] = 0;
    fclose(in);
    return text;
}

static inline bool take_bytes(void *user, const void *bytes, size_t n)
{
    sft_string *s = user;
    sft__string_addn(s, bytes, n);
    return true;
}

/* The next field of CSV text by RFC 4180 into buf; *last: it ends its line. */
static inline const char *csv_field(const char *at, char *buf, bool *last)
{
    if (*at == '"')
        for (at++; *at && (*at != '"' || at[1] == '"'); at++) {
            *buf++ = *at;
            at += *at == '"';
        }
    else
        while (*at && *at != ',' && *at != '\n') *buf++ = *at++;
    at += *at == '"';
    *buf = 0;
    *last = *at != ',';
    return at + (*at != 0);
}

#endif
