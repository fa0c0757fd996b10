"""Shutdown of a process: in order, with one line that says why, and in time even where the broker does not answer."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

log = structlog.get_logger(__name__)

STOP_TIMEOUT: Final = 8.0
"""Seconds that a process may take to end in order after a signal; then it ends as if it was killed."""

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Shutdown:
    """Ends this process as SIGTERM does, and makes its exit code 1."""

    def __init__(self) -> None:
        self.reason = ""

    def request(self, reason: str) -> None:
        """End the worker; the first reason is the one that counts."""
        if not self.reason:
            self.reason = reason
            log.error("worker stops", reason=reason)
            os.kill(os.getpid(), signal.SIGTERM)


def end_in_time(code: int, timeout: float = STOP_TIMEOUT) -> None:
    """End this process with `code` if it still runs after `timeout` seconds: its state is as after a kill."""
    for delay, action in (
        (timeout, lambda: log.error("process ended by force, no end in order", after_s=timeout)),
        (timeout + 0.5, lambda: os._exit(code)),  # by itself: writing to a pipe that nobody reads blocks
    ):
        timer = threading.Timer(delay, action)
        timer.daemon = True
        timer.start()


def run_until_stopped(main: Coroutine[Any, Any, None], timeout: float = STOP_TIMEOUT) -> bool:
    """Run `main` until it returns, or until SIGTERM, SIGINT or SIGHUP cancels it; returns whether a signal did.

    If it does not end within `timeout` seconds after the signal, the process ends with 128 + signal. A signal that is
    ignored, as by `nohup`, stays so.

    Raises:
        BaseException: what `main` raises; of a group of tasks, which end together, what ended the first.
    """

    async def run() -> None:
        task, loop = asyncio.ensure_future(main), asyncio.get_running_loop()

        def stop(number: int) -> None:
            end_in_time(128 + number, timeout)
            task.cancel()

        for number in STOP_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, stop, number)
        await task

    try:
        asyncio.run(run())
    except asyncio.CancelledError:
        return True
    except BaseExceptionGroup as several:
        raise first_error(several) from several
    return False


def first_error(error: BaseException) -> BaseException:
    """Return what ended the first of a group of tasks; an error that is none of a group, as it is."""
    return first_error(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


@contextmanager
def interruptible(timeout: float = STOP_TIMEOUT) -> Iterator[None]:
    """Let Ctrl-C end code that blocks, and the process if the code does not end within `timeout` seconds."""

    def interrupt(number: int, _: object) -> None:
        end_in_time(128 + number, timeout)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
