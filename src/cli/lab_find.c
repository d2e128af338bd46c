/* SPDX-License-Identifier: MIT */
/* Where labs lie, and copies of them. */
#include "lab.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- a folder of labs ------------------------------------------------------------------------------------- */

static bool is_lab(const char *root, const char *name)
{
    char path[4700];
    snprintf(path, sizeof path, "%.4000s/%.256s/claim.yaml", root, name);
    return name[0] != '.' && cli_is_file(path);
}

static void add(cli_labs *l, const char *name)
{
    for (int i = 0; i < l->n; i++)
        if (!strcmp(l->name[i], name))
            return;
    if (l->n < CLI_LABS && is_lab(l->root, name) && (l->name[l->n] = strdup(name)))
        l->n++;
}

/* labs.txt: names in the order of the lecture. */
static void add_ordered(cli_labs *l)
{
    char path[4100];
    snprintf(path, sizeof path, "%.4000s/labs.txt", l->root);
    char *text = cli_read_text(path), *rest = NULL;
    for (char *word = text ? strtok_r(text, " \t\r\n", &rest) : NULL; word; word = strtok_r(NULL, " \t\r\n", &rest))
        add(l, word);
    free(text);
}

static bool take_root(cli_labs *l, const char *root)
{
    struct dirent **entry;
    snprintf(l->root, sizeof l->root, "%.3999s", root);
    add_ordered(l);
    const int n = scandir(root, &entry, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        add(l, entry[i]->d_name);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    if (!l->n)
        l->root[0] = 0;
    return l->n > 0;
}

/* ---- where? ------------------------------------------------------------------------------------------------ */

/* build/surefoot of a source tree, or bin/surefoot of an installed one. */
static bool beside_program(cli_labs *l)
{
    static const char *const places[] = { "../share/surefoot/labs", "../labs", "../../labs" };
    char self[3000], path[3100];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return false;
    self[n] = 0;
    char *slash = strrchr(self, '/');
    if (!slash)
        return false;
    *slash = 0;
    for (int i = 0; i < 3; i++) {
        char real[4097];
        snprintf(path, sizeof path, "%s/%s", self, places[i]);
        if (realpath(path, real) && take_root(l, real))
            return true;
    }
    return false;
}

void cli_labs_find(cli_labs *l)
{
    const char *given = getenv("SUREFOOT_LABS");
    *l = (cli_labs){ .n = 0 };
    if (given && *given)
        take_root(l, given);
    else if (!take_root(l, "labs"))
        beside_program(l);
}

void cli_labs_free(cli_labs *l)
{
    for (int i = 0; i < l->n; i++)
        free(l->name[i]);
    l->n = 0;
}

/* ---- one of them ------------------------------------------------------------------------------------------- */

int cli_lab_folder(cli *a, const cli_labs *l, const char *word, char *folder, size_t size)
{
    cli_near near = { .word = word };
    for (int i = 0; i < l->n; i++) {
        cli_near_try(&near, l->name[i]);
        if (strcmp(l->name[i], word))
            continue;
        snprintf(folder, size, "%s/%s", l->root, word);
        return SFT_OK;
    }
    if (cli_is_folder(word)) {
        snprintf(folder, size, "%s", word);
        return SFT_OK;
    }
    if (near.best)
        return cli_usage(a, "no lab is called `%s` — did you mean `%s`?", word, near.best);
    return cli_usage(a, "no lab is called `%s` — `surefoot lab` lists them; a folder of your own is given by its path", word);
}

/* ---- copies ------------------------------------------------------------------------------------------------ */

static int copy_file(cli *a, const char *from, const char *to)
{
    char buf[1 << 14];
    FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
    bool ok = in && out;
    for (size_t n; ok && (n = fread(buf, 1, sizeof buf, in)) > 0;)
        ok = fwrite(buf, 1, n, out) == n;
    ok = ok && !ferror(in);
    const int error = errno;
    if (in)
        fclose(in);
    if (out && fclose(out))
        ok = false;
    return ok ? SFT_OK : cli_fail_io(a, error, "cannot copy %s to %s", from, to);
}

int cli_lab_copy(cli *a, const char *from, const char *to)
{
    char source[9000], target[9000];
    if (mkdir(to, 0777))
        return errno == EEXIST ? cli_usage(a, "%s is there already — choose another name", to)
                               : cli_fail_io(a, errno, "cannot make %s", to);
    DIR *dir = opendir(from);
    int code = dir ? SFT_OK : cli_fail_io(a, errno, "cannot read %s", from);
    for (struct dirent *e = dir ? readdir(dir) : NULL; e && !code; e = readdir(dir)) {
        snprintf(source, sizeof source, "%.4400s/%.256s", from, e->d_name);
        snprintf(target, sizeof target, "%.4400s/%.256s", to, e->d_name);
        if (cli_is_file(source))
            code = copy_file(a, source, target);
    }
    if (dir)
        closedir(dir);
    if (!code && !a->quiet)
        printf("%s is a copy of %s; change its files and run: surefoot lab run %s%s\n", to, from, strchr(to, '/') ? "" : "./", to);
    return code;
}
