/* SPDX-License-Identifier: MIT */
/* The run folder: broken checkpoints, torn rows, leftovers, locks, disks that are full or
 * read-only, runs that fail. In each case nothing is lost and the run goes on to the bits of one
 * that never stopped. labels: core */
#include "fit_run.h"

#include "train/safetensors.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>

/* The undisturbed run, made once. */
static char reference_folder[64], reference[65];

static int set_up(void **state)
{
    (void)state;
    signal(SIGXFSZ, SIG_IGN);   /* a limit on files shall show as an error of write */
    fit_whole(folder_make(reference_folder), false, 0, fit_recipe, NULL, reference);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove(reference_folder);
    return 0;
}

/* ---- broken files ---------------------------------------------------------------------------- */

static void damage(const char *folder, int64_t step, off_t cut, long flip)
{
    char path[256];
    fit_checkpoint_path(folder, step, path, sizeof path);
    if (cut >= 0)
        assert_int_equal(truncate(path, cut), 0);
    if (flip >= 0) {
        FILE *f = fopen(path, "r+b");
        assert_non_null(f);
        assert_int_equal(fseek(f, flip, SEEK_SET), 0);
        int byte = fgetc(f);
        assert_int_equal(fseek(f, flip, SEEK_SET), 0);
        fputc(byte ^ 1, f);
        assert_int_equal(fclose(f), 0);
    }
}

static void test_falls_back(void **state)
{
    (void)state;
    static const struct {
        off_t       cut;
        long        flip;
        const char *note;
    } harm[] = { { 0, -1, "error[E300]" },
                 { 3000, -1, "error[E303]" },
                 { 20000, -1, "cut short — needs " },
                 { -1, 40, "the header, do not have the hash" },
                 { -1, 20000, "does not have the hash written beside it" },
                 { -1, 4, "error[E304]" } };
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        char folder[64], older[160];
        int64_t step[8];
        folder_make(folder);
        fit_vanish(folder, false, 0, fit_recipe, NULL, 60);
        assert_int_equal(fit_checkpoints(folder, step, 8), 2);
        assert_int_equal(step[0], 56);
        assert_int_equal(step[1], 48);
        damage(folder, 56, harm[i].cut, harm[i].flip);
        fit_run x;
        fit_open(&x, 0, fit_recipe, NULL);
        assert_int_equal(fit_go(&x, folder, true), SFT_OK);
        assert_non_null(strstr(x.notes.text, "step-00000056.safetensors"));
        if (!strstr(x.notes.text, harm[i].note))
            fail_msg("case %zu: %s", i, x.notes.text);
        assert_non_null(strstr(x.notes.text, "fell back to the checkpoint of step 48"));
        fit_same_end(folder, x.result.weights_sha256, reference_folder, reference);
        fit_close(&x);
        snprintf(older, sizeof older, "checkpoints/step-00000056.safetensors.broken");
        assert_true(fit_exists(folder, older));
        folder_remove(folder);
    }
}

/* Which bytes: the note names the tensor and where it lies. */
static void test_bad_bytes_are_named(void **state)
{
    (void)state;
    char folder[64], path[256], want[128];
    folder_make(folder);
    fit_vanish(folder, false, 0, fit_recipe, NULL, 60);
    fit_checkpoint_path(folder, 56, path, sizeof path);
    sft_ctx *c = check_open();
    sft_st_file f;
    assert_int_equal(sft__st_read(c, path, &f), SFT_OK);
    const sft_st_tensor *t = sft__st_find(&f, "optimizer.exp_avg.1.weight");
    assert_non_null(t);
    snprintf(want, sizeof want, "tensor `optimizer.exp_avg.1.weight`, bytes %zu to %zu", t->at,
             t->at + t->bytes - 1);
    damage(folder, 56, -1, (long)t->at + 5);
    sft__st_close(c, &f);
    sft_close(c);
    fit_run x;
    fit_open(&x, 0, fit_recipe, NULL);
    assert_int_equal(fit_go(&x, folder, true), SFT_OK);
    assert_non_null(strstr(x.notes.text, want));
    fit_close(&x);
    folder_remove(folder);
}

/* None is whole: the failure of the newest, advice, and the folder as it was. */
static void test_all_broken(void **state)
{
    (void)state;
    char folder[64];
    folder_make(folder);
    fit_vanish(folder, false, 0, fit_recipe, NULL, 60);
    damage(folder, 56, 3000, -1);
    damage(folder, 48, -1, 20000);
    char *before = fit_text(folder, "metrics.csv", NULL), *run = fit_text(folder, "run.json", NULL);
    fit_run x;
    fit_open(&x, 0, fit_recipe, NULL);
    assert_int_equal(fit_go(&x, folder, true), SFT_CHECKPOINT);
    CHECK_FAILS(x.c, "E303", "step-00000056.safetensors");
    assert_non_null(strstr(x.notes.text, "step-00000048.safetensors"));
    assert_non_null(strstr(x.notes.text, "start again with: surefoot train"));
    fit_close(&x);
    char *after = fit_text(folder, "metrics.csv", NULL), *now = fit_text(folder, "run.json", NULL);
    assert_string_equal(after, before);
    assert_string_equal(now, run);
    assert_int_equal(fit_checkpoints(folder, (int64_t[8]){ 0 }, 8), 2);
    free(before), free(after), free(run), free(now);
    folder_remove(folder);
}

static void append(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "ab");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void test_torn_metrics(void **state)
{
    (void)state;
    char folder[64];
    folder_make(folder);
    fit_vanish(folder, false, 0, fit_recipe, NULL, 60);
    append(folder, "metrics.csv",
           "70,2,train,0.5,0.9,0.01,1,2\ngarbage\n\n99999999999999999999,1,train\n70,2,val");
    fit_run x;
    fit_open(&x, 0, fit_recipe, NULL);
    assert_int_equal(fit_go(&x, folder, true), SFT_OK);
    assert_non_null(
        strstr(x.notes.text, "note[W340]: the last line of metrics.csv was torn; dropped"));
    fit_same_end(folder, x.result.weights_sha256, reference_folder, reference);
    fit_close(&x);
    folder_remove(folder);
}

/* What a kill leaves half written goes away. */
static void test_leftovers(void **state)
{
    (void)state;
    char folder[64], hash[65];
    folder_make(folder);
    fit_vanish(folder, false, 0, fit_recipe, NULL, 60);
    append(folder, ".run.json.tmp.1.00", "{");
    append(folder, "checkpoints/.step-00000064.safetensors.tmp.1.00", "{");
    fit_whole(folder, true, 0, fit_recipe, NULL, hash);
    assert_false(fit_exists(folder, ".run.json.tmp.1.00"));
    assert_false(fit_exists(folder, "checkpoints/.step-00000064.safetensors.tmp.1.00"));
    fit_same_end(folder, hash, reference_folder, reference);
    folder_remove(folder);
}

/* A new run in the folder of an old one never goes on from the old one's checkpoints. */
static void test_new_run_replaces(void **state)
{
    (void)state;
    char folder[64], hash[65];
    static const char *const longer[] = { "train.epochs=6", "train.seed=9", NULL };
    fit_whole(folder_make(folder), false, 0, fit_recipe, longer, hash);
    fit_vanish(folder, false, 0, fit_recipe, NULL, 3);
    assert_int_equal(fit_checkpoints(folder, (int64_t[8]){ 0 }, 8), 0);
    fit_run x;
    fit_open(&x, 0, fit_recipe, NULL);
    assert_int_equal(fit_go(&x, folder, true), SFT_OK);
    assert_non_null(strstr(x.notes.text, "has no checkpoint yet"));
    fit_same_end(folder, x.result.weights_sha256, reference_folder, reference);
    fit_close(&x);
    folder_remove(folder);
}

static void test_keeps_the_last(void **state)
{
    (void)state;
    char folder[64], hash[65];
    int64_t step[16];
    static const char *const five[] = { "checkpoint.keep_last=5", NULL };
    fit_whole(folder_make(folder), false, 0, fit_recipe, five, hash);
    assert_int_equal(fit_checkpoints(folder, step, 16), 5);
    assert_int_equal(step[0], 140);
    assert_int_equal(step[4], 112);
    assert_true(fit_has(folder, "checkpoints/latest", "step-00000140.safetensors\n"));
    folder_remove(folder);
}

/* ---- locks and disks ------------------------------------------------------------------------- */

static void test_lock_held(void **state)
{
    (void)state;
    char folder[64], hash[65], path[128], pid[64];
    fit_whole(folder_make(folder), false, 0, fit_recipe, NULL, hash);
    snprintf(path, sizeof path, "%s/.lock", folder);
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(path, O_RDWR);
        int n = snprintf(pid, sizeof pid, "%ld boot\n", (long)getpid());
        if (fd < 0 || flock(fd, LOCK_EX) || write(fd, pid, (size_t)n) != n ||
            write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    char *before = fit_text(folder, "run.json", NULL);
    for (int resume = 0; resume < 2; resume++) {
        fit_run x;
        fit_open(&x, 0, fit_recipe, NULL);
        assert_int_equal(fit_go(&x, folder, resume), SFT_LOCKED);
        snprintf(pid, sizeof pid, "in use by another surefoot (pid %ld)", (long)child);
        assert_non_null(strstr(sft_message(x.c), folder));
        CHECK_FAILS(x.c, "E320", pid);
        fit_close(&x);
    }
    char *after = fit_text(folder, "run.json", NULL);
    assert_string_equal(before, after);
    free(before), free(after);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ready[0]), close(ready[1]);
    fit_run x;                  /* the lock fell with its owner, whose pid is left in it */
    fit_open(&x, 0, fit_recipe, NULL);
    assert_int_equal(fit_go(&x, folder, true), SFT_OK);
    snprintf(pid, sizeof pid, "(pid %ld); taken over", (long)child);
    assert_non_null(strstr(x.notes.text, "note[W320]"));
    assert_non_null(strstr(x.notes.text, pid));
    fit_close(&x);
    folder_remove(folder);
}

static void test_no_such_folder(void **state)
{
    (void)state;
    fit_run x;
    fit_open(&x, 0, fit_recipe, NULL);
    assert_int_equal(fit_go(&x, "/tmp/surefoot-no-such-run", true), SFT_CHECKPOINT);
    CHECK_FAILS(x.c, "E299", "/tmp/surefoot-no-such-run");
    assert_false(sft__exists("/tmp/surefoot-no-such-run"));
    fit_close(&x);
}

/* In a child, so that it may give up root, which no folder is read-only for. */
static void test_read_only_folder(void **state)
{
    (void)state;
    char folder[64], hash[65];
    fit_whole(folder_make(folder), false, 0, fit_recipe, NULL, hash);
    char command[256];
    snprintf(command, sizeof command, "chmod -R a+rX,a-w '%s'", folder);
    assert_int_equal(system(command), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (getuid() == 0 && (setgid(65534) || setuid(65534)))
            _exit(77);
        for (int resume = 0; resume < 2; resume++) {
            fit_run x;
            fit_open(&x, 0, fit_recipe, NULL);
            if (fit_go(&x, folder, resume) != SFT_IO || strcmp(sft_error_id(x.c), "E331") != 0 ||
                !strstr(sft_message(x.c), folder) ||
                !strstr(sft_message(x.c), "choose a folder that may be written"))
                _exit(1);
            fit_close(&x);
        }
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        printf("skipped: read-only folder (root cannot be given up)\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
    snprintf(command, sizeof command, "chmod -R u+w '%s'", folder);
    assert_int_equal(system(command), 0);
    folder_remove(folder);
}

/* The disk is full at a checkpoint: the older one stays, and with room again the run goes on. */
static void test_disk_full(void **state)
{
    (void)state;
    char folder[64], hash[65];
    int64_t step[8];
    folder_make(folder);
    fit_vanish(folder, false, 0, fit_recipe, NULL, 60);
    struct rlimit was, low;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    low = was;
    low.rlim_cur = 20000;       /* less than a checkpoint, more than the other files */
    fit_run x;
    fit_open(&x, 0, fit_recipe, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    sft_status got = fit_go(&x, folder, true);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_int_equal(got, SFT_IO);
    assert_non_null(strstr(sft_message(x.c), "step-00000064.safetensors"));
    assert_non_null(strstr(sft_message(x.c), "it needs 0.03 MB, "));
    assert_non_null(strstr(x.notes.text, "the last good checkpoint is of step 56"));
    assert_non_null(strstr(x.notes.text, "go on with: surefoot resume "));
    CHECK_FAILS(x.c, "E330", folder);
    fit_close(&x);
    assert_true(fit_has(folder, "run.json", "\"status\": \"failed\""));
    assert_true(fit_has(folder, "run.json", "error[E330]"));
    assert_int_equal(fit_checkpoints(folder, step, 8), 2);
    assert_int_equal(step[0], 56);
    fit_whole(folder, true, 0, fit_recipe, NULL, hash);
    fit_same_end(folder, hash, reference_folder, reference);
    folder_remove(folder);
}

/* A plan whose checkpoints cannot fit is refused before the first step. */
static void test_no_room(void **state)
{
    (void)state;
    char folder[64];
    folder_make(folder);
    fit_run x;
    fit_open(&x, 0, fit_recipe,
             (const char *const[]){ "train.epochs=1000000", "checkpoint.keep_last=1000000",
                                    "checkpoint.every_steps=1", NULL });
    x.r->keep_conf.keep_last = INT64_C(1) << 40; /* beyond what a recipe may say, and any disk */
    x.r->train_conf.epochs = INT64_C(1) << 40;
    assert_int_equal(fit_go(&x, folder, false), SFT_IO);
    assert_non_null(strstr(sft_message(x.c), "lower checkpoint.keep_last"));
    CHECK_FAILS(x.c, "E330", folder);
    fit_close(&x);
    folder_remove(folder);
}

/* ---- numbers that are none --------------------------------------------------------------------
 */

/* A weight becomes infinite by the caller's hand at step 60: the run fails before the update, the
 * checkpoint stays, the advice works. */
static bool poison(void *user, const sft_progress *p)
{
    fit_run *x = user;
    if (p->step.step == 60) {
        float w[16 * 10];
        for (int i = 0; i < 160; i++)
            w[i] = 1e38f * (i % 2 ? 1 : -1);
        sft_net_set(x->n, "5.weight", w, 160);
    }
    return true;
}

static void test_not_finite(void **state)
{
    (void)state;
    char folder[64], advice[256], hash[65];
    int64_t step[8];
    folder_make(folder);
    fit_run x;
    fit_open(&x, 0, fit_recipe, NULL);
    sft_fit_options o = { .folder = folder, .progress = poison, .user = &x };
    assert_int_equal(sft_fit(x.c, x.r, x.d, x.n, &o, &x.result), SFT_TRAINING);
    assert_non_null(strstr(sft_message(x.c), "error[E35"));
    snprintf(advice, sizeof advice,
             "the last good checkpoint is of step 56 — go on from there with: surefoot resume %s "
             "optimizer.lr=0.001",
             folder);
    if (!strstr(x.notes.text, advice))
        fail_msg("%s", x.notes.text);
    fit_close(&x);
    assert_true(fit_has(folder, "run.json", "\"status\": \"failed\""));
    assert_true(fit_has(folder, "run.json", "\"message\": \"error[E35"));
    assert_int_equal(fit_checkpoints(folder, step, 8), 2);
    assert_int_equal(step[0], 56);
    fit_whole(folder, true, 0, fit_recipe, (const char *const[]){ "optimizer.lr=0.001", NULL },
              hash);
    assert_true(fit_has(folder, "run.json", "\"status\": \"finished\""));
    assert_true(fit_has(folder, "run.json", "\"resumed_at_step\": 56"));
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_falls_back),
        cmocka_unit_test(test_bad_bytes_are_named),
        cmocka_unit_test(test_all_broken),
        cmocka_unit_test(test_torn_metrics),
        cmocka_unit_test(test_leftovers),
        cmocka_unit_test(test_new_run_replaces),
        cmocka_unit_test(test_keeps_the_last),
        cmocka_unit_test(test_lock_held),
        cmocka_unit_test(test_no_such_folder),
        cmocka_unit_test(test_read_only_folder),
        cmocka_unit_test(test_disk_full),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_not_finite),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
