/* SPDX-License-Identifier: MIT */
/* Pictures by gnuplot, where it is installed; the script stays beside them. src/report/gnuplot.c does the same for the library's
 * reports: the program uses surefoot.h only, and running gnuplot is nothing that a public header should offer. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

int cli_gnuplot(const char *folder, const char *script)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        return 126;
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);
        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 || chdir(folder))
            _exit(126);
        execlp("gnuplot", "gnuplot", script, (char *)NULL);
        _exit(errno == ENOENT ? 127 : 126);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

void cli_not_drawn(cli *a, int code, const char *folder, const char *script)
{
    if (code == 127)
        cli_say(a, SFT_NOTE, "note: no picture, for gnuplot is not installed (Debian: gnuplot-nox); the numbers are there, "
                             "and a script that draws them");
    else
        fprintf(stderr, "warning: gnuplot could not draw %s — run it there to see why: gnuplot %s\n", folder, script);
}
