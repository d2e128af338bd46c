/* SPDX-License-Identifier: MIT */
/* Loading is all or nothing: every file that does not fit is refused with its code, its exit status
 * and a hint, and nothing has changed after it. labels: core */
#include "fit_run.h"

#include "train/checkpoint.h"

#include <math.h>

typedef struct subject {
    fit_run      x;
    sft_trainer *t;
    char         folder[64], path[128];
} subject;

/* A trainer that has done `steps` steps, its state in `path`. */
static void open_subject(subject *s, const char *const *overrides, int steps)
{
    folder_make(s->folder);
    snprintf(s->path, sizeof s->path, "%s/a.safetensors", s->folder);
    fit_open(&s->x, 0, fit_recipe, overrides);
    s->t = sft_trainer_new(s->x.c, s->x.r, s->x.d, s->x.n);
    for (int i = 0; i < steps; i++)
        sft_step(s->t, NULL);
    sft_net_remember(s->x.n);
    sft_step(s->t, NULL);
    sft_trainer_save(s->t, s->path, "some \"extra\"\ntext");
    CHECK_OK(s->x.c);
}

static void close_subject(subject *s)
{
    sft_trainer_free(s->t);
    fit_close(&s->x);
    folder_remove(s->folder);
}

/* All that loading could change, as one hash: weights, averages, slots, kept weights, the place in
 * time. */
static void state_of(const subject *s, char hex[65])
{
    const sft_net *n = s->x.n;
    sft_sha256 sum;
    sft__sha256_open(&sum);
    sft__sha256_add(&sum, n->w.base, (size_t)n->n_params * sizeof(real));
    sft__sha256_add(&sum, n->s.base, (size_t)n->n_states * sizeof(real));
    sft__sha256_add(&sum, n->kept.base, (size_t)(n->n_params + n->n_states) * sizeof(real));
    for (int i = 0; i < s->t->update.n_slots; i++)
        sft__sha256_add(&sum, sft__update_slot(&s->t->update, i),
                        (size_t)n->n_params * sizeof(real));
    sft__sha256_add(&sum, &s->t->step, sizeof s->t->step);
    sft__sha256_add(&sum, &s->t->optimizer_from, sizeof s->t->optimizer_from);
    sft__sha256_close(&sum, hex);
}

/* The file at `path` is refused by the trainer; nothing has changed. */
static void refused(subject *s, const char *path, const char *id, const char *part)
{
    char before[65], after[65];
    state_of(s, before);
    assert_int_equal(sft_trainer_load(s->t, path, 0, NULL), SFT_CHECKPOINT);
    if (!strstr(sft_message(s->x.c), path))
        fail_msg("the path is missing: %s", sft_message(s->x.c));
    CHECK_FAILS(s->x.c, id, part);
    state_of(s, after);
    assert_string_equal(before, after);
}

/* Writes the checkpoint anew with one thing changed, hashes made good: a file that is whole and
 * says something else. */
typedef struct edit {
    const char *drop, *meta,
        *value; /* a tensor left out; a key of the metadata with another value (NULL: left out) */
    const char *poison;                 /* a tensor whose second value becomes infinite */
    const char *reshape, *extra;        /* a tensor that becomes flat; one more tensor */
} edit;

static const char *rewrite(subject *s, edit e)
{
    static char path[160];
    sft_ctx *c = s->x.c;
    sft_st_file f;
    sft_arena a;
    snprintf(path, sizeof path, "%s/edited.safetensors", s->folder);
    sft__arena_open(&a, c);
    assert_int_equal(sft__st_read(c, s->path, &f), SFT_OK);
    sft_st_out *out = sft__arena_alloc(&a, ((size_t)f.n_tensors + 1) * sizeof *out);
    sft_st_meta *meta = sft__arena_alloc(&a, (size_t)(f.n_meta + f.n_tensors + 2) * sizeof *meta);
    int n = 0, m = 0;
    char zeros[65], hex[65];
    memset(zeros, '0', 64);
    zeros[64] = 0;
    meta[m++] = (sft_st_meta){ SFT_HASH_KEY, zeros };
    for (int i = 0; i < f.n_meta; i++) {
        if (!strncmp(f.meta[i].key, SFT_HASH_KEY, strlen(SFT_HASH_KEY)) ||
            (sft__text_is(f.meta[i].key, e.meta) && !e.value))
            continue;
        meta[m++] =
            sft__text_is(f.meta[i].key, e.meta) ? (sft_st_meta){ e.meta, e.value } : f.meta[i];
    }
    for (int i = 0; i < f.n_tensors; i++) {
        sft_st_tensor *t = &f.tensor[i];
        if (sft__text_is(t->name, e.drop))
            continue;
        out[n] = (sft_st_out){ t->name, t->dtype, t->shape, t->data, t->bytes };
        if (sft__text_is(t->name, e.reshape))
            out[n].shape = (sft_shape){ 1, { t->count } };
        if (sft__text_is(t->name, e.poison)) {
            float *copy = sft__arena_alloc(&a, t->bytes);
            memcpy(copy, t->data, t->bytes);
            copy[1] = INFINITY;
            copy[3] = NAN;
            out[n].data = copy;
        }
        n++;
    }
    if (e.extra)
        out[n++] = (sft_st_out){ e.extra, SFT_F32, { 1, { 1 } }, f.tensor[0].data, 4 };
    for (int i = 0; i < n; i++) {
        sft_sha256 sum;
        sft__sha256_open(&sum);
        sft__sha256_add(&sum, out[i].data, out[i].bytes);
        sft__sha256_close(&sum, hex);
        meta[m++] = (sft_st_meta){ sft__arena_printf(&a, SFT_TENSOR_HASH_KEY "%s", out[i].name),
                                   sft__arena_text(&a, hex) };
    }
    sft_string header;
    sft__string_open(&header, c);
    sft__st_header(&header, out, n, meta, m);
    assert_true(sft__header_hash(header.text, header.n, hex));
    meta[0].value = hex;
    sft__string_close(&header);
    assert_int_equal(sft__st_write(c, path, out, n, meta, m), SFT_OK);
    sft__st_close(c, &f);
    sft__arena_close(&a);
    return path;
}

static void test_round_trip(void **state)
{
    (void)state;
    subject s;
    open_subject(&s, NULL, 40);
    char before[65], after[65];
    const char *extra = NULL;
    state_of(&s, before);
    for (int i = 0; i < 3; i++)
        sft_step(s.t, NULL);
    sft_net_remember(s.x.n);
    state_of(&s, after);
    assert_true(strcmp(before, after) != 0);
    assert_int_equal(sft_trainer_load(s.t, s.path, 0, &extra), SFT_OK);
    assert_string_equal(extra, "some \"extra\"\ntext");
    state_of(&s, after);
    assert_string_equal(before, after);
    assert_int_equal(s.t->step, 41);
    assert_int_equal(sft_trainer_load(s.t, rewrite(&s, (edit){ .drop = "nothing" }), 0, NULL),
                     SFT_OK); /* the edits below are the only faults */
    close_subject(&s);
}

/* A checkpoint without kept weights leaves none kept. */
static void test_nothing_kept(void **state)
{
    (void)state;
    subject s;
    open_subject(&s, NULL, 0);
    fit_run y;
    fit_open(&y, 0, fit_recipe, NULL);
    sft_trainer *t = sft_trainer_new(y.c, y.r, y.d, y.n);
    assert_int_equal(sft_trainer_save(t, s.path, NULL), SFT_OK);
    sft_trainer_free(t);
    fit_close(&y);
    assert_int_equal(sft_trainer_load(s.t, s.path, 0, NULL), SFT_OK);
    assert_int_equal(sft_net_recall(s.x.n), SFT_USAGE);
    CHECK_FAILS(s.x.c, "E002", "nothing is kept");
    close_subject(&s);
}

/* Rows 63 to 68 through the loader: the file itself is broken (each form of it is in
 * test_safetensors.c). */
static void test_broken_files(void **state)
{
    (void)state;
    subject s;
    open_subject(&s, NULL, 3);
    char path[160];
    size_t size = 0;
    char *whole = fit_text(s.folder, "a.safetensors", &size);
    const struct {
        const char *name, *bytes;
        size_t      n;
        const char *id, *part;
    } files[] = {
        { "zero.safetensors", "", 0, "E300", "use an older checkpoint" },
        { "model.pt", "PK\3\4\0\0\0\0", 8, "E301", "safetensors.torch.save_file" },
        { "model.h5", "\x89HDF\r\n\x1a\n", 8, "E301", "safetensors.numpy.save_file" },
        { "cut.safetensors", whole, size - 1, "E302", "use an older checkpoint" },
        { "half.safetensors", whole, 1000, "E303", "cut short or damaged" },
        { "long.safetensors", "\xff\xff\xff\xff\xff\0\0\0{}", 10, "E304", "64 MiB" },
        { "text.safetensors", "\4\0\0\0\0\0\0\0{no}", 12, "E305", "byte 9" },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        folder_write(s.folder, files[i].name, files[i].bytes, files[i].n);
        snprintf(path, sizeof path, "%s/%s", s.folder, files[i].name);
        refused(&s, path, files[i].id, files[i].part);
        char before[65], after[65];
        sft_net_hash(s.x.n, before);
        assert_int_equal(sft_net_load(s.x.n, path), SFT_CHECKPOINT);
        CHECK_FAILS(s.x.c, files[i].id, files[i].part);
        sft_net_hash(s.x.n, after);
        assert_string_equal(before, after);
    }
    free(whole);
    close_subject(&s);
}

/* Row 69, to the end: no file with one byte changed is loaded, wherever the byte is, and all of
 * these faults are taken for damage. */
static void test_no_flipped_bit_is_loaded(void **state)
{
    (void)state;
    subject s;
    open_subject(&s, NULL, 3);
    size_t size = 0;
    char *whole = fit_text(s.folder, "a.safetensors", &size), before[65], after[65];
    int hashes = 0;
    state_of(&s, before);
    for (size_t i = 0; i < size; i += i < 8500 ? 1 : 53) {
        sft_st_file f;
        char was = whole[i];
        whole[i] = (char)(was ^ (1 << (i % 8)));
        sft_status got = sft__st_parse(s.x.c, "a.safetensors", (uint8_t *)whole, size, &f);
        if (got == SFT_OK)
            got = sft__check_hashes(s.x.c, &f);
        hashes += !strcmp(sft_error_id(s.x.c), "E312");
        if (got != SFT_CHECKPOINT || strcmp(sft_error_id(s.x.c), "E300") < 0 ||
            strcmp(sft_error_id(s.x.c), "E312") > 0)
            fail_msg("byte %zu: %s", i, sft_message(s.x.c));
        sft_clear(s.x.c);
        sft__st_close(s.x.c, &f);
        whole[i] = was;
    }
    assert_true(hashes > 1000);
    whole[size - 3] ^= 4;
    folder_write(s.folder, "flipped.safetensors", whole, size);
    char path[160];
    snprintf(path, sizeof path, "%s/flipped.safetensors", s.folder);
    refused(&s, path, "E312", "does not have the hash written beside it");
    state_of(&s, after);
    assert_string_equal(before, after);
    free(whole);
    close_subject(&s);
}

/* Row 70. */
static void test_tensors_differ(void **state)
{
    (void)state;
    subject s;
    open_subject(&s, NULL, 3);
    refused(&s, rewrite(&s, (edit){ .drop = "5.bias" }), "E313", "\n  missing  5.bias 10");
    refused(&s, rewrite(&s, (edit){ .extra = "9.weight" }), "E313", "\n  extra    9.weight 1");
    refused(&s, rewrite(&s, (edit){ .reshape = "1.weight" }), "E313",
            "\n  shape    1.weight is 1024, the recipe wants 16x64");
    refused(&s, rewrite(&s, (edit){ .drop = "kept.5.bias" }), "E313", "`kept.5.bias` is missing");
    refused(&s, rewrite(&s, (edit){ .reshape = "kept.1.weight" }), "E313", "another shape");
    subject wide;
    open_subject(&wide, (const char *const[]){ "model=flatten | linear 24 | relu | linear", NULL },
                 1);
    refused(&wide, s.path, "E313", "use the recipe it was made with");
    char before[65], after[65];
    state_of(&wide, before);
    assert_int_equal(sft_net_load(wide.x.n, s.path), SFT_CHECKPOINT);
    CHECK_FAILS(wide.x.c, "E313", "tensors that differ: 10");
    state_of(&wide, after);
    assert_string_equal(before, after);
    close_subject(&wide);
    /* only weights: fine for the network, not for going on */
    char path[160];
    snprintf(path, sizeof path, "%s/weights.safetensors", s.folder);
    assert_int_equal(sft_net_save(s.x.n, path), SFT_OK);
    refused(&s, path, "E313", "no state of training");
    assert_int_equal(sft_net_load(s.x.n, path), SFT_OK);
    close_subject(&s);
}

/* Row 71, and the way out: the new optimiser starts afresh, its bias correction too, and that
 * survives the next checkpoint. */
static void test_optimiser_changed(void **state)
{
    (void)state;
    subject s, sgd;
    open_subject(&s, NULL, 20);
    refused(&s, rewrite(&s, (edit){ .drop = "optimizer.exp_avg.1.weight" }), "E314",
            "lacks the optimiser's state `optimizer.exp_avg.1.weight`");
    open_subject(&sgd, (const char *const[]){ "optimizer=sgd lr=0.1 momentum=0.9", NULL }, 1);
    refused(&sgd, s.path, "E314",
            "made with the optimiser adam and the recipe has sgd — resume with --reset-optimizer");
    assert_int_equal(sft_trainer_load(sgd.t, s.path, SFT_RESET_OPTIMIZER, NULL), SFT_OK);
    assert_int_equal(sgd.t->step, 21);
    assert_int_equal(sgd.t->optimizer_from, 21);
    const real *slot = sft__update_slot(&sgd.t->update, 0);
    for (int64_t i = 0; i < sgd.x.n->n_params; i++)
        assert_true(slot[i] == 0);
    sft_step(sgd.t, NULL);
    char before[65], after[65];
    state_of(&sgd, before);
    assert_int_equal(sft_trainer_save(sgd.t, sgd.path, NULL), SFT_OK);
    assert_int_equal(sft_trainer_load(sgd.t, sgd.path, 0, NULL), SFT_OK);
    state_of(&sgd, after);
    assert_string_equal(before, after);
    close_subject(&sgd);
    close_subject(&s);
}

/* Row 72. */
static void test_newer_format(void **state)
{
    (void)state;
    subject s;
    open_subject(&s, NULL, 1);
    refused(&s, rewrite(&s, (edit){ .meta = "format_version", .value = "2" }), "E315",
            "of format 2 and this build reads up to 1 — use a newer surefoot");
    refused(&s, rewrite(&s, (edit){ .meta = "format_version", .value = "two\x1b[2J" }), "E315",
            "of format two?[2J"); /* no control characters in sentences */
    refused(&s, rewrite(&s, (edit){ .meta = "format_version" }), "E315", "(none)");
    close_subject(&s);
}

/* Row 73. */
static void test_not_finite(void **state)
{
    (void)state;
    subject s;
    open_subject(&s, NULL, 1);
    const char *path = rewrite(&s, (edit){ .poison = "1.weight" });
    refused(
        &s, path, "E316",
        "2 of the 1024 values of `1.weight` are NaN or infinite — go back to an older checkpoint");
    char before[65], after[65];
    state_of(&s, before);
    assert_int_equal(sft_net_load(s.x.n, path), SFT_CHECKPOINT);
    CHECK_FAILS(s.x.c, "E316", "`1.weight`");
    state_of(&s, after);
    assert_string_equal(before, after);
    close_subject(&s);
}

/* Row 61. */
static void test_data_changed(void **state)
{
    (void)state;
    subject s;
    open_subject(&s, NULL, 1);
    const char *path = rewrite(
        &s, (edit){ .meta = "data",
                    .value = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" });
    refused(&s, path, "E260", "was 0123456789abcdef… — resume with --allow-data-change");
    assert_int_equal(sft_trainer_load(s.t, path, SFT_ALLOW_DATA_CHANGE, NULL), SFT_OK);
    close_subject(&s);
}

/* What decides the batches may not change; what does not, may. */
static void test_recipe_changed(void **state)
{
    (void)state;
    subject s;
    open_subject(&s, NULL, 1);
    static const struct {
        const char *set, *part;
    } fixed[] = {
        { "train.seed=4", " train.seed was 3, is 4; — put the old values back" },
        { "train.batch=50", " train.batch was 100, is 50;" },
        { "train.shards=8", " train.shards was 4, is 8;" },
        { "train.shuffle=false", " train.shuffle was true, is false;" },
        { "train.drop_last=true", " train.drop_last was false, is true;" },
        { "split.standardize=none", " split.standardize was auto, is none;" },
    };
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        subject other;
        open_subject(&other, (const char *const[]){ fixed[i].set, NULL }, 1);
        refused(&other, s.path, "E317", fixed[i].part);
        close_subject(&other);
    }
    static const char *const freely[] = { "train.epochs=40",       "optimizer.lr=0.5",
                                          "train.clip_norm=1",     "schedule=constant",
                                          "early_stop.patience=3", "checkpoint.every=0" };
    for (size_t i = 0; i < sizeof freely / sizeof *freely; i++) {
        subject other;
        open_subject(&other, (const char *const[]){ freely[i], NULL }, 1);
        assert_int_equal(sft_trainer_load(other.t, s.path, 0, NULL), SFT_OK);
        close_subject(&other);
    }
    refused(&s, rewrite(&s, (edit){ .meta = "order" }), "E317", "now with train.seed=3;");
    refused(&s, rewrite(&s, (edit){ .meta = "step", .value = "-1" }), "E305",
            "its step, `-1`, is not a number");
    refused(&s, rewrite(&s, (edit){ .meta = "step", .value = "x" }), "E305", "its step, `x`");
    refused(&s, rewrite(&s, (edit){ .meta = "optimizer_from", .value = "9" }), "E305",
            "from 0 to 2");
    refused(&s, rewrite(&s, (edit){ .meta = "step" }), "E313", "no state of training");
    close_subject(&s);
}

/* A file of PyTorch's own state_dict, saved by safetensors.torch.save_file: no hashes, a counter,
 * half precision. */
static void test_foreign_weights(void **state)
{
    (void)state;
    subject s;
    open_subject(&s, NULL, 1);
    sft_ctx *c = s.x.c;
    const sft_net *n = s.x.n;
    static float zeros[4096];
    static const int64_t counter = 5;
    sft_st_out out[32];
    int used = 0;
    for (int i = 0; i < n->n_tensors; i++) {
        sft_tensor_facts t;
        assert_int_equal(sft_net_tensor(n, i, &t), SFT_OK);
        out[used++] = (sft_st_out){ t.name, SFT_BF16, t.shape, zeros, (size_t)t.count * 2 };
    }
    out[used++] = (sft_st_out){ "2.num_batches_tracked", SFT_I64, { 0 }, &counter, 8 };
    char path[160];
    snprintf(path, sizeof path, "%s/torch.safetensors", s.folder);
    assert_int_equal(
        sft__st_write(c, path, out, used, (const sft_st_meta[]){ { "format", "pt" } }, 1), SFT_OK);
    refused(&s, path, "E313", "no state of training");
    assert_int_equal(sft_net_load(s.x.n, path), SFT_OK);
    float bias[10];
    assert_int_equal(sft_net_get(n, "5.bias", bias, 10), SFT_OK);
    for (int i = 0; i < 10; i++)
        assert_true(bias[i] == 0);
    close_subject(&s);
}

/* Any allocation of a load may fail: a clean error, and nothing has changed. */
static void test_memory(void **state)
{
    (void)state;
    subject s;
    open_subject(&s, NULL, 1);
    char before[65], after[65];
    state_of(&s, before);
    check_memory m = { .fails = 0 };
    sft_config k = {
        .threads = 1, .reference = true, .realloc = check_realloc, .realloc_user = &m
    };
    fit_run y = { .c = sft_open(&k) };
    y.r = sft_recipe_parse(y.c, "recipe.yaml", fit_recipe, strlen(fit_recipe));
    y.d = sft_data_open(y.c, y.r);
    y.n = sft_net_new(y.c, y.r, y.d);
    sft_trainer *t = sft_trainer_new(y.c, y.r, y.d, y.n);
    sft_net_remember(y.n);
    CHECK_OK(y.c);
    subject other = { .x = y, .t = t };
    state_of(&other, before);
    bool done = false;
    for (int64_t n = 1; !done; n++) {
        m.fails = m.calls + n;
        done = sft_trainer_load(t, s.path, 0, NULL) == SFT_OK;
        m.fails = 0;
        if (done)
            break;
        CHECK_FAILS(y.c, "E004", "");
        state_of(&other, after);
        assert_string_equal(before, after);
        assert_true(n < 10000);
    }
    sft_trainer_free(t);
    fit_close(&y);
    assert_int_equal(m.in_use, 0);
    close_subject(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),       cmocka_unit_test(test_nothing_kept),
        cmocka_unit_test(test_broken_files),     cmocka_unit_test(test_no_flipped_bit_is_loaded),
        cmocka_unit_test(test_tensors_differ),   cmocka_unit_test(test_optimiser_changed),
        cmocka_unit_test(test_newer_format),     cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_data_changed),     cmocka_unit_test(test_recipe_changed),
        cmocka_unit_test(test_foreign_weights),  cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
