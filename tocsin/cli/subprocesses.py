"""How is a process of ours run behind a command, and stopped again?"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def start_command(
    options: Sequence[str], environment: Mapping[str, str], log: Path, command: str = "worker"
) -> subprocess.Popen[bytes]:
    """Start `tocsin worker`, or another command, with `options`; what it prints goes into the file `log`."""
    with log.open("wb") as out:
        return subprocess.Popen(  # noqa: S603  our own command
            [sys.executable, "-m", "tocsin.cli.main", command, *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def stop_process(process: subprocess.Popen[bytes], timeout: float) -> None:
    """Stop a process in order, or after so many seconds all the same."""
    process.terminate()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def log_tail(log: Path) -> str:
    """Return the end of what a process printed, for the report of its failure."""
    return log.read_text(encoding="utf-8", errors="replace")[-2_000:]
