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
