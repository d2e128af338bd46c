/* SPDX-License-Identifier: MIT */
/* Text for pages: escaping for HTML and for JSON in a script, base64, short numbers. */
#include "report/page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *entity(char ch)
{
    switch (ch) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void sft__html_text(sft_string *out, const char *text)
{
    if (!text) return;
    size_t n = strlen(text);
    bool fine = sft__utf8_fault(text, n) < 0;
    for (size_t i = 0, from = 0; i <= n; i++) {
        const char *instead = i < n ? entity(text[i]) : "";
        if (i < n && !fine && (unsigned char)text[i] >= 0x80) instead = "\xEF\xBF\xBD"; /* of a name that is not UTF-8 */
        if (!instead) continue;
        sft__string_addn(out, text + from, i - from);
        sft__string_add(out, instead);
        from = i + 1;
    }
}

/* In JSON all of these stand within strings only, where an escape means the same. */
void sft__html_json(sft_string *out, const char *json, size_t n)
{
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        const char *instead = json[i] == '<' ? "\\u003c" : json[i] == '>' ? "\\u003e" : json[i] == '&' ? "\\u0026" : NULL;
        size_t      length = 1;
        if (json[i] == '\xE2' && n - i >= 3 && json[i + 1] == '\x80' && (json[i + 2] == '\xA8' || json[i + 2] == '\xA9')) {
            instead = json[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
            length = 3;
        }
        if (!instead) continue;
        sft__string_addn(out, json + from, i - from);
        sft__string_add(out, instead);
        i += length - 1;
        from = i + 1;
    }
    sft__string_addn(out, json + from, n - from);
}

void sft__base64(sft_string *out, const uint8_t *data, size_t n)
{
    static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        unsigned v = (unsigned)data[i] << 16 | (i + 1 < n ? (unsigned)data[i + 1] << 8 : 0) | (i + 2 < n ? data[i + 2] : 0);
        char     four[4] = { letter[v >> 18 & 63], letter[v >> 12 & 63], letter[v >> 6 & 63], letter[v & 63] };
        if (i + 1 >= n) four[2] = '=';
        if (i + 2 >= n) four[3] = '=';
        sft__string_addn(out, four, 4);
    }
}

void sft__short_number(sft_string *out, double v)
{
    char buf[32];
    if (!isfinite(v)) {
        sft__string_add(out, "null");
        return;
    }
    int n = snprintf(buf, sizeof buf, "%.4g", v);
    for (int i = 0; i < n; i++)
        if (!strchr("0123456789+-e", buf[i])) buf[i] = '.'; /* whatever the locale's decimal sign is */
    sft__string_addn(out, buf, (size_t)n);
}
