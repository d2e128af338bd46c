/* SPDX-License-Identifier: MIT */
/* Stack text: `linear 64 | repeat 2 ( … ) | residual ( … ) shortcut ( … )` becomes a tree of layers.
 *
 *   sequence := element { "|" element }
 *   element  := "repeat" n "(" sequence ")" | "residual" "(" sequence ")" [ "shortcut" "(" sequence ")" ]
 *             | name [main] { key=value }
 *
 * Newlines are blanks; columns count characters and start at 1 on each new line. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "graph/graph.h"
#include "graph/presets/presets.h"
#include "ops/op.h"

enum { MAX_DEPTH = 64, MAX_LAYERS = 100000 };

typedef struct parser {
    sft_arena  *a;
    const char *text;
    size_t      n, i;
    sft_pos     pos;    /* of text[i] */
    bool        preset; /* the text is a preset's: no preset inside, every place is the preset's */
    int         depth;
    int64_t     elements; /* read so far, repeats counted once */
} parser;

static sft_status sequence(parser *p, sft_layer **first);

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void advance(parser *p)
{
    const unsigned char c = (unsigned char)p->text[p->i++];
    if (p->preset) return;
    if (c == '\n') {
        p->pos.line++;
        p->pos.col = 1;
    } else if ((c & 0xC0) != 0x80) { /* not inside a UTF-8 character */
        p->pos.col++;
    }
}

static void skip_blanks(parser *p)
{
    while (p->i < p->n && blank(p->text[p->i])) advance(p);
}

/* The next character that is not blank, 0 at the end. */
static char peek(parser *p)
{
    skip_blanks(p);
    return p->i < p->n ? p->text[p->i] : 0;
}

static sft_status expected(parser *p, const char *what)
{
    const char c = peek(p);
    if (!c)
        return sft__fail_at(p->a->ctx, p->pos, SFT_E115, "the model ends where %s is expected",
                            what);
    size_t n = 1; /* show a whole character */
    while (p->i + n < p->n && n < 4 && ((unsigned char)p->text[p->i + n] & 0xC0) == 0x80) n++;
    return sft__fail_at(p->a->ctx, p->pos, SFT_E115, "`%.*s` where %s is expected", (int)n,
                        p->text + p->i, what);
}

/* Length of the word at i when it is `word` and not the beginning of a longer one. */
static size_t keyword(const parser *p, const char *word)
{
    const size_t n = strlen(word);
    if (p->n - p->i < n || memcmp(p->text + p->i, word, n) != 0) return 0;
    if (p->i + n == p->n) return n;
    const char c = p->text[p->i + n];
    return blank(c) || c == '(' || c == ')' || c == '|' ? n : 0;
}

static void skip(parser *p, size_t n)
{
    while (n-- > 0) advance(p);
}

static sft_status unknown_layer(parser *p, const sft_spec *s)
{
    if (!s->name || !*s->name) {
        return sft__fail_at(p->a->ctx, s->pos, SFT_E115,
                            "options without a layer — write `linear 64`");
    }
    sft_near near = sft__near(s->name);
    for (int i = 0; sft__op_at(i); i++) sft__near_try(&near, sft__op_at(i)->name);
    for (int i = 0; sft__preset_at(i); i++) sft__near_try(&near, sft__preset_at(i)->name);
    sft__near_try(&near, "repeat");
    sft__near_try(&near, "residual");
    const char *best = sft__near_best(&near);
    if (best) {
        return sft__fail_at(p->a->ctx, s->pos, SFT_E132, "unknown layer `%s` — did you mean `%s`?",
                            s->name, best);
    }
    return sft__fail_at(p->a->ctx, s->pos, SFT_E132,
                        "unknown layer `%s` — `surefoot list op` shows all layers", s->name);
}

static void place_all(sft_layer *l, sft_pos pos)
{
    for (; l; l = l->next) {
        l->spec.pos = pos;
        for (int i = 0; i < l->spec.n; i++) l->spec.arg[i].pos = pos;
        place_all(l->body, pos);
        place_all(l->shortcut, pos);
    }
}

/* Puts a preset's layers in the place of the element that names it. */
static sft_status expand(parser *p, const sft_preset *preset, const sft_spec *spec, sft_layer **out)
{
    const char *text = sft__preset_text(p->a, preset, spec);
    if (!text) return sft_code(p->a->ctx);
    parser     q = { .a = p->a,
                     .text = text,
                     .n = strlen(text),
                     .pos = spec->pos,
                     .preset = true,
                     .depth = p->depth,
                     .elements = p->elements };
    sft_status s = sequence(&q, out);
    if (s == SFT_OK) place_all(*out, spec->pos);
    p->elements = q.elements;
    return s;
}

/* `pad=1 padding=2`: one option by two of its names. */
static sft_status given_once(parser *p, const sft_op *op, const sft_spec *s)
{
    for (int i = 0; i < s->n && op->fields; i++) {
        const sft_field *row = s->arg[i].key ? sft__field_find(op->fields, s->arg[i].key) : NULL;
        for (int k = 0; k < i && row; k++) {
            if (!s->arg[k].key || sft__field_find(op->fields, s->arg[k].key) != row) continue;
            return sft__fail_at(p->a->ctx, s->arg[i].pos, SFT_E104,
                                "`%s` of `%s` given twice — leave one of the two out", row->name,
                                op->name);
        }
    }
    return SFT_OK;
}

static sft_status layer(parser *p, sft_layer **out)
{
    const size_t n = sft__spec_length(p->text + p->i, p->n - p->i);
    if (n == 0) return expected(p, "a layer such as `linear 64`");
    sft_spec   spec = { 0 };
    sft_status s = sft__spec_parse(p->a, p->text + p->i, n, p->pos, &spec);
    if (s != SFT_OK) return s;
    skip(p, n);
    const sft_preset *preset = p->preset ? NULL : sft__preset_find(spec.name);
    if (preset) return expand(p, preset, &spec, out);
    const sft_op *op = sft__op_find(spec.name);
    if (!op) return unknown_layer(p, &spec);
    s = given_once(p, op, &spec);
    if (s != SFT_OK) return s;
    sft_layer *l = sft__arena_alloc(p->a, sizeof *l);
    if (!l) return SFT_MEMORY;
    l->kind = SFT_LAYER;
    l->spec = spec;
    *out = l;
    return SFT_OK;
}

/* "( sequence )"; the place of "(" is told when ")" never comes. */
static sft_status block(parser *p, const char *owner, sft_layer **first)
{
    if (peek(p) != '(') {
        char what[64];
        snprintf(what, sizeof what, "`(` behind `%s`", owner);
        return expected(p, what);
    }
    const sft_pos open = p->pos;
    if (++p->depth > MAX_DEPTH) {
        return sft__fail_at(p->a->ctx, open, SFT_E106, "blocks nested deeper than %d", MAX_DEPTH);
    }
    advance(p);
    sft_status s = sequence(p, first);
    if (s != SFT_OK) return s;
    if (peek(p) == 0) {
        return sft__fail_at(p->a->ctx, open, SFT_E115,
                            "`(` is never closed — the block of `%s` needs a `)`", owner);
    }
    if (peek(p) != ')') return expected(p, "`|` or `)`");
    advance(p);
    p->depth--;
    return SFT_OK;
}

static sft_status repeat(parser *p, sft_layer *l)
{
    peek(p);
    const sft_pos pos = p->pos;
    size_t        n = 0;
    while (p->i + n < p->n && !blank(p->text[p->i + n]) && !strchr("()|", p->text[p->i + n])) n++;
    if (n == 0) return expected(p, "the number of repeats, as in `repeat 2 ( linear 64 | relu )`,");
    if (!sft__parse_int(p->text + p->i, n, &l->times)) {
        return sft__fail_at(
            p->a->ctx, pos, SFT_E115,
            "`repeat` wants a whole number, got `%.*s` — as in `repeat 2 ( linear 64 | relu )`",
            (int)(n < 40 ? n : 40), p->text + p->i);
    }
    if (l->times < 1 || l->times > MAX_LAYERS) {
        return sft__fail_at(p->a->ctx, pos, SFT_E113, "`repeat` is out of range — it takes 1..%d",
                            MAX_LAYERS);
    }
    skip(p, n);
    return block(p, "repeat", &l->body);
}

static sft_status residual(parser *p, sft_layer *l)
{
    sft_status s = block(p, "residual", &l->body);
    if (s != SFT_OK) return s;
    peek(p);
    const size_t n = keyword(p, "shortcut");
    if (n == 0) return SFT_OK;
    skip(p, n);
    return block(p, "shortcut", &l->shortcut);
}

static sft_status element(parser *p, sft_layer **out)
{
    peek(p);
    const sft_pos pos = p->pos;
    const size_t  times = keyword(p, "repeat"), skips = keyword(p, "residual");
    if (++p->elements > MAX_LAYERS) {
        return sft__fail_at(p->a->ctx, pos, SFT_E113, "more than %d layers", MAX_LAYERS);
    }
    if (!times && !skips) return layer(p, out);
    sft_layer *l = sft__arena_alloc(p->a, sizeof *l);
    if (!l) return SFT_MEMORY;
    l->kind = times ? SFT_REPEAT : SFT_RESIDUAL;
    l->spec.name = times ? "repeat" : "residual";
    l->spec.pos = pos;
    skip(p, times ? times : skips);
    *out = l;
    return times ? repeat(p, l) : residual(p, l);
}

static sft_status sequence(parser *p, sft_layer **first)
{
    sft_layer **tail = first;
    for (;;) {
        sft_status s = element(p, tail);
        if (s != SFT_OK) return s;
        while (*tail) tail = &(*tail)->next; /* a preset gives several */
        const char c = peek(p);
        if (c == '|')
            advance(p);
        else if (c == 0 || c == ')')
            return SFT_OK;
        else
            return expected(p, "`|` or the end");
    }
}

/* Layers when every repeat is written out; false once there are too many. */
static bool count(const sft_layer *l, int64_t *total)
{
    for (*total = 0; l; l = l->next) {
        int64_t body = 1, shortcut = 0;
        if (l->body && !count(l->body, &body)) return false;
        if (l->shortcut && !count(l->shortcut, &shortcut)) return false;
        if (l->kind == SFT_REPEAT && !sft__mul(body, l->times, &body)) return false;
        if (l->kind == SFT_RESIDUAL) body += 1; /* the addition */
        *total += body + shortcut;
        if (*total > MAX_LAYERS) return false;
    }
    return true;
}

sft_status sft__stack_parse(sft_arena *a, const char *text, size_t n, sft_pos pos,
                            sft_layer **first)
{
    parser  p = { .a = a, .text = text, .n = n, .pos = pos };
    int64_t total;
    *first = NULL;
    if (sft__failed(a->ctx)) return sft_code(a->ctx);
    const int64_t fault = sft__utf8_fault(text, n);
    if (fault >= 0 || memchr(text, 0, n)) {
        return sft__fail_at(a->ctx, pos, SFT_E101, "the model is not UTF-8 text");
    }
    sft_status s = sequence(&p, first);
    if (s != SFT_OK) return s;
    if (peek(&p) == ')')
        return sft__fail_at(a->ctx, p.pos, SFT_E115, "`)` without a `(` before it");
    if (!count(*first, &total)) {
        return sft__fail_at(a->ctx, pos, SFT_E113,
                            "more than %d layers once every repeat is written out", MAX_LAYERS);
    }
    return SFT_OK;
}

sft_status sft__preset_parse(sft_arena *a, const sft_preset *preset, const sft_spec *s,
                             sft_layer **first)
{
    parser p = { .a = a };
    *first = NULL;
    sft_status status = expand(&p, preset, s, first);
    int64_t    total;
    if (status == SFT_OK && !count(*first, &total)) {
        return sft__fail_at(a->ctx, s->pos, SFT_E113, "`%s` has more than %d layers", preset->name,
                            MAX_LAYERS);
    }
    return status;
}
