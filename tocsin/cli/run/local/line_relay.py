"""Line relay: the output of several processes in one log, each line with the name of its process before it."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    import subprocess

SEPARATOR: Final = " │ "
_ENDED_PROCESS_TIMEOUT: Final = 1.0


class LineRelay:
    """Passes on stdout and stderr of processes, line by line; names are padded to one width."""

    def __init__(self, names: list[str]) -> None:
        self._width = max(map(len, names))
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    @property
    def margin(self) -> int:
        """Return how many columns stand before each line."""
        return self._width + len(SEPARATOR)

    def follow(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Pass on what a process writes, until it ends; both its outputs must be pipes."""
        for source, target in ((process.stdout, sys.stdout), (process.stderr, sys.stderr)):
            if source is not None:
                thread = threading.Thread(target=self._relay, args=(name, source, target), daemon=True)
                thread.start()
                self._threads.append(thread)

    def finish(self) -> None:
        """Pass on what ended processes have left."""
        for thread in self._threads:
            thread.join(_ENDED_PROCESS_TIMEOUT)

    def _relay(self, name: str, source: IO[bytes], target: IO[str]) -> None:
        with source:
            for line in source:
                text = line.decode(errors="replace").rstrip("\r\n")
                with self._lock, suppress(OSError, ValueError):  # nobody reads any more: the process itself goes on
                    target.write(f"{name:<{self._width}}{SEPARATOR}{text}".rstrip() + "\n")
                    target.flush()
