"""Subprocesses of `tocsin` itself: starts a command in the background, and stops it; neither outlives the other's end.

A parent that is asked to end (SIGTERM, SIGHUP) stops what it started. Where it is killed, its children notice: each
holds the reading end of a pipe whose other end the parent alone has, and the kernel closes it with the parent.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

TOCSIN: Final = (sys.executable, "-P", "-m", "tocsin")
"""The command line of `tocsin`. `-P` keeps the working directory out of the import path: a folder of the user's may
hold a package named like one of ours."""

PARENT_PIPE: Final = "_TOCSIN_PARENT_PIPE"
"""Environment variable of a child: the file descriptor that ends with its parent."""

ORPHAN_TIMEOUT: Final = 10.0
"""Seconds that a child whose parent is gone gets to end in order."""

END_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)


@cache
def _parent_pipe() -> tuple[int, int]:
    """Return both ends of the pipe that all children of this process watch; neither is ever written or closed."""
    return os.pipe()


def start(command: Sequence[str], environment: Mapping[str, str], **options: Any) -> subprocess.Popen[bytes]:
    """Start one of our own commands, without input; it ends when this process does."""
    reading, _ = _parent_pipe()
    environment = {**environment, PARENT_PIPE: str(reading)}
    return subprocess.Popen(  # noqa: S603  our own command, no shell
        command, env=environment, stdin=subprocess.DEVNULL, pass_fds=(reading,), **options
    )


def start_command(
    options: Sequence[str], environment: Mapping[str, str], log: Path, command: str = "worker"
) -> subprocess.Popen[bytes]:
    """Start `tocsin worker`, or another command, with `options`; its output goes to the file `log`."""
    with log.open("wb") as out:
        return start([*TOCSIN, command, *options], environment, stdout=out, stderr=out, start_new_session=True)


def watch_parent() -> None:
    """End this process in order once the process that started it with `start` is gone."""
    given = os.environ.pop(PARENT_PIPE, "")
    if given.isdigit():
        threading.Thread(target=_end_with_parent, args=(int(given),), daemon=True).start()


def _end_with_parent(reading: int) -> None:
    with suppress(OSError):
        os.read(reading, 1)  # returns when the last writing end is closed
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ORPHAN_TIMEOUT)
    os._exit(1)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Leave the block, and all that is open in it, when this process is asked to end; its exit code is 128 + signal.

    A signal that is ignored, as by `nohup`, stays so. Another signal while the block is being left changes nothing.
    """
    taken = {number: signal.getsignal(number) for number in END_SIGNALS}
    taken = {number: handler for number, handler in taken.items() if handler is not signal.SIG_IGN}

    def end(number: int, _: object) -> None:
        for one in taken:
            signal.signal(one, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for number in taken:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in taken.items():
            signal.signal(number, handler)


def stop_process(process: subprocess.Popen[bytes], timeout: float) -> None:
    """Terminate a process, and kill it if it has not ended within `timeout` seconds."""
    process.terminate()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def log_tail(log: Path) -> str:
    """Return the last 2,000 characters of a log, for an error message."""
    return log.read_text(encoding="utf-8", errors="replace")[-2_000:]
