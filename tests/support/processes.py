"""Processes as the kernel shows them: children, and whether one runs."""

from __future__ import annotations

import re
from pathlib import Path


def children(pid: int) -> list[int]:
    """Return the processes whose parent is `pid`."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = re.search(r"^PPid:\t(\d+)$", status.read_text(), re.MULTILINE)
        except OSError:
            continue  # it has just ended
        if parent and int(parent[1]) == pid:
            found.append(int(status.parent.name))
    return sorted(found)


def is_running(pid: int) -> bool:
    """Return whether a process runs; one that has ended and is not reaped does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
