/* SPDX-License-Identifier: MIT */
/* Option rows of train, early_stop and checkpoint, and the table of all sections. */
#include <math.h>
#include <string.h>

#include "graph/presets/presets.h"
#include "recipe/sections.h"

#define TRAIN(member) offsetof(sft_train_conf, member)
#define STOP(member)  offsetof(sft_stop_conf, member)
#define KEEP(member)  offsetof(sft_keep_conf, member)
#define MANY          1e9
#define REGULAR(member) offsetof(sft_regular_conf, member)
#define PROBE(member) offsetof(sft_probe_conf, member)
#define GROUP(member) offsetof(sft_group_conf, member)

static const char *const samplers[] = { "uniform", "weighted", NULL };

const sft_field sft__train_fields[] = {
    { .name = "epochs", .kind = SFT_INT, .offset = TRAIN(epochs), .def = 20, .low = 1, .high = MANY,
      .doc = "passes over the training samples",
      .aliases = "max_epochs max_iter num_epochs n_epochs", .flags = SFT_MAIN },
    { .name = "steps", .kind = SFT_INT, .offset = TRAIN(steps), .def = 0, .low = 0, .high = 1e15,
      .doc = "steps to train; above 0 it rules over epochs", .aliases = "max_steps total_steps" },
    { .name = "batch", .kind = SFT_INT, .offset = TRAIN(batch), .def = 64, .low = 1, .high = 1 << 20,
      .doc = "samples in a step", .aliases = "batch_size", .flags = SFT_LOG },
    { .name = "seed", .kind = SFT_INT, .offset = TRAIN(seed), .def = 0, .low = 0, .high = 4503599627370496.0,
      .doc = "of weights, order and dropout: the same seed gives the same bits",
      .aliases = "random_state random_seed" },
    { .name = "shards", .kind = SFT_INT, .offset = TRAIN(shards), .low = 1, .high = 64,
      .doc = "slices of a batch, a power of two: part of the result, unlike threads", .flags = SFT_AUTO },
    { .name = "clip_norm", .kind = SFT_REAL, .offset = TRAIN(clip_norm), .def = 0, .low = 0, .high = MANY,
      .doc = "largest global norm of the gradient; 0: off",
      .aliases = "gradient_clip_val clipnorm global_clipnorm clip_grad max_grad_norm max_norm" },
    { .name = "shuffle", .kind = SFT_FLAG, .offset = TRAIN(shuffle), .def = 1,
      .doc = "a new order each epoch" },
    { .name = "sampler", .kind = SFT_WORD, .offset = TRAIN(sampler), .text = "uniform", .words = samplers,
      .doc = "weighted: every class equally often, drawn with replacement; an epoch keeps its length" },
    { .name = "drop_last", .kind = SFT_FLAG, .offset = TRAIN(drop_last), .def = 0,
      .doc = "leave out the short last batch of an epoch", .aliases = "drop_remainder" },
    { .name = "eval_every", .kind = SFT_INT, .offset = TRAIN(eval_every), .def = 1, .low = 1, .high = MANY,
      .doc = "epochs between evaluations", .aliases = "check_val_every_n_epoch validation_freq" },
    { .name = "accumulate", .kind = SFT_INT, .offset = TRAIN(accumulate), .def = 1, .low = 1, .high = MANY,
      .doc = "batches whose gradients make one step, as one batch that many times larger would",
      .aliases = "accumulate_grad_batches grad_accum grad_accum_steps gradient_accumulation_steps" },
    { .name = "layer_decay", .kind = SFT_REAL, .offset = TRAIN(layer_decay), .def = 1, .low = 0, .high = 1,
      .doc = "rate of a layer, of the next one's: the last layer learns at the full rate",
      .aliases = "layerwise_lr_decay llrd", .flags = SFT_ABOVE_LOW },
    SFT_FIELD_END
};

static const sft_field regular_rows[] = {
    { .name = "l1", .kind = SFT_REAL, .offset = REGULAR(l1), .def = 0, .low = 0, .high = 1e3,
      .doc = "L1 penalty on weights, not on biases and norms: l1 sign(w) joins the gradient; 0: off",
      .aliases = "l1_lambda l1_weight", .flags = SFT_LOG },
    { .name = "max_norm", .kind = SFT_REAL, .offset = REGULAR(max_norm), .def = 0, .low = 0, .high = MANY,
      .doc = "largest length of the weights into a unit, kept behind each update; 0: off",
      .aliases = "maxnorm kernel_constraint" },
    { .name = "gradient_noise", .kind = SFT_REAL, .offset = REGULAR(gradient_noise), .def = 0, .low = 0, .high = MANY,
      .doc = "variance eta of normal noise on the first gradient; 0: off", .aliases = "noise eta", .flags = SFT_LOG },
    { .name = "noise_decay", .kind = SFT_REAL, .offset = REGULAR(noise_decay), .def = 0.55, .low = 0, .high = 100,
      .doc = "the variance falls as eta / (1 + step)^noise_decay", .aliases = "gamma" },
    SFT_FIELD_END
};

static const sft_field group_rows[] = {
    { .name = "lr", .kind = SFT_REAL, .offset = GROUP(lr_scale), .def = 1, .low = 0, .high = 1e6,
      .doc = "share of the learning rate; 0: frozen", .aliases = "lr_scale lr_mult learning_rate",
      .flags = SFT_LOG },
    { .name = "decay", .kind = SFT_REAL, .offset = GROUP(decay_scale), .low = 0, .high = 1e6,
      .doc = "share of weight_decay and l1; auto: 1 for weights, 0 for biases and norms",
      .aliases = "weight_decay decay_mult weight_decay_scale", .flags = SFT_AUTO },
    SFT_FIELD_END
};

const sft_field sft__stop_fields[] = {
    { .name = "patience", .kind = SFT_INT, .offset = STOP(patience), .def = 0, .low = 0, .high = MANY,
      .doc = "evaluations without improvement before training ends; 0: off",
      .aliases = "n_iter_no_change", .flags = SFT_MAIN },
    { .name = "min_delta", .kind = SFT_REAL, .offset = STOP(min_delta), .def = 0, .low = 0, .high = MANY,
      .doc = "a smaller change is no improvement", .aliases = "tol" },
    { .name = "monitor", .kind = SFT_WORD, .offset = STOP(monitor), .text = "loss", .words = sft__monitors,
      .doc = "what is watched, of the validation samples: the loss or a metric" },
    { .name = "restore_best", .kind = SFT_FLAG, .offset = STOP(restore_best), .def = 1,
      .doc = "end with the weights of the best evaluation", .aliases = "restore_best_weights" },
    SFT_FIELD_END
};

const sft_field sft__keep_fields[] = {
    { .name = "every", .kind = SFT_REAL, .offset = KEEP(every), .def = 1, .low = 0, .high = MANY,
      .doc = "epochs between checkpoints; 0: only at the end", .aliases = "every_n_epochs save_freq" },
    { .name = "every_steps", .kind = SFT_INT, .offset = KEEP(every_steps), .def = 0, .low = 0, .high = 1e15,
      .doc = "steps between checkpoints; 0: off", .aliases = "every_n_train_steps" },
    { .name = "min_seconds", .kind = SFT_REAL, .offset = KEEP(min_seconds), .def = 10, .low = 0, .high = MANY,
      .doc = "shortest time between checkpoints, so that short runs do not wait for the disk" },
    { .name = "keep_last", .kind = SFT_INT, .offset = KEEP(keep_last), .def = 2, .low = 2, .high = 1 << 20,
      .doc = "newest checkpoints that stay", .aliases = "max_to_keep" },
    { .name = "keep_best", .kind = SFT_FLAG, .offset = KEEP(keep_best), .def = 1,
      .doc = "write the weights of the best evaluation to best.safetensors", .aliases = "save_best_only" },
    SFT_FIELD_END
};

const sft_field sft__metrics_fields[] = {
    { .name = "names", .kind = SFT_TEXT, .offset = offsetof(sft_metrics_conf, names),
      .doc = "a list such as [top5, f1_macro], or none; auto: of yes-or-no targets f1_macro and auroc, of numbers mae, rmse and r2",
      .flags = SFT_MAIN | SFT_AUTO },
    SFT_FIELD_END
};

static const sft_field probe_rows[] = {
    { .name = "every", .kind = SFT_INT, .offset = PROBE(every), .low = 1, .high = 1e15,
      .doc = "steps between two looks at the layers; auto: none, but with train -v or --watch as often as share allows",
      .flags = SFT_MAIN | SFT_AUTO },
    { .name = "share", .kind = SFT_REAL, .offset = PROBE(share), .def = 0.02, .low = 0, .high = 1,
      .doc = "of the work of training, that looks may take where every is auto; a short run has eight in any case",
      .flags = SFT_ABOVE_LOW },
    { .name = "samples", .kind = SFT_INT, .offset = PROBE(samples), .def = 256, .low = 8, .high = 4096,
      .doc = "training samples of a look, always the same ones; fewer where layers are large" },
    SFT_FIELD_END
};

/* One function a kind of record: the i-th as a choice. */
#define CHOICES(kind, type, get)                                                                   \
    static bool kind##_at(int i, sft_choice *c)                                                    \
    {                                                                                              \
        const type *x = get(i);                                                                    \
        if (!x) return false;                                                                      \
        *c = (sft_choice){ x->name, x->aliases, x->doc, x->conf_size, x->fields, x };              \
        return true;                                                                               \
    }
CHOICES(data, sft_source, sft__source_at)
CHOICES(augment, sft_augment, sft__augment_at)
CHOICES(preset, sft_preset, sft__preset_at)
CHOICES(loss, sft_loss, sft__loss_at)
CHOICES(init, sft_init, sft__init_at)
CHOICES(optimizer, sft_optimizer, sft__optimizer_at)
CHOICES(schedule, sft_schedule, sft__schedule_at)
CHOICES(wrapper, sft_wrapper, sft__wrapper_at)
CHOICES(average, sft_average, sft__average_at)

#define AT(member) offsetof(sft_recipe, member)

const sft_section sft__section[SFT_SECTIONS] = {
    [SFT_DATA_SECTION] = { .name = "data", .aliases = "dataset", .spec = AT(data), .at = data_at,
        .doc = "where the samples come from", .example = "data: digits" },
    [SFT_SPLIT_SECTION] = { .name = "split", .spec = AT(split), .rows = sft__split_fields, .conf = AT(split_conf),
        .doc = "what is held out, and how values are standardised" },
    [SFT_AUGMENT_SECTION] = { .name = "augment", .aliases = "augmentation augmentations transforms transform",
        .spec = AT(augment), .at = augment_at, .list = true,
        .doc = "changes of training samples, one after the other: crop padding=4 | flip" },
    [SFT_MODEL_SECTION] = { .name = "model", .aliases = "net network", .spec = AT(model), .at = preset_at,
        .doc = "the network: stack text or a preset", .example = "model: flatten | linear 64 | relu | linear" },
    [SFT_LOSS_SECTION] = { .name = "loss", .aliases = "criterion", .spec = AT(loss), .at = loss_at, .usual = "auto",
        .doc = "what is made small; auto: by the targets" },
    [SFT_INIT_SECTION] = { .name = "init", .aliases = "initializer kernel_initializer", .spec = AT(init), .at = init_at,
        .usual = "auto", .doc = "first values of the weights; auto: by the activation that follows" },
    [SFT_INIT_LAYERS_SECTION] = { .name = "init_layers", .aliases = "init_by_name", .spec = AT(init_layers), .at = init_at,
        .patterns = true, .example_rule = "\"*.bias\": constant 0.1", .example_override = "*.bias=constant 0.1",
        .doc = "first values by name: patterns of layers (`2.body.*`, `conv2d`) or tensors (`0.weight`, `*.bias`); the last that "
               "matches counts" },
    [SFT_OPTIMIZER_SECTION] = { .name = "optimizer", .aliases = "opt optimiser solver", .spec = AT(optimizer),
        .at = optimizer_at, .usual = "adamw", .doc = "how gradients become updates" },
    [SFT_GROUPS_SECTION] = { .name = "groups", .aliases = "param_groups parameter_groups", .spec = AT(groups), .rows = group_rows,
        .conf = sizeof(sft_group_conf), .patterns = true, .example_rule = "\"0.*\": lr=0.1 decay=0",
        .example_override = "0.*=lr=0.1",
        .doc = "learning rate and weight decay by name: patterns as in init_layers; the last that matches counts" },
    [SFT_REGULAR_SECTION] = { .name = "regularize", .aliases = "regularization regularizer regularisation kernel_regularizer",
        .spec = AT(regularize), .rows = regular_rows, .conf = AT(regular_conf),
        .doc = "what keeps weights small beside weight decay, and noise" },
    [SFT_SCHEDULE_SECTION] = { .name = "schedule", .aliases = "lr_scheduler scheduler sched lr_schedule",
        .spec = AT(schedule), .at = schedule_at, .usual = "constant",
        .doc = "the learning rate over time, with warm-up" },
    [SFT_WRAP_SECTION] = { .name = "wrap", .aliases = "wrapper", .spec = AT(wrap), .at = wrapper_at, .usual = "none",
        .doc = "what changes the optimiser's step" },
    [SFT_AVERAGE_SECTION] = { .name = "average", .aliases = "averaging weight_averaging", .spec = AT(average),
        .at = average_at, .usual = "none",
        .doc = "averages of the weights: what is evaluated, kept as the best and left at the end" },
    [SFT_TRAIN_SECTION] = { .name = "train", .aliases = "trainer fit", .spec = AT(train), .rows = sft__train_fields,
        .conf = AT(train_conf), .doc = "length, batches, seed" },
    [SFT_STOP_SECTION] = { .name = "early_stop", .aliases = "early_stopping", .spec = AT(early_stop),
        .rows = sft__stop_fields, .conf = AT(stop_conf), .doc = "ends training when validation no longer improves" },
    [SFT_KEEP_SECTION] = { .name = "checkpoint", .aliases = "checkpoints", .spec = AT(checkpoint),
        .rows = sft__keep_fields, .conf = AT(keep_conf), .doc = "what is written while training" },
    [SFT_METRICS_SECTION] = { .name = "metrics", .aliases = "metric", .spec = AT(metrics), .rows = sft__metrics_fields,
        .conf = AT(metrics_conf), .doc = "what evaluation tells besides loss and accuracy" },
    [SFT_PROBE_SECTION] = { .name = "probe", .aliases = "probes", .spec = AT(probe), .rows = probe_rows, .conf = AT(probe_conf),
        .doc = "looks at every layer while training: signals.csv" },
};

int sft__section_find(const char *name)
{
    for (int i = 0; i < SFT_SECTIONS; i++) {
        if (sft__named(name, sft__section[i].name, sft__section[i].aliases)) return i;
    }
    return -1;
}

int sft__section_of(const char *key, const char **option)
{
    char         word[64];
    const size_t n = strcspn(key, ".");
    *option = key[n] ? key + n + 1 : NULL;
    if (n >= sizeof word) return -1;
    memcpy(word, key, n);
    word[n] = 0;
    return sft__section_find(word);
}

sft_spec *sft__section_spec(sft_recipe *r, int id)
{
    return (sft_spec *)(void *)((char *)r + sft__section[id].spec);
}

const char *sft__place_of(const char *name)
{
    const char *colon = name ? strchr(name, ':') : NULL;
    return colon ? colon + 1 : NULL;
}

bool sft__choice_find(const sft_section *s, const char *name, sft_choice *c)
{
    char         word[64];
    const size_t n = name ? strcspn(name, ":") : 0;
    if (n == 0 || n >= sizeof word || !s->at) return false;
    if (name[n] && s != &sft__section[SFT_DATA_SECTION]) return false; /* only data has places */
    memcpy(word, name, n);
    word[n] = 0;
    const sft_source *source = s == &sft__section[SFT_DATA_SECTION] ? sft__source_find(name) : NULL;
    for (int i = 0; s->at(i, c); i++) {
        if (source ? c->record == source : sft__named(word, c->name, c->aliases)) return true;
    }
    return false;
}
