"""Supervisor of worker processes: starts again what ends, stops in order, and says how it went."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tocsin.cli.run import processes
from tocsin.cli.run.processes import Job, Supervisor, available_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAITS = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
{begin}
time.sleep(60)
"""
"""A child that ends in order on SIGTERM."""


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Put back the handlers of signals that a supervisor takes."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def supervise(code: str, count: int, ended: list[int] | None = None) -> Supervisor:
    """Return a supervisor of so many Pythons that run `code`."""
    note: list[int] = [] if ended is None else ended
    jobs = [
        Job(f"process {number} of {count}", [sys.executable, "-c", code], dict(os.environ)) for number in range(count)
    ]
    return Supervisor(jobs, note.append)


def noted(folder: Path) -> str:
    """Return a child that notes its process id in `folder`, then waits."""
    return WAITS.format(begin=f"pathlib.Path({str(folder)!r}, str(os.getpid())).touch()")


def when(met: Callable[[], bool], then: Callable[[], None]) -> threading.Thread:
    """Act in the background as soon as something holds, and in any case after 30 s."""

    def wait() -> None:
        deadline = time.monotonic() + 30
        while not met() and time.monotonic() < deadline:
            time.sleep(0.05)
        then()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def stop_me() -> None:
    """Send SIGTERM to this process."""
    os.kill(os.getpid(), signal.SIGTERM)


def test_all_run_until_a_signal_and_end_in_order(tmp_path: Path) -> None:
    """As many as were asked for; after SIGTERM every one ends in order, and the code is 0."""
    helper = when(lambda: len(list(tmp_path.iterdir())) == 3, stop_me)
    assert supervise(noted(tmp_path), 3).run() == 0
    helper.join()
    children = [int(file.name) for file in tmp_path.iterdir()]
    assert len(children) == 3
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_one_that_was_still_starting_ends_in_order_too(tmp_path: Path) -> None:
    """A process that has no handler yet when the signal comes ends by it: that is no failure."""
    code = f"import os, pathlib, time; pathlib.Path({str(tmp_path)!r}, str(os.getpid())).touch(); time.sleep(60)"
    helper = when(lambda: len(list(tmp_path.iterdir())) == 2, stop_me)
    assert supervise(code, 2).run() == 0
    helper.join()


def test_one_that_is_killed_is_started_again(tmp_path: Path) -> None:
    """A process that dies is replaced, its process id is passed on, and the others are left alone."""
    killed: list[int] = []
    ended: list[int] = []

    def kill_one() -> None:
        killed.append(int(next(tmp_path.iterdir()).name))
        os.kill(killed[0], signal.SIGKILL)

    first = when(lambda: len(list(tmp_path.iterdir())) == 2, kill_one)
    second = when(lambda: len(list(tmp_path.iterdir())) == 3, stop_me)
    assert supervise(noted(tmp_path), 2, ended).run() == 0
    first.join()
    second.join()
    assert len(list(tmp_path.iterdir())) == 3
    assert ended == killed


def test_one_that_cannot_run_ends_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After some failures in a row the others are stopped, the code is 1, and the message says which and why."""
    monkeypatch.setattr(processes, "MAX_DELAY", 0.05)
    once = WAITS.format(begin=f"os.open({str(tmp_path / 'one')!r}, os.O_CREAT | os.O_EXCL)")
    assert supervise(once, 2).run() == 1
    assert "ended with exit code 1, 5 times in a row: all are stopped" in capsys.readouterr().err


def test_a_usage_error_is_not_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    """A command line that is wrong stays wrong."""
    assert supervise("raise SystemExit(2)", 2).run() == 2
    assert "started again" not in capsys.readouterr().err


def test_one_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The supervisor waits so long and no longer; its code tells that it was no orderly end."""
    monkeypatch.setattr(processes, "STOP_TIMEOUT", 0.5)
    ready = tmp_path / "ready"
    begin = f"signal.signal(signal.SIGTERM, signal.SIG_IGN); pathlib.Path({str(ready)!r}).touch()"
    helper = when(ready.exists, stop_me)
    assert supervise(WAITS.format(begin=begin), 1).run() == 1
    helper.join()


def test_there_is_a_core() -> None:
    """The number of cores counts those that this process may use."""
    assert 1 <= available_cores() <= (os.cpu_count() or 1)


def test_one_that_is_not_essential_stays_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After a usage error it is left alone, with a line that says so, and the others go on until the signal."""
    refuses = Job("slack", [sys.executable, "-c", "raise SystemExit(2)"], os.environ, essential=False)
    goes_on = Job("worker", [sys.executable, "-c", noted(tmp_path)], os.environ)
    shown: list[str] = []

    def is_reported() -> bool:
        shown.append(capsys.readouterr().err)
        return "slack ended with exit code 2: it stays off" in "".join(shown) and any(tmp_path.iterdir())

    helper = when(is_reported, stop_me)
    assert Supervisor([refuses, goes_on]).run() == 0
    helper.join()
    assert is_reported()


def test_what_ends_last_outlives_the_others(tmp_path: Path) -> None:
    """A broker is stopped when its clients have ended: what they say at the end still reaches it."""
    begin = f"pathlib.Path({str(tmp_path)!r}, str(os.getpid())).touch()"
    order = tmp_path.with_suffix(".order")
    leave = f"signal.signal(signal.SIGTERM, lambda *_: (open({str(order)!r}, 'a').write(NAME), sys.exit(0)))"
    made = [
        Job(
            name,
            [sys.executable, "-c", WAITS.format(begin=f"{leave.replace('NAME', repr(name))}; {begin}")],
            os.environ,
            ends_last=name == "b",
        )
        for name in ("b", "w")
    ]
    helper = when(lambda: len(list(tmp_path.iterdir())) == 2, stop_me)
    assert Supervisor(made).run() == 0
    helper.join()
    assert order.read_text() == "wb"
