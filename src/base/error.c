/* SPDX-License-Identifier: MIT */
/* The context: opening and closing, the first failure and its sentence, notes, the thread team. */
#include "base/ctx.h"
#include "base/memory.h"
#include "base/team.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_THREADS 1024

static void *plain_realloc(void *user, void *block, size_t old_size, size_t new_size)
{
    (void)user;
    (void)old_size;
    if (new_size)
        return realloc(block, new_size);
    free(block);
    return NULL;
}

sft_ctx *sft_open(const sft_config *config)
{
    sft_config k = config ? *config : (sft_config){ 0 };
    if (!k.realloc)
        k.realloc = plain_realloc;
    sft_ctx *c = k.realloc(k.realloc_user, NULL, 0, sizeof *c);
    if (!c)
        return NULL;
    memset(c, 0, sizeof *c);
    atomic_init(&c->claimed, 0);
    atomic_init(&c->status, SFT_OK);
    c->config = k;
    c->threads = k.threads > 0 ? k.threads : sft__cores();
    if (k.threads < 0 || k.threads > MOST_THREADS) {
        c->threads = 1;
        sft__fail(c, SFT_E002, "%d threads asked for — 0 (one a core) to %d are possible", k.threads,
                  MOST_THREADS);
    }
    return c;
}

sft_ctx *sft__ctx_beside(const sft_ctx *c)
{
    sft_config k = c->config;
    k.threads = 1;
    return sft_open(&k);
}

bool sft__ctx_shares_memory(const sft_ctx *c)
{
    return c->config.realloc == plain_realloc;
}

void sft_close(sft_ctx *c)
{
    if (!c)
        return;
    sft__team_free(c->team);
    sft_config k = c->config;
    k.realloc(k.realloc_user, c, sizeof *c, 0);
}

sft_status sft_code(const sft_ctx *c)
{
    if (!c)
        return SFT_MEMORY; /* sft_open gave NULL */
    return (sft_status)atomic_load_explicit(&c->status, memory_order_acquire);
}

bool sft__failed(const sft_ctx *c)
{
    return sft_code(c) != SFT_OK;
}

const char *sft_message(const sft_ctx *c)
{
    if (!c)
        return "error[E004]: out of memory — the context could not be made";
    return sft__failed(c) ? c->message : "";
}

const char *sft_error_id(const sft_ctx *c)
{
    if (!c)
        return "E004";
    return sft__failed(c) ? c->id : "";
}

void sft_clear(sft_ctx *c)
{
    if (!c)
        return;
    c->ecode = SFT_ENONE;
    c->id[0] = c->message[0] = '\0';
    atomic_store(&c->status, SFT_OK);
    atomic_store(&c->claimed, 0);
}

void sft_on_note(sft_ctx *c, sft_note_fn *fn, void *user)
{
    if (!c)
        return;
    c->note = fn;
    c->note_user = user;
}

const char *sft_status_name(sft_status s)
{
    switch (s) {
#define X(name, value, text)                                                                       \
    case SFT_##name:                                                                               \
        return text;
        SFT_STATUS_MAP(X)
#undef X
    }
    return "unknown status";
}

/* Number and status of a code; what is not in the list is a bug of ours. */
static sft_status code_facts(sft_ecode e, const char **number)
{
    switch (e) {
#define X(n, s, text)                                                                              \
    case SFT_E##n:                                                                                 \
        *number = #n;                                                                              \
        return SFT_##s;
        SFT_CODE_MAP(X)
#undef X
    case SFT_ENONE:
        break;
    }
    *number = "003";
    return SFT_INTERNAL;
}

/* A cut sentence ends in "...", and never within a UTF-8 character. */
static void mark_cut(char *text, size_t room)
{
    size_t n = room - 4;
    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    memcpy(text + n, "...", 4);
}

/* Texts from files go into sentences, and sentences onto terminals: control characters are shown as `?`. */
static void tame(char *text)
{
    for (unsigned char *p = (unsigned char *)text; *p; p++)
        if ((*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7F)
            *p = '?';
}

static void write_message(sft_ctx *c, sft_pos at, const char *format, va_list args)
{
    char *to = c->message;
    size_t room = sizeof c->message, n = 0;
    if (at.file && at.line > 0 && at.col > 0)
        n = (size_t)snprintf(to, room, "%.1024s:%d:%d: ", at.file, at.line, at.col);
    else if (at.file && at.line > 0)
        n = (size_t)snprintf(to, room, "%.1024s:%d: ", at.file, at.line);
    else if (at.file)
        n = (size_t)snprintf(to, room, "%.1024s: ", at.file);
    n += (size_t)snprintf(to + n, room - n, "error[%s]: ", c->id);
    int wrote = vsnprintf(to + n, room - n, format, args);
    if (wrote >= 0 && (size_t)wrote >= room - n)
        mark_cut(to, room);
    tame(to);
}

static sft_status fail(sft_ctx *c, sft_pos at, sft_ecode e, const char *format, va_list args)
{
    const char *number;
    sft_status status = code_facts(e, &number);
    if (!c)
        return SFT_MEMORY;
    int unclaimed = 0;
    if (!atomic_compare_exchange_strong(&c->claimed, &unclaimed, 1))
        return sft__failed(c) ? sft_code(c) : status;
    c->ecode = e;
    snprintf(c->id, sizeof c->id, "E%s", number);
    write_message(c, at, format, args);
    atomic_store_explicit(&c->status, (int)status, memory_order_release);
    return status;
}

sft_status sft__fail(sft_ctx *c, sft_ecode e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    sft_status s = fail(c, (sft_pos){ 0 }, e, format, args);
    va_end(args);
    return s;
}

sft_status sft__fail_at(sft_ctx *c, sft_pos at, sft_ecode e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    sft_status s = fail(c, at, e, format, args);
    va_end(args);
    return s;
}

void sft__note(sft_ctx *c, sft_level level, const char *id, const char *format, ...)
{
    if (!c || !c->note)
        return;
    char text[1024];
    const char *word = level == SFT_WARN ? "warning" : "note";
    int n = id ? snprintf(text, sizeof text, "%s[%s]: ", word, id) : snprintf(text, sizeof text, "%s: ", word);
    va_list args;
    va_start(args, format);
    int wrote = vsnprintf(text + n, sizeof text - (size_t)n, format, args);
    va_end(args);
    if (wrote >= 0 && (size_t)wrote >= sizeof text - (size_t)n)
        mark_cut(text, sizeof text);
    tame(text);
    c->note(c->note_user, level, text);
}

void sft__set_aside(sft_ctx *c, sft_failure *f)
{
    *f = (sft_failure){ .status = sft_code(c), .ecode = c->ecode };
    memcpy(f->id, c->id, sizeof f->id);
    memcpy(f->message, c->message, sizeof f->message);
    sft_clear(c);
}

void sft__put_back(sft_ctx *c, const sft_failure *f)
{
    sft_clear(c);
    if (f->status == SFT_OK)
        return;
    c->ecode = f->ecode;
    memcpy(c->id, f->id, sizeof c->id);
    memcpy(c->message, f->message, sizeof c->message);
    atomic_store(&c->claimed, 1);
    atomic_store_explicit(&c->status, f->status, memory_order_release);
}

struct sft_team *sft__ctx_team(sft_ctx *c)
{
    if (!c->team)
        c->team = sft__team_new(c, c->threads);
    return c->team;
}

int sft_threads(const sft_ctx *c)
{
    return c->threads;
}

int sft__ctx_threads(const sft_ctx *c)
{
    return c->team ? sft__team_size(c->team) : c->threads;
}

bool sft__ctx_reference(const sft_ctx *c)
{
    return c->config.reference;
}
