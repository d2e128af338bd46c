/* SPDX-License-Identifier: MIT */
/* The tensors of a file with their statistics. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>

typedef struct stats {
    double  mean, rms, low, high; /* over the finite ones */
    int64_t bad;                /* NaN or infinite */
} stats;

static stats measure(const float *x, int64_t n)
{
    stats s = { .low = INFINITY, .high = -INFINITY };
    for (int64_t i = 0; i < n; i++) {
        double v = (double)x[i];
        if (!isfinite(v)) {
            s.bad++;
            continue;
        }
        s.mean += v;
        s.rms += v * v;
        s.low = v < s.low ? v : s.low;
        s.high = v > s.high ? v : s.high;
    }
    double good = (double)(n - s.bad);
    s.mean = good > 0 ? s.mean / good : NAN;
    s.rms = good > 0 ? sqrt(s.rms / good) : NAN;
    return s;
}

/* False when memory is out or the file fails; statistics of an empty tensor are not numbers. */
static bool look(const sft_file *f, int i, int64_t count, stats *s)
{
    float *x = malloc((count > 0 ? (size_t)count : 1) * sizeof *x);
    bool good = x && sft_file_values(f, i, x) == SFT_OK;
    if (good)
        *s = measure(x, count);
    free(x);
    return good;
}

void cli_print_tensors(cli *a, const sft_file *f)
{
    sft_tensor_facts t;
    cli_table table;
    char shape[96];
    int64_t all = 0, bad = 0;
    cli_table_open(&table, "tensor|>shape|>mean|>rms|>min|>max|>not finite");
    for (int i = 0; sft_file_tensor(f, i, &t); i++) {
        stats s;
        if (!look(f, i, t.count, &s))
            continue;
        cli_table_add(&table, "%s", t.name);
        cli_table_add(&table, "%s", t.shape.rank ? cli_shape(t.shape, shape, sizeof shape) : "scalar");
        cli_table_add(&table, "%.4g", s.mean);
        cli_table_add(&table, "%.4g", s.rms);
        cli_table_add(&table, "%.4g", s.low);
        cli_table_add(&table, "%.4g", s.high);
        cli_table_add(&table, s.bad ? "%lld" : "-", (long long)s.bad);
        all += t.trained ? t.count : 0;
        bad += s.bad;
    }
    cli_table_print(&table, a, "  ");
    printf("  %lld trained values", (long long)all);
    if (bad)
        printf("; %lld values are NaN or infinite", (long long)bad);
    putchar('\n');
}

void cli_json_tensors(cli_json *j, const sft_file *f)
{
    sft_tensor_facts t;
    cli_json_begin(j, "tensors", '[');
    for (int i = 0; sft_file_tensor(f, i, &t); i++) {
        stats s;
        if (!look(f, i, t.count, &s))
            continue;
        cli_json_begin(j, NULL, '{');
        cli_json_text(j, "name", t.name);
        cli_json_shape(j, "shape", t.shape);
        cli_json_int(j, "count", t.count);
        cli_json_flag(j, "trained", t.trained);
        cli_json_number(j, "mean", s.mean);
        cli_json_number(j, "rms", s.rms);
        cli_json_number(j, "min", s.low);
        cli_json_number(j, "max", s.high);
        cli_json_int(j, "not_finite", s.bad);
        cli_json_end(j, '}');
    }
    cli_json_end(j, ']');
}
