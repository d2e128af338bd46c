/* SPDX-License-Identifier: MIT */
/* A network inside a C program: trained on the built-in digits, asked about one image. */
#include <surefoot.h>

#include <stdio.h>

int main(void)
{
    sft_ctx *c = sft_open(NULL);
    sft_recipe *r = sft_recipe_parse(c, "digits", NULL, 0);
    sft_recipe_set(r, "data=digits");
    sft_recipe_set(r, "model=flatten | linear 64 | batchnorm | relu | linear");
    sft_recipe_set(r, "optimizer=adamw lr=3e-3");
    sft_recipe_set(r, "train=epochs=15 batch=64");
    sft_data *d = sft_data_open(c, r);
    sft_net *n = sft_net_new(c, r, d);
    sft_result result = { .steps = 0 };
    sft_fit(c, r, d, n, NULL, &result);

    float image[64] = { 0 }, label = 0, score[10] = { 0 };
    sft_data_sample(d, SFT_TEST, 0, image, &label);
    sft_net_predict(n, image, 1, score);
    int best = 0;
    for (int i = 1; i < 10; i++)
        best = score[i] > score[best] ? i : best;
    printf("test accuracy %.1f %%, the first test image is a %d and was read as a %d\n", 100 * result.test.accuracy, (int)label, best);
    if (sft_code(c))
        fprintf(stderr, "%s\n", sft_message(c)); /* the first failure, whichever call it was */
    int code = sft_code(c) ? (int)sft_code(c) : result.test.accuracy < 0.95;
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
    return code;
}
