"""How is a worker of ours run behind a command, and stopped again?"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def start(options: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start `tocsin worker` with `options`; what it prints goes into the file `log`."""
    with log.open("wb") as out:
        return subprocess.Popen(  # noqa: S603  our own command
            [sys.executable, "-m", "cli.main", "worker", *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def stop(worker: subprocess.Popen[bytes], patience: float) -> None:
    """Stop a worker in order, or after so many seconds all the same."""
    worker.terminate()
    try:
        worker.wait(patience)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def tail(log: Path) -> str:
    """Return the end of what a worker printed, for the report of its failure."""
    return log.read_text(encoding="utf-8", errors="replace")[-2_000:]
