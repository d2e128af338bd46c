/* SPDX-License-Identifier: MIT */
/* A comparison as JSON. */
#include "report/comparison.h"

static void put_group(sft_comparison *k, int i, sft_string *s)
{
    const sft_report_point *p = k->group[i];
    sft__string_addf(s, "{\"group\": \"%s\", \"runs\": [", sft__group_name(k, i));
    for (int j = 0; j < p->n; j++) {
        sft__string_add(s, j ? ", " : "");
        sft__string_json(s, k->study.attempt[p->trial[j]].folder);
    }
    sft__string_add(s, "], \"values\": {");
    for (int a = 0; a < k->study.plan.space.n; a++)
        sft__json_text(s, k->study.plan.space.axis[a].key, k->study.attempt[p->trial[0]].value[a]);
    sft__string_addf(s, "}, \"seeds\": %d", p->n);
    sft__json_number(s, "validation_mean", p->rank.mean);
    sft__json_number(s, "validation_std", p->rank.std);
    sft__json_number(s, "test_mean", p->test.mean);
    sft__json_number(s, "test_std", p->test.std);
    sft__json_text(s, "note", sft__point_note(&k->report, p, false));
    sft__string_add(s, "}");
}

static void put_test(sft_comparison *k, int i, const char *split, const sft_held *h, sft_string *s)
{
    static const char *const kinds[] = { "none", "welch", "permutation" };
    sft__string_add(s, "{");
    sft__json_text(s, "group", sft__group_name(k, i));
    sft__json_text(s, "against", "A");
    sft__json_text(s, "split", split);
    sft__json_text(s, "test", kinds[h->test.kind]);
    sft__json_number(s, "effect", h->test.effect);
    sft__json_number(s, "low", h->test.low);
    sft__json_number(s, "high", h->test.high);
    sft__json_number(s, "t", h->test.t);
    sft__json_number(s, "df", h->test.df);
    sft__json_number(s, "p", h->test.p);
    sft__json_number(s, "p_holm", h->holm);
    sft__string_add(s, "}");
}

void sft__comparison_json(sft_comparison *k, sft_string *s)
{
    sft__string_add(s, "{\"schema\": 1");
    sft__json_text(s, "rank_by", k->study.plan.rank_by);
    sft__string_add(s, ",\n \"groups\": [");
    for (int i = 0; i < k->n; i++) {
        sft__string_add(s, i ? ",\n  " : "\n  ");
        put_group(k, i, s);
    }
    sft__string_add(s, "],\n \"comparisons\": [");
    for (int i = 1; i < k->n; i++) {
        sft__string_add(s, i > 1 ? ",\n  " : "\n  ");
        put_test(k, i, "validation", &k->validation[i], s);
        sft__string_add(s, ",\n  ");
        put_test(k, i, "test", &k->test[i], s);
    }
    sft__string_add(s, "]}\n");
}
