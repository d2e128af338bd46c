/* SPDX-License-Identifier: MIT */
/* Data source `digits`: 8x8 handwritten digits, compiled into the library. */
#include "data/embedded/digits_samples.h"
#include "data/samples.h"

#define PIXELS 64

static const char *const names[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };

static sft_status unpack(sft_ctx *c, const char (*line)[66], int64_t count, sft_samples *s)
{
    if (sft__samples_make(c, s, count, sft__shape3(1, 8, 8), SFT_BYTES, SFT_CLASSES, 10))
        return sft_code(c);
    for (int64_t i = 0; i < count; i++) {
        s->label[i] = line[i][0] - '0';
        for (int j = 0; j < PIXELS; j++) s->bytes[i * PIXELS + j] = (uint8_t)(line[i][1 + j] - 'a');
    }
    return SFT_OK;
}

static sft_status open_digits(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                              sft_raw *raw)
{
    (void)conf, (void)place, (void)pos;
    raw->source = "UCI optdigits (E. Alpaydin, C. Kaynak), CC BY 4.0";
    raw->task = SFT_CLASSES;
    raw->outputs = 10;
    raw->class_names = names;
    raw->white = 16;
    if (unpack(c, sft__digits_train, 3823, &raw->train)) return sft_code(c);
    return unpack(c, sft__digits_test, 1797, &raw->test);
}

const sft_source sft__source_digits = {
    .name = "digits",
    .aliases = "optdigits",
    .doc = "handwritten digits, 8x8 pixels of 0 to 16: 3,823 to train and 1,797 to test; built in",
    .open = open_digits,
};
