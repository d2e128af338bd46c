/* SPDX-License-Identifier: MIT */
/* surefoot lab: the claims of the lecture as experiments. */
#include "lab.h"

#include <string.h>

static int list(cli *a, const cli_labs *l)
{
    cli_json j;
    char folder[4400];
    if (a->json) {
        cli_json_open(&j, stdout);
        cli_json_begin(&j, NULL, '[');
    }
    cli_table t;
    cli_table_open(&t, "lab|>claims|slide|title");
    for (int i = 0; i < l->n; i++) {
        sft_lab_facts f;
        snprintf(folder, sizeof folder, "%s/%s", l->root, l->name[i]);
        sft_lab *lab = sft_lab_open(a->ctx, folder, &(sft_lab_options){ .folder = "." });
        if (!lab || sft_lab_facts_of(lab, &f))
            return cli_fail(a);
        if (a->json)
            cli_lab_json(&j, lab, false);
        cli_table_add(&t, "%s", f.name);
        cli_table_add(&t, "%d", f.claims);
        cli_table_add(&t, "%s", f.slide);
        cli_table_add(&t, "%s", f.title);
        sft_lab_close(lab);
    }
    if (a->json) {
        cli_json_end(&j, ']');
        cli_json_close(&j);
        return SFT_OK;
    }
    cli_table_print(&t, a, "");
    if (!a->quiet && l->n)
        printf("\ntry next:   surefoot lab run %s        surefoot lab run --all\n", l->name[0]);
    return SFT_OK;
}

static int show(cli *a, const cli_labs *l)
{
    char folder[4400];
    if (a->n_args != 2)
        return cli_usage(a, "lab show takes the name of one lab");
    int code = cli_lab_folder(a, l, a->arg[1], folder, sizeof folder);
    if (code)
        return code;
    sft_lab *lab = sft_lab_open(a->ctx, folder, &(sft_lab_options){ .folder = "." });
    if (!lab)
        return cli_fail(a);
    if (a->json) {
        cli_json j;
        cli_json_open(&j, stdout);
        cli_lab_json(&j, lab, false);
        cli_json_close(&j);
    } else {
        cli_lab_print(a, lab, false);
        printf("its files: %s\n", folder);
    }
    sft_lab_close(lab);
    return SFT_OK;
}

static int copy(cli *a, const cli_labs *l)
{
    char folder[4400];
    if (a->n_args < 2 || a->n_args > 3)
        return cli_usage(a, "lab copy takes the name of a lab, and the folder to be made if that is to be called otherwise");
    int code = cli_lab_folder(a, l, a->arg[1], folder, sizeof folder);
    return code ? code : cli_lab_copy(a, folder, a->arg[a->n_args - 1]);
}

static int dispatch(cli *a, const cli_labs *l)
{
    const char *word = a->n_args ? a->arg[0] : "list";
    if (!strcmp(word, "list"))
        return l->n ? list(a, l) : cli_fail_as(a, "E200", SFT_DATA, "no labs are found — say where they lie by SUREFOOT_LABS=DIR");
    if (!strcmp(word, "show"))
        return show(a, l);
    if (!strcmp(word, "copy"))
        return copy(a, l);
    if (!strcmp(word, "run") || !strcmp(word, "check"))
        return cli_lab_run(a, l, !strcmp(word, "check"));
    return cli_usage(a, "lab list, show, run, check or copy, not `%s` — to run it: surefoot lab run %s", word, word);
}

static int run(cli *a)
{
    cli_labs l;
    cli_labs_find(&l);
    const int code = dispatch(a, &l);
    cli_labs_free(&l);
    return code;
}

static const cli_flag flags[] = {
    { "all", 0, NULL, "every lab, and one page of all" },
    { "output", 'o', "DIR", "folder that is written (default: runs/lab-NAME-001 and so on; of check a temporary one)" },
    { "workers", 'w', "N", "processes of one thread each (default: one a core)" },
    { 0 },
};

const cli_verb cli_verb_lab = {
    .name = "lab", .usage = "lab [list | show NAME | run NAME… | run --all | check [NAME…] | copy NAME [DIR]] [key=value …]",
    .doc = "claims of the lecture as experiments: what holds, by how much", .flags = flags, .run = run, .threads = 1,
    .examples = "  surefoot lab                                  (all labs)\n"
                "  surefoot lab run vanishing\n"
                "  surefoot lab run vanishing train.batch=16     (overrides go to the recipes of all its sweeps)\n"
                "  surefoot lab run --all -o labs-today          (minutes; one page of all)\n"
                "  surefoot lab check                            (all, small: do the claims still hold?)\n"
                "  surefoot lab copy vanishing mine              (change mine/*.yaml, then: surefoot lab run ./mine)\n",
};
