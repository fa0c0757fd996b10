"""Cores and processes: which core the worker has to itself, what a process used of it, how large it became."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PROC = Path("/proc")


class Cores(NamedTuple):
    """Who runs where; None for everything where the system cannot pin."""

    worker: frozenset[int] | None
    rest: frozenset[int] | None  # the broker and the benchmark itself


def divide(workers: int = 1) -> Cores:
    """Return the last `workers` cores for the worker, and the others for the rest; both the same where there is one."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores(None, None)
    at_hand = sorted(os.sched_getaffinity(0))
    taken = frozenset(at_hand[-workers:])
    return Cores(taken, frozenset(at_hand) - taken or taken)


@contextmanager
def pinned(cores: frozenset[int] | None) -> Iterator[None]:
    """Run on these cores meanwhile, and everything that is started meanwhile for ever."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(*pids: int) -> float | None:
    """Return the CPU time that processes took, without children [s]; None where the system does not tell."""
    found = [_cpu_seconds(pid) for pid in pids]
    return None if None in found else sum(filter(None, found))


def peak_megabytes(*pids: int) -> float | None:
    """Return the sum of the largest resident sets of running processes [MB]; None where the system does not tell."""
    found = [_peak(pid) for pid in pids]
    return None if None in found else sum(filter(None, found))


def _cpu_seconds(pid: int) -> float | None:
    try:
        fields = (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak(pid: int) -> float | None:
    try:
        lines = (PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), None)
