/* SPDX-License-Identifier: MIT */
/* FOLDER/.lock: one writer at a time, and the words about who it is. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"

/* A boot has an id of its own on Linux: who reads the lock can tell a pid from before a reboot. */
static void boot_id(char *buf, size_t size)
{
    FILE *in = fopen("/proc/sys/kernel/random/boot_id", "r");
    buf[0] = 0;
    if (in && fgets(buf, (int)size, in))
        buf[strcspn(buf, "\n")] = 0;
    if (in)
        fclose(in);
}

/* The pid in a lock file's text; "" when there is none. */
static void read_owner(int lock, char *owner, size_t size)
{
    ssize_t n = pread(lock, owner, size - 1, 0);
    owner[n > 0 ? n : 0] = 0;
    owner[strspn(owner, "0123456789")] = 0;
}

static bool is_alive(const char *pid)
{
    long n = strtol(pid, NULL, 10);
    return n > 0 && (kill((pid_t)n, 0) == 0 || errno == EPERM);
}

/* errno, 0: held. Asks every 20 ms, as long as only children of a dead owner hold it. */
static int take(int fd, double patience)
{
    const struct timespec pause = { 0, 20000000 };
    char owner[21];
    for (double until = sft__now() + patience;;) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return 0;
        int error = errno;
        read_owner(fd, owner, sizeof owner);
        if (error != EWOULDBLOCK || is_alive(owner) || sft__now() >= until)
            return error;
        nanosleep(&pause, NULL);
    }
}

static sft_status write_owner(sft_ctx *c, const char *path, int fd)
{
    char boot[64], now[160];
    boot_id(boot, sizeof boot);
    int len = snprintf(now, sizeof now, "%ld %s\n", (long)getpid(), boot);
    if (ftruncate(fd, 0) || pwrite(fd, now, (size_t)len, 0) != len)
        return sft__io_fail(c, path, errno, "locking");
    return SFT_OK;
}

/* The lock is the kernel's and falls with its processes; the text in the file only says whose. */
sft_status sft__lock(sft_ctx *c, const char *folder, sft_ecode in_use, double patience, int *lock)
{
    char path[4096], owner[21];
    *lock = -1;
    if ((size_t)snprintf(path, sizeof path, "%s/.lock", folder) >= sizeof path)
        return sft__io_fail(c, folder, ENAMETOOLONG, "locking");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return sft__io_fail(c, path, errno, "locking");
    int error = take(fd, patience);
    read_owner(fd, owner, sizeof owner);
    if (error) {
        close(fd);
        if (error != EWOULDBLOCK)
            return sft__io_fail(c, path, error, "locking");
        return sft__fail(c, in_use, "%s is in use by another surefoot (pid %s) — wait for it, stop it, or choose another folder", folder,
                         owner[0] ? owner : "unknown");
    }
    *lock = fd;
    if (owner[0])               /* the lock fell when its owner died, so its text is left over */
        sft__note(c, SFT_NOTE, "W320", "%s was left by a surefoot that did not end well (pid %s); taken over", folder, owner);
    return write_owner(c, path, fd);
}

void sft__unlock(int lock)
{
    if (lock < 0)
        return;
    /* an empty lock: its owner ended well. Failure only costs a note at the next start. */
    if (ftruncate(lock, 0))
        errno = 0;
    close(lock);
}
