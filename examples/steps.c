/* SPDX-License-Identifier: MIT */
/* Training by hand: your own numbers, your own loop. Learns XOR and shows the loss on the way. */
#include <surefoot.h>

#include <stdio.h>

int main(void)
{
    const float x[4][2] = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }, y[4] = { 0, 1, 1, 0 };
    sft_ctx *c = sft_open(&(sft_config){ .threads = 1 });
    sft_recipe *r = sft_recipe_parse(c, "xor", NULL, 0);
    sft_recipe_set(r, "data=digits"); /* a recipe names its data; sft_data_from takes their place */
    sft_recipe_set(r, "model=linear 8 | tanh | linear");
    sft_recipe_set(r, "optimizer=adam lr=0.05");
    sft_recipe_set(r, "train=epochs=300 batch=4");
    sft_data *d = sft_data_from(c, &x[0][0], (sft_shape){ 1, { 2 } }, y, SFT_CLASSES, 2, 4, NULL);
    sft_net *n = sft_net_new(c, r, d);
    sft_trainer *t = sft_trainer_new(c, r, d, n);
    sft_step_facts step = { .step = 0 };
    while (step.step < 300 && sft_step(t, &step) == SFT_OK)
        if (step.step % 100 == 0)
            printf("step %3lld  loss %.4f  gradient %.4f\n", (long long)step.step, step.batch.loss, step.grad_norm);
    if (sft_code(c))
        fprintf(stderr, "%s\n", sft_message(c));
    int code = sft_code(c) ? (int)sft_code(c) : step.batch.accuracy < 1;
    sft_trainer_free(t);
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
    return code;
}
