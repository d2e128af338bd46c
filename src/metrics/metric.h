/* SPDX-License-Identifier: MIT */
/* Metrics: numbers that judge all predictions of a split at once. One record each, in the files of this folder. */
/* Everything is summed sample by sample in the split's order, in double: bits depend on no thread. */
#ifndef SFT_METRICS_METRIC_H
#define SFT_METRICS_METRIC_H

#include "base/fields.h"
#include "tensor/tensor.h"

typedef struct sft_predictions { /* of a whole split */
    sft_task       task;
    int64_t        rows, outputs;
    const real    *out;         /* rows x outputs: logits, or numbers */
    const int32_t *label;       /* SFT_CLASSES: class numbers */
    const real    *target;      /* otherwise: rows x outputs */
    void          *work;        /* sft__metric_work bytes of scratch */
} sft_predictions;

typedef struct sft_measure_record sft_measure_record;

struct sft_measure_record {
    const char *name, *aliases, *doc, *math;
    unsigned    tasks;          /* bit (1 << sft_task) */
    bool        lower;          /* less is better */
    int         k;              /* of top-k */
    double    (*score)(const sft_measure_record *, const sft_predictions *);
};

const sft_measure_record *sft__measure_find(const char *name); /* NULL: none */
const sft_measure_record *sft__measure_at(int i);              /* NULL past the end */
/* The words of early_stop.monitor: loss, and every metric; NULL-ended. */
extern const char *const sft__monitors[];

size_t sft__metric_work(int64_t rows, int64_t outputs);

/* Reads "[top5, f1_macro]" into list, at most `room`; "auto": the task's own. E132 for a name that is none, E113 for one that the
 * targets do not allow (task below 0: not checked) or one too many. */
enum { SFT_METRIC_ROOM = 16 };
sft_status sft__metrics_read(sft_ctx *c, sft_pos pos, const char *text, int task, const sft_measure_record **list, int *n);

/* counts: outputs x outputs, the row is the true class, the column the predicted one; yes or no: 2 x 2, all outputs together */
void sft__confusion(const sft_predictions *p, int64_t *counts);

/* ---- what metrics share ---------------------------------------------------------------------- */

/* The predicted class: of several equal outputs the first. */
int64_t sft__predicted(const sft_predictions *p, int64_t row);
double  sft__log_z(const sft_predictions *p, int64_t row);  /* log sum exp(x) */
bool    sft__is_yes(const sft_predictions *p, int64_t row, int64_t output);
#endif
