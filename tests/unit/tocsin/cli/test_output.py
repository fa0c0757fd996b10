"""Can nothing from outside take over the terminal, and does data stay apart from talk?"""

from __future__ import annotations

import io
import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.cli.output import (
    confirm,
    print_json,
    print_json_lines,
    print_line,
    print_status,
    print_table,
    printable,
    progress_bar,
)

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\u2028\ud800\x00\x7f\r\n"


@given(st.text() | st.text(alphabet=HOSTILE))
def test_plain_text_holds_nothing_that_acts_on_a_terminal(text: str) -> None:
    """No control, no direction mark, no lone surrogate, no line break is left, whatever came in."""
    for character in printable(text):
        assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(character) not in {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }


@pytest.mark.parametrize("text", ["calm", "Brûlerie à 20 °C", "👩‍🍳 “quoted” [bold]", "日本語", "a\\x1b"])
def test_plain_text_leaves_words_as_they_are(text: str) -> None:
    """Accents, emoji with joiners, brackets and other scripts are no danger."""
    assert printable(text) == text


def test_what_acts_is_spelled_out() -> None:
    """It is shown, not dropped: who looks at a hostile mention sees that it is one."""
    assert printable("a\x1b[31mb\u202ec\ud800") == "a\\x1b[31mb\\u202ec\\ud800"


def test_lines_are_joined_or_kept() -> None:
    """In a column a text is one line; in a block its lines are kept, each of them plain."""
    assert printable("one\r\ntwo\n\n\tthree") == "one two three"
    assert printable("one\ntwo\x1b\r\nthree", lines=True) == "one\ntwo\\x1b\nthree"


def test_data_goes_to_stdout_and_talk_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """`tocsin … --json | jq` never chokes on a remark."""
    print_json({"a": 1})
    print_line("data")
    print_status("talk")
    out, err = capsys.readouterr()
    assert out == '{"a": 1}\ndata\n'
    assert err == "talk\n"


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.lists(st.text(alphabet=HOSTILE))))
def test_a_record_is_one_line_of_json_that_reads_back_equal(record: dict[str, object]) -> None:
    """Whatever the texts hold, it is one line without active characters, and no information is lost."""
    stream, sys.stdout = sys.stdout, io.StringIO()
    try:
        print_json(record)
        line = sys.stdout.getvalue()
    finally:
        sys.stdout = stream
    assert line.endswith("\n")
    assert printable(line[:-1]) == line[:-1]
    assert json.loads(line) == record


@given(st.lists(st.dictionaries(st.text(), st.text() | st.integers(-(2**63), 2**64 - 1) | st.none())))
def test_many_records_are_as_many_lines_that_read_back_equal(records: list[dict[str, object]]) -> None:
    """Each as `emit` would have it, but for blanks between fields."""
    stream, sys.stdout = sys.stdout, io.StringIO()
    try:
        print_json_lines(records)
        *lines, rest = sys.stdout.getvalue().split("\n")
    finally:
        sys.stdout = stream
    assert rest == ""
    assert list(map(printable, lines)) == lines
    assert list(map(json.loads, lines)) == records


def test_where_stdout_is_not_in_unicode_all_else_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost, and nothing fails, on a terminal of another century."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", write_through=True)
    monkeypatch.setattr(sys, "stdout", stream)
    print_json_lines([{"id": "日"}, {"id": "é"}])
    assert stream.buffer.getvalue() == b'{"id": "\\u65e5"}\n{"id": "\\u00e9"}\n'


def test_json_keeps_accents_readable(capsys: pytest.CaptureFixture[str]) -> None:
    """French stays French; only what acts is escaped."""
    print_json({"brand": "Brûlerie", "text": "\x9b31m"})
    assert capsys.readouterr().out == '{"brand": "Brûlerie", "text": "\\u009b31m"}\n'


def test_a_table_is_aligned_and_its_cells_are_plain(capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers stand to the right, texts to the left, wide characters count for the room they take."""
    print_table(["brand", "mentions"], [["Skylark\x1b[2J", 7], ["日本語", 1200]])
    assert capsys.readouterr().out.splitlines() == [
        "brand           mentions",
        "Skylark\\x1b[2J         7",
        "日本語              1200",
    ]


def test_a_table_without_rows_is_its_head(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to list is no error."""
    print_table(["brand", "mentions"], [])
    assert capsys.readouterr().out == "brand  mentions\n"


def test_no_bar_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    """In a log or a pipe, progress prints nothing at all."""
    with progress_bar("reading", total=10) as advance:
        advance(5)
    assert capsys.readouterr() == ("", "")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


@pytest.mark.parametrize("total", [10.0, None])
def test_the_bar_goes_to_stderr_and_says_what_it_does(
    total: float | None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal the work is named, marks of rich in it taken literally, and stdout stays clean."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress_bar("reading [red]x.jsonl", total=total) as advance:
        advance(5)
    assert "reading [red]x.jsonl" in terminal.getvalue()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("answer", "yes"), [("y\n", True), ("YES\n", True), ("oui\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_only_a_yes_is_a_yes(answer: str, yes: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """Return alone, and the end of the input, change nothing."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    assert confirm("Apply?") == yes
