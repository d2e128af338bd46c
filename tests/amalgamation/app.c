/* SPDX-License-Identifier: MIT */
/* A program with the library compiled in: cc -std=c11 -O2 -I. surefoot.c app.c -lm */
#include "surefoot.h"
#include <stdio.h>
#include <string.h>

int main(void)
{
    sft_ctx         *c = sft_open(NULL);
    sft_record_facts record;
    int              count = 0;
    if (!c || !strstr(sft_version(), SFT_VERSION)) return 1;
    while (sft_list(count, &record)) count++;
    printf("%s lists %d records\n", sft_version(), count);
    sft_close(c);
    return count > 30 ? 0 : 1;
}
