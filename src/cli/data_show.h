/* SPDX-License-Identifier: MIT */
/* The second word of `surefoot data show RECIPE`. */
#ifndef SFT_CLI_DATA_SHOW_H
#define SFT_CLI_DATA_SHOW_H

#include "cli.h"

enum { CLI_SHOWN = 100 }; /* versions of a sample, at most */

int cli_data_show(cli *a); /* exit code */

#endif
