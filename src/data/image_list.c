/* SPDX-License-Identifier: MIT */
/* Walks a folder of images. Names are sorted, so that the order does not depend on the file system. */
#include "data/image_list.h"
#include "data/samples.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MOST 32

typedef struct names { /* what a folder holds, without names that begin with a point */
    const char **name;
    int64_t      n, room;
} names;

typedef struct walk {
    sft_ctx        *ctx;
    sft_pos         pos;
    sft_image_list *list;
    dev_t           device[DEPTH_MOST]; /* the folders from the class down to here */
    ino_t           inode[DEPTH_MOST];
    int             depth;
} walk;

static const char *join(const walk *w, const char *folder, const char *name)
{
    return sft__arena_printf(w->list->arena, "%s/%s", folder, name);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static sft_status folder_fail(const walk *w, const char *path, int error)
{
    char here[512];
    if (error == ENOENT || error == ENOTDIR)
        return sft__fail_at(w->ctx, w->pos, SFT_E200,
                            "no folder %s — the working folder is %s — check the path of `data`",
                            path, getcwd(here, sizeof here) ? here : "unknown");
    return sft__fail_at(w->ctx, w->pos, SFT_E259,
                        "folder %s cannot be read — %s — check its permissions", path,
                        strerror(error));
}

static sft_status add_name(const walk *w, names *all, const char *name)
{
    if (all->n == all->room) {
        int64_t      room = all->room ? 2 * all->room : 64;
        const char **more = sft__realloc(w->ctx, all->name, (size_t)all->room * sizeof *more,
                                         (size_t)room * sizeof *more);
        if (!more) return sft_code(w->ctx);
        all->name = more;
        all->room = room;
    }
    all->name[all->n] = sft__arena_text(w->list->arena, name);
    return all->name[all->n++] ? SFT_OK : sft_code(w->ctx);
}

static sft_status list_folder(const walk *w, const char *path, names *all)
{
    struct dirent *e;
    DIR           *dir = opendir(path);
    if (!dir) return folder_fail(w, path, errno);
    while (!sft__failed(w->ctx) && (errno = 0, e = readdir(dir)))
        if (e->d_name[0] != '.') add_name(w, all, e->d_name);
    if (errno) folder_fail(w, path, errno);
    closedir(dir);
    if (all->n) qsort(all->name, (size_t)all->n, sizeof *all->name, by_name);
    return sft_code(w->ctx);
}

static void free_names(const walk *w, names *all)
{
    sft__free(w->ctx, all->name, (size_t)all->room * sizeof *all->name);
    *all = (names){ 0 };
}

static bool is_folder(const char *path)
{
    struct stat st;
    return path && !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool is_image(const char *name)
{
    static const char *const tails[] = { ".png", ".jpg", ".jpeg", ".jpe", ".jfif" };
    const char              *tail = strrchr(name, '.');
    for (size_t i = 0; tail && i < sizeof tails / sizeof *tails; i++)
        if (!strcasecmp(tail, tails[i])) return true;
    return false;
}

/* ---- a class --------------------------------------------------------------------------------- */

static sft_status add_file(const walk *w, const char *path, int32_t label, sft_split split)
{
    sft_image_list *l = w->list;
    if (l->n == l->room) {
        int64_t         room = l->room ? 2 * l->room : 256;
        sft_image_file *more = sft__realloc(w->ctx, l->file, (size_t)l->room * sizeof *more,
                                            (size_t)room * sizeof *more);
        if (!more) return sft_code(w->ctx);
        l->file = more;
        l->room = room;
    }
    l->file[l->n++] = (sft_image_file){ path, label, (int32_t)split };
    l->count[split]++;
    return SFT_OK;
}

static void add_stray(const walk *w, const char *path)
{
    if (w->list->strays++ == 0) w->list->stray = path;
}

/* A link may lead anywhere, but not back to a folder that is being read. */
static sft_status enter(walk *w, const char *path)
{
    struct stat st;
    if (stat(path, &st)) return folder_fail(w, path, errno);
    bool loop = w->depth == DEPTH_MOST;
    for (int i = 0; i < w->depth && !loop; i++)
        loop = w->device[i] == st.st_dev && w->inode[i] == st.st_ino;
    if (loop)
        return sft__fail_at(
            w->ctx, w->pos, SFT_E258,
            "folder %s leads back into itself or lies more than %d deep — remove the link", path,
            DEPTH_MOST);
    w->device[w->depth] = st.st_dev;
    w->inode[w->depth++] = st.st_ino;
    return SFT_OK;
}

static sft_status read_class(walk *w, const char *folder, int32_t label, sft_split split)
{
    names all = { 0 };
    if (enter(w, folder)) return sft_code(w->ctx);
    list_folder(w, folder, &all);
    for (int64_t i = 0; i < all.n && !sft__failed(w->ctx); i++) {
        const char *path = join(w, folder, all.name[i]);
        if (!path) break;
        if (is_folder(path))
            read_class(w, path, label, split);
        else if (is_image(all.name[i]))
            add_file(w, path, label, split);
        else
            add_stray(w, path);
    }
    w->depth--;
    free_names(w, &all);
    return sft_code(w->ctx);
}

/* ---- a split --------------------------------------------------------------------------------- */

/* The folders in it are the classes, unless they are known from training already. */
static sft_status name_classes(const walk *w, const char *folder, const names *all)
{
    sft_image_list *l = w->list;
    l->class_names = sft__arena_alloc(l->arena, (size_t)(all->n + 1) * sizeof *l->class_names);
    for (int64_t i = 0; l->class_names && i < all->n; i++)
        if (is_folder(join(w, folder, all->name[i]))) l->class_names[l->classes++] = all->name[i];
    if (l->classes > SFT_CLASSES_MOST)
        return sft__fail_at(w->ctx, w->pos, SFT_E240, "%s has %lld folders, more than %d classes",
                            folder, (long long)l->classes, SFT_CLASSES_MOST);
    return sft_code(w->ctx);
}

static int32_t label_of(const sft_image_list *l, const char *name)
{
    const char **found = l->classes ? bsearch(&name, l->class_names, (size_t)l->classes,
                                              sizeof *l->class_names, by_name)
                                    : NULL;
    return found ? (int32_t)(found - l->class_names) : -1;
}

static sft_status read_split(walk *w, const char *folder, sft_split split)
{
    names all = { 0 };
    if (list_folder(w, folder, &all) == SFT_OK && split == SFT_TRAIN) name_classes(w, folder, &all);
    for (int64_t i = 0; i < all.n && !sft__failed(w->ctx); i++) {
        const char *path = join(w, folder, all.name[i]);
        int32_t     label = label_of(w->list, all.name[i]);
        if (!is_folder(path))
            add_stray(w, path);
        else if (label < 0)
            sft__fail_at(
                w->ctx, w->pos, SFT_E240,
                "class `%s` of %s has no folder in training — check the names of the folders",
                all.name[i], folder);
        else
            read_class(w, path, label, split);
    }
    free_names(w, &all);
    return sft_code(w->ctx);
}

/* The first of the names that is a folder below; NULL: none. */
static const char *first_folder(const walk *w, const char *folder, const char *const *name)
{
    for (; *name; name++) {
        const char *path = join(w, folder, *name);
        if (is_folder(path)) return path;
    }
    return NULL;
}

static sft_status read_splits(walk *w, const char *folder)
{
    static const char *const train[] = { "train", "training", NULL };
    static const char *const validation[] = { "val", "valid", "validation", NULL };
    static const char *const test[] = { "test", "testing", NULL };
    const char              *own = first_folder(w, folder, train);
    if (!own) return read_split(w, folder, SFT_TRAIN);
    if (read_split(w, own, SFT_TRAIN)) return sft_code(w->ctx);
    own = first_folder(w, folder, validation);
    if (own && read_split(w, own, SFT_VALIDATION)) return sft_code(w->ctx);
    own = first_folder(w, folder, test);
    return own ? read_split(w, own, SFT_TEST) : SFT_OK;
}

sft_status sft__images_find(sft_ctx *c, sft_arena *a, sft_pos pos, const char *folder,
                            sft_image_list *l)
{
    walk w = { .ctx = c, .pos = pos, .list = l };
    *l = (sft_image_list){ .arena = a };
    if (read_splits(&w, folder)) return sft_code(c);
    if (l->count[SFT_TRAIN] == 0)
        return sft__fail_at(
            c, pos, SFT_E245,
            "no PNG or JPEG images to train on in %s — a folder a class is expected, such as %s/cat/1.png, or "
            "%s/train/cat/1.png",
            folder, folder, folder);
    if (l->strays)
        sft__note(
            c, SFT_WARN, "W257",
            "%lld files of %s are passed over, as they are no images in a class (the first: %s)",
            (long long)l->strays, folder, l->stray);
    return sft_code(c);
}

void sft__images_free(sft_ctx *c, sft_image_list *l)
{
    sft__free(c, l->file, (size_t)l->room * sizeof *l->file);
    l->file = NULL;
    l->n = l->room = 0;
}
