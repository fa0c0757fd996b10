"""Processes of a benchmark: pinned to their cores, stopped by SIGTERM, with a log that tells why one failed."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.throughput import cores
from tests.support.installation import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.support.installation import Installation


class Process:
    """A running contender or worker."""

    def __init__(self, here: Installation, command: Sequence[str | Path], where: frozenset[int] | None) -> None:
        self.log = Path(here.path("contender.log"))
        with self.log.open("ab") as out, cores.pinned(where):
            self._process = subprocess.Popen(command, cwd=ROOT, env=here.environment, stdout=out, stderr=out)

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Tell whether it has not ended."""
        return self._process.poll() is None

    def stop(self, patience: float = 60.0) -> None:
        """Stop it in order."""
        self._process.terminate()
        self._process.wait(patience)


@contextmanager
def started(
    here: Installation, command: Sequence[str | Path], where: frozenset[int] | None, number: int = 1
) -> Iterator[tuple[Process, ...]]:
    """Run `number` processes meanwhile; when something fails, the end of their log goes to standard error."""
    processes = tuple(Process(here, command, where) for _ in range(number))
    try:
        yield processes
    except BaseException:
        sys.stderr.write(processes[0].log.read_text(encoding="utf-8", errors="replace")[-3_000:])
        raise
    finally:
        for process in processes:
            if process.running:
                process.stop()


def tocsin(*arguments: str) -> tuple[str, ...]:
    """Return the command of a Tocsin worker."""
    return (sys.executable, "-m", "tests.support.silent_worker", *arguments)
