/* SPDX-License-Identifier: MIT */
/* The program: one record a verb, flags as rows, results on stdout, talk on stderr. Uses the public header only. */
#ifndef SFT_CLI_CLI_H
#define SFT_CLI_CLI_H

#include "surefoot.h"

#include <stdatomic.h>
#include <stdio.h>

typedef struct cli_flag {       /* a flag of a verb */
    const char *name;           /* "threads" for --threads */
    char        letter;         /* 'o' for -o, or 0 */
    const char *value;          /* "N": what stands behind it; NULL: a switch */
    const char *doc;
} cli_flag;

enum { CLI_MAX = 4096 };

typedef struct cli cli;

typedef struct cli_verb {
    const char     *name, *usage, *doc;
    const char     *examples;   /* lines for --help */
    const cli_flag *flags;      /* ended by name NULL; the common ones come besides */
    int           (*run)(cli *);
    int             threads;    /* of the context; 0: one a core */
} cli_verb;

struct cli {
    const cli_verb *verb;
    sft_ctx        *ctx;        /* opened by main after the flags were read */
    int             n_args, n_sets, n_flags;
    const char     *arg[CLI_MAX];   /* positional */
    const char     *set[CLI_MAX];   /* key=value overrides */
    struct {
        const cli_flag *flag;
        const char     *value;
    } flag[CLI_MAX];
    bool            json, quiet;
    bool            muted;      /* notes and warnings are not wanted for now */
    bool            drawn;      /* a progress bar stands on the line of the cursor */
    bool            color, color_out; /* on stderr, on stdout */
    int             verbose;
    atomic_int      signal;     /* the first of SIGINT, SIGTERM, SIGUSR1 that came, or 0 */
};

/* The list of verbs: one word each; the record cli_verb_WORD stands at the bottom of its file. */
#define CLI_VERBS(X)                                                                                                                     \
    X(train) X(resume) X(check) X(doctor) X(lr_find) X(sweep) X(lab) X(eval) X(predict) X(inspect) X(compare) X(report) X(export) X(list) X(data)

#define X(word) extern const cli_verb cli_verb_##word;
CLI_VERBS(X)
#undef X

/* main.c: an sft_note_fn; user is the cli */
void        cli_say(void *user, sft_level level, const char *sentence);

/* args.c */
int         cli_parse(cli *a, int argc, char **argv);   /* exit code; 0: go on */
const char *cli_value(const cli *a, const char *flag);  /* last value, "" for a switch that was given, NULL when it was not */
bool        cli_has(const cli *a, const char *flag);
int         cli_usage(cli *a, const char *format, ...); /* prints error[E001] and the usage line; returns 2 */

/* "did you mean": keeps the nearest of the words shown to it; best NULL: none is nearer than three letters. */
typedef struct cli_near {
    const char *word, *best;
    int         distance;
} cli_near;

void        cli_near_try(cli_near *n, const char *candidate);

const cli_flag *cli_common_flags(void);                  /* ended by name NULL */

/* help.c */
void        cli_help(const cli_verb *verb, FILE *out);  /* verb NULL: the program's */
const cli_verb *cli_find_verb(const char *name);
const cli_verb *cli_verb_at(int i);                     /* NULL past the end */
const char *cli_nearest_verb(const char *name);

/* common.c */
int         cli_fail(cli *a);                           /* prints the context's failure, returns its exit code */
int         cli_fail_as(cli *a, const char *id, int code, const char *format, ...); /* a failure that is the program's own */
int         cli_fail_io(cli *a, int error, const char *format, ...); /* the program's own files: errno in words, returns 7 */
sft_recipe *cli_recipe(cli *a, const char *path);       /* read, overrides applied, resolved; NULL after a failure */
int         cli_new_folder(cli *a, const char *recipe, const char *tail, char *path, size_t size); /* runs/NAME<tail>-001 …, made; exit code */
int         cli_write_text(cli *a, const char *path, const char *text); /* all of it or nothing; exit code */
/* A number of the command line into *to, which keeps its value where the flag is not given; false after telling what it must be. */
bool        cli_number(cli *a, const char *flag, double low, double high, double *to);
void        cli_watch_signals(cli *a);                  /* from now on a->signal tells; the second one ends the program */
/* The same for a program that forks and so may have no thread beside it: signals are held until they are looked for, often. */
void        cli_hold_signals(void);
bool        cli_held_signal(cli *a);                    /* one has come; the second one ends the program */
const char *cli_shape(sft_shape s, char *buf, size_t size);
const char *cli_count(double n, char *buf, size_t size);  /* 12.3k, 4.5M */
const char *cli_bytes(double n, char *buf, size_t size);  /* 12.3 MiB */
const char *cli_time(double seconds, char *buf, size_t size); /* 0:12, 1:02:03 */

/* json.c: one flat writer that keeps track of commas */
typedef struct cli_json {
    FILE *out;
    int   depth;
    bool  first[32];
} cli_json;

void cli_json_open(cli_json *j, FILE *out);
void cli_json_begin(cli_json *j, const char *key, char bracket); /* '{' or '['; key NULL inside arrays */
void cli_json_end(cli_json *j, char bracket);
void cli_json_text(cli_json *j, const char *key, const char *value); /* NULL: null */
void cli_json_number(cli_json *j, const char *key, double value);    /* not finite: null */
void cli_json_int(cli_json *j, const char *key, int64_t value);
void cli_json_flag(cli_json *j, const char *key, bool value);
void cli_json_raw(cli_json *j, const char *key, const char *json);    /* JSON as it stands */
void cli_json_close(cli_json *j);                       /* a newline */

/* facts.c: data in words and as JSON */
const char *cli_split_name(sft_split split);
int  cli_split(const char *word); /* "val" too; all of them (NULL or "all"): SFT_SPLITS; -1: no such split */
void cli_json_shape(cli_json *j, const char *key, sft_shape s);
void cli_json_data(cli_json *j, const char *key, const sft_data_facts *d);
const char *cli_targets(const sft_data_facts *d, char *buf, size_t size); /* "10 classes" */

/* table.c: rows of text as columns; the last column is wrapped to the terminal's width, elsewhere lines are whole */
enum { CLI_COLUMNS = 12 };

typedef struct cli_table {
    int    columns, cells, room;
    bool   right[CLI_COLUMNS];  /* numbers stand at the right */
    char **cell;                /* the first row is the head */
} cli_table;

/* heads: "name|op|>params", > for the right. */
void cli_table_open(cli_table *t, const char *heads);
void cli_table_add(cli_table *t, const char *format, ...);  /* the next cell, row by row */
void cli_table_print(cli_table *t, const cli *a, const char *indent); /* to stdout; forgets the rows */
int  cli_width(int fd);                                 /* columns of the terminal; 0: it is none */
void cli_wrap(const char *text, const char *indent, int width); /* a paragraph to stdout; width 0: one line */

/* progress.c */
typedef struct cli_progress {
    cli   *a;
    bool   bar;                 /* stderr is a terminal */
    double last;                /* when it was drawn */
    int64_t steps;              /* of this program */
    int    width;
} cli_progress;

void cli_progress_open(cli_progress *p, cli *a);
bool cli_progress_step(void *progress, const sft_progress *now); /* an sft_progress_fn: false after a signal */
void cli_progress_close(cli_progress *p);
void cli_progress_clear(cli *a);                        /* its line is free for something else */
bool cli_can_draw(void);                                /* stderr is a terminal on which a line can be drawn over */
void cli_draw_bar(cli *a, int width, double share, char *text); /* on stderr; text is cut where the line would be wider than width > 0 */

/* signal_table.c: the weighted layers of a run, look after look */
enum { CLI_COURSE = 64, CLI_SIGNAL_ROWS = 24 };

typedef struct cli_course {     /* of a number over a run; 0: none yet */
    int    n, seen, stride;
    double v[CLI_COURSE];
} cli_course;

typedef struct cli_signal_course {
    FILE      *out;
    bool       no_loss;         /* that of the looks is unknown */
    cli_course loss, update[CLI_SIGNAL_ROWS];
} cli_signal_course;

void cli_signals_add(cli_signal_course *k, const sft_signals *s);
void cli_signals_print(cli_signal_course *k, const sft_signals *s);

/* recorded.c: signals.csv of a run folder, as a table or JSON; false: there is none */
bool cli_print_recorded(const cli *a, const char *folder);

/* follow.c: train -v, --watch and --on-fault */
typedef enum cli_policy { CLI_WARN, CLI_STOP, CLI_FIX } cli_policy;

typedef struct cli_follow {
    cli              *a;
    cli_progress     *bar;
    bool              wanted;
    cli_policy        policy;
    sft_watch_options o;
    cli_signal_course course;
    double            shown;    /* when a table was printed last */
    char             *repaired; /* the recipe that training starts over with, or NULL */
    bool              dropped;  /* it does not, because of a signal */
    int               repairs, percent;
    int64_t           tried;    /* step at which remedies were tried */
} cli_follow;

int  cli_follow_open(cli_follow *f, cli *a, cli_progress *bar); /* exit code */
const sft_watch_options *cli_follow_options(const cli_follow *f); /* NULL: nobody looks */
/* The recipe to start over with, to be freed, after the failure that led to it is forgotten; NULL: none. */
sft_recipe *cli_follow_repaired(cli_follow *f);

/* load.c: a run that is there already, as eval, predict and inspect open it */
typedef struct cli_run {
    char        folder[4096];   /* "" for a file that stands alone */
    char        weights[4400];  /* the file that was loaded */
    int64_t     steps, epochs, best_epoch; /* of these weights; -1: unknown */
    sft_recipe *recipe;
    sft_data   *data;
    sft_net    *net;
} cli_run;

enum { CLI_CHECKPOINTS = 4096 };

/* Recipe, data, network and weights of a run folder or of one file. After a failure it is told, and the exit code returned. */
int  cli_run_open(cli *a, const char *path, cli_run *r);
void cli_run_close(cli_run *r);
/* The run folder is there; otherwise tells that it is not and returns the exit code. */
int  cli_find_folder(cli *a, const char *folder);
int  cli_checkpoints(const char *folder, int64_t *steps, int room); /* newest first; returns how many */
const char *cli_checkpoint_path(const char *folder, int64_t step, char *buf, size_t size);

/* The file of weights that `given` names (NULL: none given), seen from the folder. */
void cli_name_weights(const char *folder, const char *given, char *path, size_t size);
bool cli_is_file(const char *path);
bool cli_is_folder(const char *path);

/* metrics.c: metrics.csv */
typedef struct cli_series {     /* losses of one split in the order of the file */
    int     n;
    double *loss, *accuracy;
    int64_t *step, *epoch;
} cli_series;

bool cli_metrics_read(const char *folder, cli_series series[SFT_SPLITS]); /* false: no such file */
void cli_metrics_free(cli_series series[SFT_SPLITS]);
void cli_sparkline(FILE *out, const double *v, int n, int width); /* what is not finite is shown as ! */

/* tensors.c: the tensors of a file */
void cli_print_tensors(cli *a, const sft_file *f);
void cli_json_tensors(cli_json *j, const sft_file *f);

/* plot.c: a curve in the terminal */
typedef struct cli_plot {
    const char   *y_name, *x_name, *per_name; /* per_name: of the second row of ticks, x / per */
    double        per;          /* 0: no such row */
    bool          log_x;
    int           n, marks;
    const double *x, *y;        /* x rises */
    double        low, high;    /* of y; NaN: of the data */
    struct {
        double      x;
        const char *name;
    } mark[4];
} cli_plot;

void cli_plot_draw(const cli *a, const cli_plot *p);    /* to stdout */
bool cli_utf8(void);                                    /* what the locale of the environment says */

/* schedule.c: the rates of a recipe or run folder */
int  cli_show_schedule(cli *a, const char *path);

/* lr_files.c: what lr-find writes */
typedef struct cli_lr_curve {
    int    n;
    double lr[SFT_LR_STEPS], loss[SFT_LR_STEPS], smooth[SFT_LR_STEPS];
} cli_lr_curve;

/* A script in a folder, silent: gnuplot's exit code; 127 where there is none. gnuplot.c */
int  cli_gnuplot(const char *folder, const char *script);
void cli_not_drawn(cli *a, int code, const char *folder, const char *script);
/* As .svg or .png, with the script that draws it beside it. signal_picture.c */
bool cli_is_picture(const char *path);                  /* can it be written as one? */
int  cli_signal_picture(cli *a, const sft_diagnosis *d, const char *path);

typedef struct cli_lr_files {
    char csv[4200], svg[4200], png[4200];
    bool drawn;                 /* the pictures are there */
} cli_lr_files;

void cli_lr_range(const cli_lr_curve *c, double *low, double *high); /* of the loss, in pictures */
int  cli_lr_write(cli *a, const char *folder, const cli_lr_curve *c, const sft_lr_found *found, cli_lr_files *files);

/* source.c: data named on the command line */
bool cli_is_recipe(const char *text);                   /* a file, but no table */
const char *cli_source(const char *text, char *buf, size_t size); /* "a.csv" is "csv:a.csv" */
/* A recipe of which only the data count; with the overrides or without. NULL after a failure. */
sft_recipe *cli_recipe_around(cli *a, const char *source, bool overrides);

/* get.c: data get SET… */
int cli_data_get(cli *a);

/* diagnosis.c: what the doctor found, as text */
void cli_print_signals(const cli *a, const sft_diagnosis *d, bool end, const char *title); /* at the start or the probe run's end */
void cli_print_findings(const cli *a, const sft_diagnosis *d, const char *when);
void cli_print_trials(const cli *a, const sft_diagnosis *d);
char *cli_edits(int n, const char *const *edit, char *buf, size_t size); /* as they are typed in a shell */

/* past.c: how the run of a folder ended, and what was told while it trained */
void cli_print_past(const char *folder);

/* signals.c: inspect --signals */
int  cli_show_signals(cli *a, const char *path);

/* pages.c: symptoms */
void cli_print_symptom(const char *name);               /* what its record has besides name, doc and formula */
int  cli_write_pages(cli *a, const char *folder);       /* FOLDER/NAME.md of every symptom, and README.md; exit code */

/* equal_units.c: what check says of weights that begin equal. Steps are tried: the net is another one afterwards. */
typedef struct cli_remarks {
    int  n;
    char text[4][640];
} cli_remarks;

void cli_equal_units(cli *a, sft_net *net, sft_trainer *trainer, cli_remarks *out);

/* art.c: a sample in characters */
void cli_art(const float *const *x, int samples, sft_shape shape, const char *indent);

/* summary.c: run.json */
bool cli_summary_number(const char *folder, const char *key, double *value); /* "test.accuracy"; false: not there, or built without jansson */
bool cli_summary_text(const char *folder, const char *key, char *buf, size_t size);
char *cli_read_text(const char *path);                  /* a whole file, to be freed; NULL with errno */

/* result.c: what train, resume and eval end with */
typedef struct cli_confusion {  /* a matrix a split: the row is the true class, the column the predicted one */
    int64_t            n;
    int64_t           *counts[SFT_SPLITS]; /* NULL: not asked for */
    const char *const *names;   /* of the n classes, or NULL */
} cli_confusion;

/* JSON; counts below 0 are unknown: null; k may be NULL */
void cli_print_result(cli *a, const char *folder, const sft_result *result, int shards, const cli_confusion *k);
void cli_print_confusion(const cli_confusion *k);       /* as a table */
bool cli_write_confusion(const cli_confusion *k, const char *path); /* as csv: split,true,predicted,count; false: see errno */
void cli_print_scores(const sft_result *result);

/* run.c: what train and resume share */
int cli_fit(cli *a, sft_recipe *r, const char *folder, bool resume);

#endif
