"""Subprocesses of `tocsin` itself: starts a command in the background with a log file, and stops it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TOCSIN: Final = (sys.executable, "-P", "-m", "tocsin")
"""The command line of `tocsin`. `-P` keeps the working directory out of the import path: a folder of the user's may
hold a package named like one of ours."""


def start_command(
    options: Sequence[str], environment: Mapping[str, str], log: Path, command: str = "worker"
) -> subprocess.Popen[bytes]:
    """Start `tocsin worker`, or another command, with `options`; its output goes to the file `log`."""
    with log.open("wb") as out:
        return subprocess.Popen(  # noqa: S603  our own command, no shell
            [*TOCSIN, command, *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


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
