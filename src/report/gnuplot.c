/* SPDX-License-Identifier: MIT */
/* Running gnuplot. */
#include "report/figures.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int sft__gnuplot(const char *folder, int n, const char *const *script)
{
    enum { MOST = 2 * SFT_MOST_FIGURES };
    char *words[MOST + 2] = { "gnuplot" };
    int   status = 0;
    if (n > MOST) n = MOST;
    memcpy(words + 1, script, (size_t)n * sizeof *words); /* exec changes none of them, whatever its type says */
    const pid_t child = fork();
    if (child < 0) return 126;
    if (child == 0) {
        const int null = open("/dev/null", O_RDWR);
        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 || chdir(folder)) _exit(126);
        execvp("gnuplot", words);
        _exit(errno == ENOENT ? 127 : 126);
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return 126;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
