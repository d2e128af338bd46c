/* SPDX-License-Identifier: MIT */
#include "doctor/doctor.h"

int sft__verify(sft_chart *c, const sft_finding *found, int n, const sft_verify_conf *k, sft_trial *list, int room)
{
    (void)c;
    (void)found;
    (void)n;
    (void)k;
    (void)list;
    (void)room;
    return 0;
}
