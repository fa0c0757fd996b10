"""Does a problem say where, what and why on one line, and never a secret?"""

from __future__ import annotations

import pytest

from config.errors import ConfigError, Problem, redact, secret_in, shown


def test_a_problem_names_file_line_column_path_value_and_rule() -> None:
    """The order is that of compilers, so that editors jump to the place."""
    problem = Problem("brands.yaml", 14, 7, "brands[2].detect.volume_spike.min_mentions", "-1", "must be ≥ 1")
    assert str(problem) == "brands.yaml:14:7 brands[2].detect.volume_spike.min_mentions = -1: must be ≥ 1"


def test_what_has_no_place_is_left_out() -> None:
    """A missing file has no line, an environment variable no column, a document no path."""
    assert str(Problem("brands.yaml", 0, 0, "", None, "is empty")) == "brands.yaml: is empty"
    assert str(Problem("", 0, 0, "", None, "is empty")) == "is empty"
    assert str(Problem("environment", 0, 0, "A", '"x"', "is wrong")) == 'environment A = "x": is wrong'


def test_a_warning_says_that_it_is_one() -> None:
    """An error stops the run, a warning does not, and the line tells which it is."""
    assert str(Problem("b", 1, 2, "a", None, "is odd", "warning")) == "b:1:2 a: warning: is odd"


def test_the_exception_holds_all_problems() -> None:
    """A caller can print them one by one or as a whole."""
    problems = [Problem("b", line, 1, "a", None, "is wrong") for line in (1, 2)]
    error = ConfigError(iter(problems))
    assert error.problems == tuple(problems)
    assert str(error) == "b:1:1 a: is wrong\nb:2:1 a: is wrong"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(empty)"),
        (True, "true"),
        (3, "3"),
        (1.5, "1.5"),
        ("word", '"word"'),
        ("1", '"1"'),
        ("a\x1b[2Jb\n", '"a\\x1b[2Jb\\n"'),
        ("é…", '"é…"'),
    ],
)
def test_a_value_is_shown_as_yaml_would_spell_it(value: object, text: str) -> None:
    """Text is in quotes, so that a quoted number can be told from a number; control characters are spelled out."""
    assert shown(value) == text


def test_a_long_value_is_cut() -> None:
    """A message stays a line."""
    assert len(shown("x" * 10_000)) == 60


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1234567890-abc",
        "xoxp-1-2-3",
        "xoxe.xoxp-1-abc",
        "xapp-1-A02-abc",
        "https://hooks.slack.com/services/T0/B0/abc",
        "-----BEGIN PRIVATE KEY-----\nabc",
        "-----BEGIN RSA PRIVATE KEY-----\nabc",
    ],
)
def test_credentials_are_recognised_and_blotted_out(secret: str) -> None:
    """Slack's tokens, its webhook addresses and private keys, wherever they stand in a text."""
    assert secret_in(f"token: {secret}")
    assert "abc" not in redact(f"token: {secret}")
    assert "abc" not in shown(f"token {secret}")
    assert redact(f"token: {secret}").startswith("token: ")


@pytest.mark.parametrize("text", ["xoxo hugs", "xbox-series", "https://example.org", "foxes-1", "hooks.slack"])
def test_ordinary_words_are_no_credentials(text: str) -> None:
    """A brand may be called almost anything."""
    assert not secret_in(text)
    assert redact(text) == text
