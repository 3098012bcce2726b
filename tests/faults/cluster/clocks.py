"""Another clock for the processes of a host: a library that they load first and that shifts what the kernel says.

A time namespace would shift the clocks of uptime alone, not the time of day.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Final

_SOURCE: Final = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long shift(void) {
    static long seconds;
    static int is_read;
    if (!is_read) {
        const char *text = getenv("TEST_CLOCK_SHIFT");
        seconds = text ? atol(text) : 0;
        is_read = 1;
    }
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += shift();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec moment;
    clock_gettime(CLOCK_REALTIME, &moment);
    now->tv_sec = moment.tv_sec;
    now->tv_usec = moment.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *where) {
    struct timespec moment;
    clock_gettime(CLOCK_REALTIME, &moment);
    if (where) *where = moment.tv_sec;
    return moment.tv_sec;
}

/* The kernel compares this deadline with its own clock. */
int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict deadline) {
    int (*wait)(sem_t *, const struct timespec *) = dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec moment = *deadline;
    moment.tv_sec -= shift();
    return wait(semaphore, &moment);
}
"""


def lack() -> str:
    """Why clocks cannot be shifted here; nothing where they can."""
    return "" if shutil.which("gcc") else "gcc cannot be found, which builds the library that shifts a clock"


def build(folder: Path) -> Path:
    """The library, in that folder."""
    source, library = folder / "clock.c", folder / "clock.so"
    source.write_text(_SOURCE)
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
    return library


def environment(library: Path, seconds: float) -> dict[str, str]:
    """What a process is started with whose clock is ahead by so many seconds."""
    return {"LD_PRELOAD": str(library), "TEST_CLOCK_SHIFT": str(int(seconds))}
