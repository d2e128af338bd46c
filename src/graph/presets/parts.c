/* SPDX-License-Identifier: MIT */
/* Pieces of stack text that several presets write: a normalisation by its word, dropout. */
#include "graph/presets/presets.h"

enum { NONE, BATCH, LAYER, RMS, GROUP, INSTANCE };

const char *const sft__preset_norms[] = { "none", "batch", "layer", "rms", "group", "instance", NULL };

/* Wu and He's 32 channels to a group are more than small nets have: the most groups up to 8 that divide. */
static long long groups_of(long long channels)
{
    long long groups = 8;
    while (channels % groups) groups--;
    return groups;
}

void sft__preset_norm_word(sft_string *text, int norm, long long channels)
{
    static const char *const words[] = {
        [NONE] = "", [BATCH] = "batchnorm", [LAYER] = "layernorm", [RMS] = "rmsnorm", [INSTANCE] = "instancenorm affine=true"
    };
    if (norm == GROUP)
        sft__string_addf(text, "groupnorm %lld", groups_of(channels));
    else
        sft__string_add(text, words[norm]);
}

void sft__preset_norm(sft_string *text, int norm, long long channels)
{
    if (norm == NONE) return;
    sft__string_add(text, " | ");
    sft__preset_norm_word(text, norm, channels);
}

void sft__preset_dropout(sft_string *text, double p)
{
    char buf[32];
    if (p > 0) sft__string_addf(text, " | dropout %s", sft__print_real(p, buf, sizeof buf));
}

void sft__preset_conv3(sft_string *text, long long channels, int stride, bool bias)
{
    sft__string_addf(text, "conv2d %lld kernel_size=3%s padding=1%s", channels, stride == 2 ? " stride=2" : "",
                     bias ? "" : " bias=false");
}
