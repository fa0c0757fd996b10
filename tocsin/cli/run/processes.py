"""Supervisor of several worker processes: one command, one log, one metrics port, one exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

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

POLL_SECONDS: Final = 0.2
USAGE_ERROR: Final = 2
"""Exit code of a command that was called in a wrong way: starting it again does not help."""


@dataclass
class _Child:
    """One of the processes: when it was started, how often in a row it failed, when it is to start again."""

    number: int
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0


@dataclass
class Supervisor:
    """Keeps `count` processes of one command running until a signal, or until one of them cannot be kept running.

    A process that ends is started again: at once if it had worked for STABLE_AFTER, else after a delay that doubles.
    """

    command: Sequence[str]
    count: int
    environment: Mapping[str, str]
    on_end: Callable[[int], None]  # called with the process id of one that has ended
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
        self._children = [_Child(number) for number in range(1, self.count + 1)]
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
            if now >= child.due:
                child.process = subprocesses.start(self.command, self.environment)
                child.started = now
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
        what = f"worker process {child.number} of {self.count} ended with exit code {code}"
        if code == USAGE_ERROR:
            print_status(what)
            return USAGE_ERROR
        if child.failures >= MAX_FAILURES:
            print_status(f"{what}, {child.failures} times in a row: all are stopped")
            return 1
        print_status(f"{what}; it is started again" + (f" in {delay:.0f} s" if delay else ""))
        return 0

    def _end_all(self) -> int:
        """Stop every process in order, kill what does not end; return 0 if all ended in order."""
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return 0 if all(process.returncode in ORDERLY for process in running) else 1


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
