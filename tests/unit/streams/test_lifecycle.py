"""Logs of a process: a traceback shows where, and no local variable, which may hold a mention and its author."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
import structlog

from streams.lifecycle import log_to_stderr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.lifecycle import LogFormat


@pytest.fixture
def restored() -> Iterator[None]:
    """Let the test configure logging, and restore it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_shows_no_local_variable(form: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    """Of our logs and those of the libraries."""
    log_to_stderr("info", form)

    def fail(author: str) -> None:
        secret = f"words of {author}"
        raise RuntimeError(str(len(secret)))

    for log in (structlog.get_logger("streams.app"), logging.getLogger("faust.app")):
        try:
            fail("somebody")
        except RuntimeError:
            log.exception("crashed")
    printed = capsys.readouterr().err
    assert "crashed" in printed
    assert "somebody" not in printed.replace('fail("somebody")', "")


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("form", ["console", "json"])
def test_a_library_that_repeats_itself_is_one_line(form: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    """Our own lines are all there."""
    log_to_stderr("info", form)
    for _ in range(500):
        logging.getLogger("aiokafka.client").error("Unable to update metadata from %s", [1])
        logging.getLogger("asyncio").error("socket.accept() out of system resource")
        structlog.get_logger("streams.app").info("partitions assigned")
    printed = capsys.readouterr().err
    assert printed.count("Unable to update metadata from [1]") == printed.count("out of system resource") == 1
    assert printed.count("partitions assigned") == 500
