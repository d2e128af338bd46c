/* SPDX-License-Identifier: MIT */
/* Augmentation of batches: a pure function of (seed, epoch, sample), whatever the threads, the batches and the stops;
 * stages in order; mixup and cutmix. labels: core data threads */
#include "fit_run.h"

#include "data/augment/augmenter.h"
#include "data/augment/mix.h"

#include <math.h>

/* A recipe whose `augment` is given, and data in memory. */
typedef struct setting {
    sft_ctx    *c;
    sft_recipe *r;
    sft_data   *d;
} setting;

enum { COUNT = 60 };

static float value_of(int64_t sample, int64_t i)
{
    return (float)((sample * 31 + i * 17) % 101) / 50 - 1;
}

static setting open_setting(const char *augment, sft_shape shape, sft_task task)
{
    char    text[512];
    setting s = { .c = check_open() };
    snprintf(text, sizeof text, "data: digits\nmodel: flatten | linear\naugment: %s\n", augment);
    s.r = sft_recipe_parse(s.c, "r.yaml", text, strlen(text));
    sft_recipe_resolve(s.r);
    CHECK_OK(s.c);
    int64_t n = sft__count(shape);
    float  *x = malloc((size_t)(COUNT * n) * sizeof *x), y[COUNT];
    assert_non_null(x);
    for (int64_t i = 0; i < COUNT * n; i++) x[i] = value_of(i / n, i % n);
    for (int i = 0; i < COUNT; i++) y[i] = task == SFT_CLASSES ? (float)(i % 7) : (float)i / 10;
    s.d = sft_data_from(s.c, x, shape, y, task, task == SFT_CLASSES ? 7 : 1, COUNT, NULL);
    CHECK_OK(s.c);
    free(x);
    return s;
}

static void close_setting(setting *s)
{
    sft_data_free(s->d);
    sft_recipe_free(s->r);
    sft_close(s->c);
}

static sft_loader *open_loader(const setting *s, sft_loader_conf k)
{
    k.augment = &s->r->stages;
    sft_loader *l = sft__loader_new(s->d, &k);
    CHECK_OK(s->c);
    return l;
}

static const sft_shape image = { 3, { 3, 12, 12 } };

/* ---- pure functions -------------------------------------------------------------------------- */

/* An epoch's samples by their number, which the rows of a loader without augmentation tell: first values differ. */
static void remember(const setting *s, sft_loader *l, sft_loader *plain, int64_t epoch, real *out)
{
    const int64_t n = sft__count(image);
    for (int64_t step = 0; step < sft__loader_steps(l); step++) {
        const sft_batch *a = sft__loader_get(l, epoch, step),
                        *b = sft__loader_get(plain, epoch, step);
        assert_int_equal(a->rows, b->rows);
        for (int64_t r = 0; r < a->rows; r++) {
            int64_t sample = 0;
            while (sample < COUNT && s->d->raw.train.floats[sample * n] != (float)b->x[r * n])
                sample++;
            assert_true(sample < COUNT);
            memcpy(out + sample * n, a->x + r * n, (size_t)n * sizeof *out);
        }
    }
}

/* The same sample in the same epoch is changed alike in batches of another size and order; in another epoch or with
 * another seed it is not. */
static void by_seed_epoch_and_sample(void **state)
{
    (void)state;
    const int64_t n = sft__count(image);
    setting       s =
        open_setting("crop 2 | flip | rotate 20 | noise 0.05 | cutout 3", image, SFT_CLASSES);
    real *seen[4];
    static const struct {
        int64_t  batch, epoch;
        uint64_t seed;
        bool     shuffle;
    } how[4] = {
        { 16, 2, 9, true },
        { 7, 2, 9, false },
        { 16, 3, 9, true },
        { 16, 2, 10, true },
    };
    for (int i = 0; i < 4; i++) {
        sft_loader_conf k = { .batch = how[i].batch,
                              .seed = how[i].seed,
                              .shuffle = how[i].shuffle };
        sft_loader     *l = open_loader(&s, k), *plain = sft__loader_new(s.d, &k);
        seen[i] = calloc((size_t)(COUNT * n), sizeof **seen);
        assert_non_null(seen[i]);
        remember(&s, l, plain, how[i].epoch, seen[i]);
        sft__loader_free(l);
        sft__loader_free(plain);
    }
    assert_memory_equal(seen[0], seen[1], (size_t)(COUNT * n) * sizeof **seen);
    for (int64_t i = 0; i < COUNT; i++) {
        assert_memory_not_equal(seen[0] + i * n, seen[2] + i * n, (size_t)n * sizeof **seen);
        assert_memory_not_equal(seen[0] + i * n, seen[3] + i * n, (size_t)n * sizeof **seen);
    }
    for (int i = 0; i < 4; i++) free(seen[i]);
    close_setting(&s);
}

/* Batches of 16 x 3 x 12 x 12 are large enough for the thread; in order or at random, the bits are the same. */
static void the_thread_changes_nothing(void **state)
{
    (void)state;
    static const char *const lists[] = { "trivialaugment | elastic | mixup", "cutmix mode=pair",
                                         "crop 1 | mixup 0.3 | cutmix p=0.5" };
    for (size_t m = 0; m < sizeof lists / sizeof *lists; m++) {
        setting         s = open_setting(lists[m], image, SFT_CLASSES);
        sft_loader_conf k = { .batch = 16, .seed = 1, .shuffle = true };
        sft_loader     *plain = open_loader(&s, k);
        k.prefetch = true;
        sft_loader *ahead = open_loader(&s, k);
        for (int i = 0; i < 60; i++) {
            int64_t          epoch = i < 40 ? i / 4 : i * 7 % 5, step = i % 4;
            const sft_batch *a = sft__loader_get(plain, epoch, step),
                            *b = sft__loader_get(ahead, epoch, step);
            assert_int_equal(a->rows, b->rows);
            assert_memory_equal(a->x, b->x, (size_t)(a->rows * sft__count(image)) * sizeof *a->x);
            assert_memory_equal(a->label, b->label, (size_t)a->rows * sizeof *a->label);
            assert_true(!a->label2 == !b->label2);
            if (!a->label2) continue;
            assert_memory_equal(a->label2, b->label2, (size_t)a->rows * sizeof *a->label2);
            assert_memory_equal(a->mix, b->mix, (size_t)a->rows * sizeof *a->mix);
        }
        sft__loader_free(plain);
        sft__loader_free(ahead);
        close_setting(&s);
    }
}

static void getting_allocates_nothing(void **state)
{
    (void)state;
    check_memory m = { 0 };
    sft_ctx     *c =
        sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m });
    const char *text =
        "data: digits\nmodel: flatten | linear\n"
        "augment: crop 1 | trivialaugment | elastic | blur | resized_crop | mixup | cutmix\n";
    sft_recipe *r = sft_recipe_parse(c, "r.yaml", text, strlen(text));
    sft_data   *d = sft_data_open(c, r);
    sft_loader *l = sft__loader_new(
        d, &(sft_loader_conf){
               .batch = 100, .shuffle = true, .prefetch = true, .augment = &r->stages });
    CHECK_OK(c);
    sft__loader_get(l, 0, 0);
    int64_t calls = m.calls;
    for (int i = 0; i < 70; i++) sft__loader_get(l, i / 35, i % 35);
    assert_int_equal(m.calls, calls);
    sft__loader_free(l);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
    assert_int_equal(m.in_use, 0);
}

/* ---- stages ---------------------------------------------------------------------------------- */

/* One batch of file order, in epoch 0. */
static void one_batch(const char *augment, sft_shape shape, real *x, int64_t rows)
{
    setting     s = open_setting(augment, shape, SFT_REGRESSION);
    sft_loader *l = open_loader(&s, (sft_loader_conf){ .batch = rows, .seed = 4 });
    memcpy(x, sft__loader_get(l, 0, 0)->x, (size_t)(rows * sft__count(shape)) * sizeof *x);
    sft__loader_free(l);
    close_setting(&s);
}

static void stages_run_in_order(void **state)
{
    (void)state;
    const sft_shape shape = sft__shape3(1, 2, 4);
    real            x[8], y[8];
    one_batch("brightness [2,2] | contrast [0.5,0.5]", shape, x, 1);
    one_batch("contrast [0.5,0.5] | brightness [2,2]", shape, y, 1);
    double u[8], mean = 0, low = -1, high = 1; /* the data reach both ends */
    for (int i = 0; i < 8; i++)
        mean += fmin(2 * (u[i] = ((double)value_of(0, i) - low) / (high - low)), 1) / 8;
    for (int i = 0; i < 8; i++)
        CHECK_NEAR(x[i], low + (high - low) * (0.5 * fmin(2 * u[i], 1) + 0.5 * mean), 2e-6);
    mean = 0;
    for (int i = 0; i < 8; i++) mean += u[i] / 8;
    for (int i = 0; i < 8; i++)
        CHECK_NEAR(y[i], low + (high - low) * fmin(2 * (0.5 * u[i] + 0.5 * mean), 1), 2e-6);
}

/* A probability of 0.3: as many samples are flipped, within five deviations; 0 and 1 are never and always. */
static void probability_is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *call;
        double      p;
    } cases[] = { { "flip p=0.3", 0.3 }, { "flip p=0", 0 }, { "flip p=1", 1 }, { "flip", 0.5 } };
    const sft_shape shape = sft__shape3(1, 1, 3);
    for (size_t m = 0; m < sizeof cases / sizeof *cases; m++) {
        setting     s = open_setting(cases[m].call, shape, SFT_CLASSES);
        sft_loader *l = open_loader(&s, (sft_loader_conf){ .batch = COUNT });
        int         flipped = 0, draws = 50 * COUNT;
        for (int64_t epoch = 0; epoch < 50; epoch++) {
            const sft_batch *b = sft__loader_get(l, epoch, 0);
            for (int64_t r = 0; r < COUNT; r++) {
                bool turned = fabs((double)b->x[r * 3] - (double)value_of(r, 2)) < 1e-6;
                CHECK_NEAR(b->x[r * 3], value_of(r, turned ? 2 : 0), 1e-6);
                flipped += turned;
            }
        }
        double p = cases[m].p;
        CHECK_NEAR(flipped, p * draws, 5 * sqrt(draws * p * (1 - p)));
        sft__loader_free(l);
        close_setting(&s);
    }
}

/* Tables: noise is in units of each feature's own deviation. */
static void features_have_their_own_unit(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    const char *text = "data: digits\nmodel: linear\naugment: noise 0.5\n";
    sft_recipe *r = sft_recipe_parse(c, "r.yaml", text, strlen(text));
    sft_recipe_resolve(r);
    float x[400], y[200];
    for (int i = 0; i < 200; i++) {
        x[2 * i] = i % 2 ? 1 : -1;
        x[2 * i + 1] = i % 2 ? 3000 : 1000;
        y[i] = 0;
    }
    sft_data   *d = sft_data_from(c, x, sft__shape1(2), y, SFT_REGRESSION, 1, 200, NULL);
    sft_loader *l = sft__loader_new(d, &(sft_loader_conf){ .batch = 200, .augment = &r->stages });
    double      sum[2] = { 0 };
    CHECK_OK(c);
    for (int64_t epoch = 0; epoch < 10; epoch++) {
        const sft_batch *b = sft__loader_get(l, epoch, 0);
        for (int i = 0; i < 400; i++) sum[i % 2] += pow((double)b->x[i] - (double)x[i], 2) / 2000;
    }
    CHECK_NEAR(sqrt(sum[0]), 0.5, 5 * 0.5 / sqrt(4000));
    CHECK_NEAR(sqrt(sum[1]), 500, 5 * 500 / sqrt(4000));
    sft__loader_free(l);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
}

/* Digits reach 16, which is their white: noise of 0.1 moves a value by 1.6. */
static void digits_are_white_at_16(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    const char *text = "data: digits\nsplit: {standardize: none}\nmodel: flatten | linear\naugment: noise 0.1 clip=false\n";
    sft_recipe *r = sft_recipe_parse(c, "r.yaml", text, strlen(text));
    sft_data   *d = sft_data_open(c, r);
    sft_loader *l = sft__loader_new(d, &(sft_loader_conf){ .batch = 500, .augment = &r->stages }),
               *plain = sft__loader_new(d, &(sft_loader_conf){ .batch = 500 });
    CHECK_OK(c);
    const sft_batch *a = sft__loader_get(l, 0, 0), *b = sft__loader_get(plain, 0, 0);
    double           n = 500 * 64, sum = 0;
    for (int i = 0; i < 500 * 64; i++) sum += pow((double)a->x[i] - (double)b->x[i], 2) / n;
    CHECK_NEAR(sqrt(sum), 1.6, 5 * 1.6 / sqrt(2 * n));
    sft__loader_free(l);
    sft__loader_free(plain);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
}

/* ---- mixing ---------------------------------------------------------------------------------- */

/* Beta(a, a): mean 1/2, variance 1 / (4 (2 a + 1)), and P(x < 1/4) by its distribution function. */
static void shares_are_beta(void **state)
{
    (void)state;
    /* I(1/4; a, a): 1/3 for the arcsine law, 1/4 for the uniform, 5/32 and so on by polynomials */
    static const struct {
        double alpha, below;
    } cases[] = {
        { 0.5, 1.0 / 3 },
        { 1, 0.25 },
        { 2, 5.0 / 32 },
        { 3, 53.0 / 512 },
    };
    enum { N = 40000 };
    for (size_t m = 0; m < sizeof cases / sizeof *cases; m++) {
        sft_stream s = sft__stream(sft__key(m, SFT_FOR_TEST), 0, 0, 0);
        double     a = cases[m].alpha, sum = 0, squares = 0, below = 0,
                   variance = 1 / (4 * (2 * a + 1));
        for (int i = 0; i < N; i++) {
            double v = sft__beta(&s, a);
            assert_true(v >= 0 && v <= 1);
            sum += v / N;
            squares += (v - 0.5) * (v - 0.5) / N;
            below += v < 0.25;
        }
        CHECK_NEAR(sum, 0.5, 5 * sqrt(variance / N));
        CHECK_NEAR(squares, variance, 5 * 0.25 / sqrt(N)); /* the square's deviation is below 1/4 */
        CHECK_NEAR(below / N, cases[m].below, 5 * 0.5 / sqrt(N));
    }
    sft_stream s = sft__stream(sft__key(1, SFT_FOR_TEST), 0, 0, 0);
    for (int i = 0; i < 1000; i++) { /* shares of a tiny alpha are at the ends, and numbers */
        double v = sft__beta(&s, 1e-4);
        assert_true(v >= 0 && v <= 1);
    }
}

/* Finds row r's partner among the samples of an unmixed batch: x = k a + (1 - k) b, k told by label, label2 and mix. */
static void check_mixed_row(const sft_batch *b, const sft_batch *plain, int64_t r, bool cut)
{
    const int64_t n = sft__count(image);
    int64_t       matches = 0;
    for (int64_t j = 0; j < plain->rows; j++) {
        int32_t own = plain->label[r], other = plain->label[j];
        bool    first = b->label[r] == own && b->label2[r] == other,
                second = b->label[r] == other && b->label2[r] == own;
        if (!first && !second) continue;
        for (int side = 0; side < 2; side++) {
            if (side ? !second : !first) continue;
            double  keep = side ? 1 - (double)b->mix[r] : (double)b->mix[r];
            int64_t alike = 0, foreign = 0;
            for (int64_t i = 0; i < n; i++) {
                double x = (double)plain->x[r * n + i], y = (double)plain->x[j * n + i],
                       z = (double)b->x[r * n + i];
                if (cut)
                    alike += z == x || z == y;
                else
                    alike += fabs(z - (keep * x + (1 - keep) * y)) < 2e-6;
                foreign += z != x;
            }
            /* a box holds the other's share of all values (no two samples agree in any); the odd one is its own partner */
            bool share = !cut || fabs((double)foreign / (double)n - (1 - keep)) < 1e-6 ||
                         (j == r && !foreign);
            matches += alike == n && share;
        }
    }
    if (!matches)
        fail_msg("row %lld is no mixture of two rows by its share %g", (long long)r,
                 (double)b->mix[r]);
}

static void rows_are_mixtures_by_their_shares(void **state)
{
    (void)state;
    static const char *const lists[] = { "mixup", "cutmix", "mixup mode=pair",
                                         "cutmix alpha=0.5 mode=pair" };
    for (size_t m = 0; m < sizeof lists / sizeof *lists; m++) {
        setting         s = open_setting(lists[m], image, SFT_CLASSES);
        sft_loader_conf k = { .batch = 15, .seed = 6, .shuffle = true };
        sft_loader     *l = open_loader(&s, k), *plain = sft__loader_new(s.d, &k);
        bool            varied = false;
        for (int64_t step = 0; step < 4; step++) {
            const sft_batch *b = sft__loader_get(l, 1, step), *p = sft__loader_get(plain, 1, step);
            assert_non_null(b->label2);
            for (int64_t r = 0; r < b->rows; r++) {
                assert_true((double)b->mix[r] >= 0.5 && (double)b->mix[r] <= 1);
                varied = varied || b->mix[r] != b->mix[0];
                check_mixed_row(b, p, r, m % 2);
            }
        }
        assert_int_equal(varied, m >= 2);
        sft__loader_free(l);
        sft__loader_free(plain);
        close_setting(&s);
    }
}

/* Numbers to predict are mixed where they stand: their mean stays. */
static void numbers_are_mixed_in_place(void **state)
{
    (void)state;
    setting          s = open_setting("mixup", sft__shape1(5), SFT_REGRESSION);
    sft_loader      *l = open_loader(&s, (sft_loader_conf){ .batch = COUNT, .seed = 2 });
    const sft_batch *b = sft__loader_get(l, 0, 0);
    double           sum = 0;
    int              moved = 0;
    assert_null(b->label2);
    for (int64_t r = 0; r < COUNT; r++) {
        sum += (double)b->target[r];
        moved += fabs((double)b->target[r] - (double)r / 10) > 1e-3;
    }
    CHECK_NEAR(sum, COUNT * (COUNT - 1) / 20.0, 1e-3);
    assert_true(moved > COUNT / 2);
    sft__loader_free(l);
    close_setting(&s);
}

/* Which of the two a batch takes: told by whether every value is one of the sample values. weight 3 to 1. */
static void two_mixers_take_turns_by_weight(void **state)
{
    (void)state;
    setting     s = open_setting("mixup weight=3 | cutmix", image, SFT_CLASSES);
    sft_loader *l = open_loader(&s, (sft_loader_conf){ .batch = 2, .seed = 8 });
    int         laid = 0, draws = 0;
    for (int64_t epoch = 0; epoch < 20; epoch++)
        for (int64_t step = 0; step < 30; step++, draws++) {
            const sft_batch *b = sft__loader_get(l, epoch, step);
            int              foreign = 0;
            for (int64_t i = 0; i < sft__count(image); i++) {
                double v = 50 * ((double)b->x[i] + 1);
                foreign += fabs(v - nearbyint(v)) > 1e-3;
            }
            laid += foreign > 0;
        }
    CHECK_NEAR(laid, 0.75 * draws, 5 * sqrt(draws * 0.75 * 0.25));
    sft__loader_free(l);
    close_setting(&s);
}

/* ---- whole runs ------------------------------------------------------------------------------ */

static const char run_recipe[] = "data: digits\n"
                                 "augment:\n"
                                 "  - crop padding=1 | rotate 10\n"
                                 "  - {name: noise, sigma: 0.05}\n"
                                 "  - mixup 0.4\n"
                                 "  - cutmix\n"
                                 "model: flatten | linear 16 | batchnorm | relu | linear\n"
                                 "optimizer: adam lr=0.01\n"
                                 "train: {epochs: 3, batch: 100, seed: 3, shards: 4}\n"
                                 "checkpoint: {every: 1, every_steps: 8, min_seconds: 0}\n";

static void threads_and_stops_change_nothing(void **state)
{
    (void)state;
    char folder[64], other[64], reference[65], hash[65];
    fit_whole(folder_make(folder), false, 1, run_recipe, NULL, reference);
    fit_whole(NULL, false, 2, run_recipe, NULL, hash);
    assert_string_equal(hash, reference);
    for (int64_t at = 37; at < 100; at += 33) {
        fit_run x;
        folder_make(other);
        fit_open(&x, 1, run_recipe, NULL);
        x.stop_at = at;
        fit_go(&x, other, false);
        CHECK_OK(x.c);
        fit_close(&x);
        fit_whole(other, true, 1, run_recipe, NULL, hash);
        fit_same_end(other, hash, folder, reference);
        folder_remove(other);
    }
    folder_remove(folder);
}

/* Another list on resume makes other batches, and is refused with both in the message. */
static void another_list_is_refused_on_resume(void **state)
{
    (void)state;
    static const char *const changed[] = { "augment=flip", NULL }, *const none[] = { "augment=none",
                                                                                     NULL };
    char    folder[64];
    fit_run x;
    folder_make(folder);
    fit_open(&x, 0, run_recipe, NULL);
    x.stop_at = 10;
    fit_go(&x, folder, false);
    fit_close(&x);
    for (int m = 0; m < 2; m++) {
        fit_open(&x, 0, run_recipe, m ? none : changed);
        fit_go(&x, folder, true);
        CHECK_FAILS(x.c, "E317", "cutmix");
        fit_close(&x);
    }
    folder_remove(folder);
}

/* Scores of the training samples are of the samples as they are. */
static void training_scores_are_of_plain_samples(void **state)
{
    (void)state;
    static const char *const none[] = { "augment=none", NULL };
    fit_run                  x, y;
    sft_scores               a, b;
    fit_open(&x, 0, run_recipe, NULL);
    fit_open(&y, 0, run_recipe, none);
    sft_trainer *t = sft_trainer_new(x.c, x.r, x.d, x.n), *u = sft_trainer_new(y.c, y.r, y.d, y.n);
    assert_int_equal(sft_evaluate(t, SFT_TRAIN, &a), SFT_OK);
    assert_int_equal(sft_evaluate(u, SFT_TRAIN, &b), SFT_OK);
    assert_true(a.count == b.count && a.accuracy == b.accuracy);
    CHECK_NEAR(a.loss, b.loss, 1e-9);
    sft_trainer_free(t);
    sft_trainer_free(u);
    fit_close(&x);
    fit_close(&y);
}

/* ---- what does not fit ----------------------------------------------------------------------- */

static void what_does_not_fit_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *data, *augment, *id, *part;
    } cases[] = {
        { "digits", "saturation", "E133",
          "r.yaml:2:10: error[E133]: `saturation` wants three colour channels, and the images of digits have 1" },
        { "digits", "flip | shift 3", "E133",
          "r.yaml:2:17: error[E133]: `shift` changes sequences" },
        { "mnist1d", "rotate", "E133",
          "`rotate` changes images, and the samples of mnist1d (1x40) are sequences" },
        { "mnist1d", "shift 40", "E133", "lower `steps`" },
        { "moons", "flip", "E133", "are rows of a table" },
        { "moons", "cutmix", "E133", "for tables there is `mixup`" },
        { "digits", "mixup | flip", "E133", "`flip` stands behind `mixup`" },
        { "digits", "crop 8 padding_mode=reflect", "E133", "lower `padding`" },
        { "digits", "rotate [20, 10]", "E133", "begins above its end" },
        { "digits", "crop fill=[0, 1]", "E133", "one for each" },
        { "digits", "blur 4", "E133", "must be odd" },
        { "digits", "rotat 5", "E132",
          "r.yaml:2:10: error[E132]: unknown augmentation `rotat` — did you mean `rotate`?" },
        { "digits", "crop pading=2", "E110", "did you mean `padding`?" },
        { "digits", "crop padding=-1", "E113", "r.yaml:2:15" },
        { "digits", "flip p=1.5", "E113", "0..1" },
        { "digits", "crop | | flip", "E115", "`|` where an augmentation" },
        { "digits", "crop | (flip)", "E115", "`(` in a list" },
        { "digits", "flip |", "E115", "ends" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char     text[256];
        sft_ctx *c = check_open();
        snprintf(text, sizeof text, "data: %s\naugment: %s\nmodel: flatten | linear\n",
                 cases[i].data, cases[i].augment);
        sft_recipe *r = sft_recipe_parse(c, "r.yaml", text, strlen(text));
        sft_data   *d = sft_data_open(c, r);
        assert_null(d);
        CHECK_FAILS(c, cases[i].id, cases[i].part);
        sft_recipe_free(r);
        sft_close(c);
    }
}

/* `augment.NAME.OPTION=…` changes one option of the list. */
static void options_are_overridden_by_name(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    const char *text =
        "data: digits\nmodel: flatten | linear\naugment: crop 1 | cutout 4 | cutout 2\n";
    sft_recipe *r = sft_recipe_parse(c, "r.yaml", text, strlen(text));
    sft_recipe_set(r, "augment.cutout.size=6");
    sft_recipe_set(r, "augment.3.n_holes=2");
    sft_recipe_set(r, "augment.RandomCrop.pad=2");
    CHECK_OK(c);
    assert_string_equal(sft_recipe_get(r, "augment.cutout.size"), "6");
    assert_string_equal(sft_recipe_get(r, "augment.3.holes"), "2");
    assert_string_equal(sft_recipe_get(r, "augment.1.padding"), "2");
    sft_recipe_set(r, "augment.cutout.size=0");
    CHECK_FAILS(c, "E145", "1..65536");
    assert_string_equal(sft_recipe_get(r, "augment.cutout.size"), "6");
    sft_recipe_set(r, "augment.flip.p=1");
    CHECK_FAILS(c, "E144", "augment.flip.p");
    sft_recipe_set(r, "augment=flip | nonsense");
    CHECK_FAILS(c, "E132", "nonsense");
    assert_string_equal(sft_recipe_get(r, "augment.cutout.size"), "6"); /* as it was */
    sft_recipe_set(r, "augment=none");
    assert_string_equal(sft_recipe_get(r, "augment"), "none");
    CHECK_OK(c);
    sft_recipe_free(r);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_seed_epoch_and_sample),
        cmocka_unit_test(the_thread_changes_nothing),
        cmocka_unit_test(getting_allocates_nothing),
        cmocka_unit_test(stages_run_in_order),
        cmocka_unit_test(probability_is_kept),
        cmocka_unit_test(features_have_their_own_unit),
        cmocka_unit_test(digits_are_white_at_16),
        cmocka_unit_test(shares_are_beta),
        cmocka_unit_test(rows_are_mixtures_by_their_shares),
        cmocka_unit_test(numbers_are_mixed_in_place),
        cmocka_unit_test(two_mixers_take_turns_by_weight),
        cmocka_unit_test(threads_and_stops_change_nothing),
        cmocka_unit_test(another_list_is_refused_on_resume),
        cmocka_unit_test(training_scores_are_of_plain_samples),
        cmocka_unit_test(what_does_not_fit_is_told),
        cmocka_unit_test(options_are_overridden_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
