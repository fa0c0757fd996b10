"""Does each possible mistake in a configuration get the message written down beside it?"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from config.brands.loader import LoadResult, parse

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken").glob("*.yaml"))
SUSPICIOUS = sorted((HERE / "suspicious").glob("*.yaml"))


def matches(expected: str, actual: str) -> bool:
    """Compare line by line; `…` in the expected text stands for anything (values that tuning may change)."""
    pattern = ".*".join(re.escape(part) for part in expected.split("…"))
    return re.fullmatch(pattern, actual) is not None


@cache
def report_on(file: Path) -> LoadResult:
    """Return the report about a file."""
    return parse(file.read_bytes(), file.name)


def reported(file: Path) -> list[str]:
    """Return the report about a file, as text."""
    return [str(problem) for problem in report_on(file).problems]


@pytest.mark.parametrize("file", [*BROKEN, *SUSPICIOUS], ids=lambda file: file.stem)
def test_each_mistake_gets_the_message_beside_it(file: Path) -> None:
    """A file's report is the text in the `.expected` file of the same name, line by line, nothing more."""
    expected, actual = file.with_suffix(".expected").read_text("utf-8").splitlines(), reported(file)
    assert len(expected) == len(actual), actual
    for line, message in zip(expected, actual, strict=True):
        assert matches(line, message), f"{message!r} is not {line!r}"


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_a_broken_file_gives_no_configuration(file: Path) -> None:
    """Where there is an error there is nothing that could be applied by accident."""
    report = report_on(file)
    assert report.config is None
    assert report.errors


@pytest.mark.parametrize("file", SUSPICIOUS, ids=lambda file: file.stem)
def test_a_suspicious_file_is_warned_about_and_used(file: Path) -> None:
    """What may be meant does not stop anything."""
    report = report_on(file)
    assert report.config is not None
    assert report.warnings
    assert not report.errors


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_no_message_repeats_a_credential(file: Path) -> None:
    """A message may end up in a log or a chat, so no part of a token is in it."""
    text = "\n".join(reported(file))
    assert "abcdefghij" not in text
    assert "1234567890" not in text


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_every_message_stays_on_one_line_without_control_characters(file: Path) -> None:
    """A hostile file cannot draw in the terminal that checks it."""
    assert all(character.isprintable() for message in reported(file) for character in message)
