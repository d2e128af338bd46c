/* SPDX-License-Identifier: MIT */
/* A tree of layers as stack text again, in canonical names: reading it gives the same tree. */
#include <string.h>

#include "base/text.h"
#include "graph/graph.h"
#include "graph/stack_text.h"

static bool plain(const char *value)
{
    if (value[0] == 0) return false;
    if (value[0] == '[' && strchr(value, ']') == value + strlen(value) - 1) return true;
    return !strpbrk(value, " \t\r\n\"'\\|()[]=,#");
}

void sft__spec_value(sft_string *out, const char *value)
{
    if (plain(value)) {
        sft__string_add(out, value);
        return;
    }
    sft__string_add(out, "\"");
    for (const char *c = value; *c; c++) {
        if (*c == '"' || *c == '\\') sft__string_add(out, "\\");
        sft__string_addn(out, c, 1);
    }
    sft__string_add(out, "\"");
}

static void layer(sft_string *out, const sft_spec *s)
{
    const sft_op *op = sft__op_find(s->name);
    sft__string_add(out, op ? op->name : s->name);
    for (int i = 0; i < s->n; i++) {
        if (s->arg[i].key) continue;
        sft__string_add(out, " ");
        sft__spec_value(out, s->arg[i].value);
    }
    for (int i = 0; i < s->n; i++) {
        if (!s->arg[i].key) continue;
        const sft_field *row = op && op->fields ? sft__field_find(op->fields, s->arg[i].key) : NULL;
        sft__string_addf(out, " %s=", row ? row->name : s->arg[i].key);
        sft__spec_value(out, s->arg[i].value);
    }
}

static void sequence(sft_string *out, const sft_layer *l)
{
    for (; l; l = l->next) {
        if (l->kind == SFT_REPEAT)
            sft__string_addf(out, "repeat %lld ( ", (long long)l->times);
        else if (l->kind == SFT_RESIDUAL)
            sft__string_add(out, "residual ( ");
        if (l->kind == SFT_LAYER) {
            layer(out, &l->spec);
        } else {
            sequence(out, l->body);
            sft__string_add(out, " )");
        }
        if (l->shortcut) {
            sft__string_add(out, " shortcut ( ");
            sequence(out, l->shortcut);
            sft__string_add(out, " )");
        }
        if (l->next) sft__string_add(out, " | ");
    }
}

const char *sft__stack_text(sft_arena *a, const sft_layer *first)
{
    sft_string out;
    sft__string_open(&out, a->ctx);
    sequence(&out, first);
    const char *text = sft__failed(a->ctx) ? NULL : sft__arena_text(a, out.text ? out.text : "");
    sft__string_close(&out);
    return text;
}
