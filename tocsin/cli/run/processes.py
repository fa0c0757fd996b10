"""Supervisor of several processes: one command, one log, one exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tocsin import subprocesses
from tocsin.cli.output import print_status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

STABLE_AFTER: Final = 30.0
"""Seconds after which a process that ends counts as having worked: it is started again at once."""

MAX_FAILURES: Final = 5
"""Starts in a row that may fail before all processes are stopped."""

MAX_DELAY: Final = 16.0
"""Seconds before a start at most; the delay doubles from one second on."""

STOP_TIMEOUT: Final = 30.0
"""Seconds for the processes to end after SIGTERM, before they are killed."""

ORDERLY: Final = {0, *(code for number in (signal.SIGTERM, signal.SIGINT) for code in (-number, 128 + number))}
"""Exit codes of a process that was asked to end: one that was still starting has no handler yet, and one whose broker
is away ends by itself."""

LEAST_TIMEOUT: Final = 0.5
"""Seconds that a process gets even where others took all the time there was."""

POLL_SECONDS: Final = 0.2
USAGE_ERROR: Final = 2
"""Exit code of a command that was called in a wrong way: starting it again does not help."""


@dataclass(frozen=True)
class Job:
    """A process to keep running.

    `may_start` is asked before each start. A job that is not essential is tried again for as long as the others run,
    and left alone after a usage error. Jobs that end last are stopped when the others have ended.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    essential: bool = True
    ends_last: bool = False
    may_start: Callable[[], bool] = lambda: True


@dataclass
class _Child:
    """The process of a job: when it was started, how often in a row it failed, when it is to start again."""

    job: Job
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0


@dataclass
class Supervisor:
    """Keeps jobs running until a signal, or until an essential one cannot be kept running.

    A process that ends is started again: at once if it had worked for STABLE_AFTER, else after a delay that doubles.

    Args:
        jobs: what to run.
        on_end: called with the process id of one that has ended.
        options: arguments of Popen for every process.
        on_start: called with each job and its process.
        stop_timeout: seconds for the processes to end after SIGTERM, before they are killed; STOP_TIMEOUT if left out.
    """

    jobs: Sequence[Job]
    on_end: Callable[[int], None] = lambda _: None
    options: Mapping[str, Any] = field(default_factory=dict)
    on_start: Callable[[Job, subprocess.Popen[bytes]], None] = lambda _job, _process: None
    stop_timeout: float | None = None
    _children: list[_Child] = field(default_factory=list)
    _stopping: bool = False

    def run(self) -> int:
        """Run until SIGTERM, SIGINT or SIGHUP; return the exit code.

        0: every process ended in order after the signal. 1: one could not be kept running, or did not end in order.
        2: one refused its arguments.
        """
        for number in (signal.SIGINT, *subprocesses.END_SIGNALS):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
                signal.signal(number, self._stop)
        self._children = [_Child(job) for job in self.jobs]
        code = 0
        try:
            while not self._stopping and code == 0:
                code = max(self._check(child, time.monotonic()) for child in self._children)
                time.sleep(POLL_SECONDS)
        finally:
            ended = self._end_all()
        return code or ended

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _check(self, child: _Child, now: float) -> int:
        """Start a process that is due, note one that has ended; return an exit code if all must stop."""
        if child.process is None:
            if now >= child.due and not self._stopping and child.job.may_start():
                child.process = subprocesses.start(child.job.command, child.job.environment, **self.options)
                child.started = now
                self.on_start(child.job, child.process)
            return 0
        code = child.process.poll()
        if code is None or self._stopping:
            return 0
        self.on_end(child.process.pid)
        return self._ended(child, code, now)

    def _ended(self, child: _Child, code: int, now: float) -> int:
        child.failures = 1 if now - child.started >= STABLE_AFTER else child.failures + 1
        delay = 0.0 if child.failures == 1 else min(MAX_DELAY, 2.0 ** (child.failures - 2))
        child.process, child.due = None, now + delay
        what = f"{child.job.name} ended with exit code {code}"
        if code == USAGE_ERROR:
            child.due = float("inf")
            print_status(what if child.job.essential else f"{what}: it stays off, the others go on")
            return USAGE_ERROR if child.job.essential else 0
        if child.job.essential and child.failures >= MAX_FAILURES:
            print_status(f"{what}, {child.failures} times in a row: all are stopped")
            return 1
        print_status(f"{what}; it is started again" + (f" in {delay:.0f} s" if delay else ""))
        return 0

    def _end_all(self) -> int:
        """Stop every process in order, kill what does not end; return 0 if all ended in order."""
        deadline = time.monotonic() + (STOP_TIMEOUT if self.stop_timeout is None else self.stop_timeout)
        running = [child for child in self._children if child.process is not None]
        for last in (False, True):
            _end([child.process for child in running if child.process and child.job.ends_last is last], deadline)
        return 0 if all(child.process and child.process.returncode in ORDERLY for child in running) else 1


def _end(processes: Sequence[subprocess.Popen[bytes]], deadline: float) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(max(LEAST_TIMEOUT, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
