/* SPDX-License-Identifier: MIT */
/* Between export_tensorboard.c and export_hparams.c: an event file that is being written. Field numbers are those of event.proto,
 * summary.proto and tensor.proto of TensorFlow. */
#ifndef SFT_REPORT_EXPORT_TENSORBOARD_H
#define SFT_REPORT_EXPORT_TENSORBOARD_H

#include "report/export.h"
#include "report/tfrecord.h"

typedef struct sft_events {
    sft_ctx   *ctx;
    sft_sink   sink;
    sft_string event, summary, value, inner; /* messages on their way, the outer one first */
    double     begin;           /* wall time of second 0 */
    int64_t    lr_step;         /* of the last lr and grad_norm */
    sft_export_facts *facts;
} sft_events;

/* The event at `seconds` with the values in e->summary, which is empty afterwards. */
void sft__events_put(sft_events *e, double seconds, int64_t step);
/* A value that a plugin reads: its data, and a tensor (a message), into e->summary. */
void sft__events_plugin(sft_events *e, const char *tag, const char *plugin, const sft_string *data, const sft_string *tensor,
                        int data_class);

/* export_hparams.c: what the folder as a whole varies and is judged by; what a run chose; how it ended. */
void sft__hparams_experiment(const sft_export_job *x, sft_events *e);
void sft__hparams_begin(const sft_export_job *x, const sft_export_run *run, const sft_export_recipe *r, sft_events *e);
void sft__hparams_end(const sft_export_job *x, const sft_export_run *run, const sft_run_json *j, sft_events *e);

#endif
