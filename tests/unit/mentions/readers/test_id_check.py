"""Ids that do not tell posts apart are reported before they cost mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mentions.readers.id_check import UnusableIdsError
from tests.support.exports import read_export

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "id,text,published_at,channel\n"


def rows(*pairs: tuple[str, str]) -> str:
    """Return a table of ids and texts."""
    return HEADER + "".join(f"{key},{text},2026-03-10T09:15:00Z,x\n" for key, text in pairs)


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        (rows(("1.891E+18", "a")), "a.csv:2: the id 1.891E+18 is rounded, as Excel writes long numbers"),
        (rows(("7", "a"), ("1.89900000000000e+18", "b")), "a.csv:3: the id 1.89900000000000e+18 is rounded"),
        (rows(("7", "a"), ("7", "b")), "a.csv:3: the id of each mention is '7'"),
        (rows(("6", "a"), ("7", "a"), ("7", "b")), "a.csv:4: the id '7' is also that of another text on line 3"),
    ],
)
def test_ids_that_are_none_stop_the_reading(tmp_path: Path, content: str, stated: str) -> None:
    """Rounded ids, a column of one value and an id of two texts name the line and what to map."""
    with pytest.raises(UnusableIdsError) as failure:
        read_export(tmp_path / "a.csv", content, ids="stop")
    assert stated in str(failure.value)
    assert "--map id=url" in str(failure.value)


@pytest.mark.parametrize(
    "content",
    [
        rows(("7", "a"), ("7", "a")),
        rows(("1e18", "a"), ("E+18", "b"), ("+18", "c")),
        HEADER + "7,a,2026-03-10T09:15:00Z,x\n7,b,2026-03-10T09:15:00Z,facebook\n",
    ],
)
def test_the_same_post_again_and_ids_of_other_channels_are_fine(tmp_path: Path, content: str) -> None:
    """A repeated row counts once as ever, and an id is one of its channel."""
    assert len(read_export(tmp_path / "a.csv", content, ids="stop").mentions) > 1


def test_the_first_text_is_kept_where_that_is_wanted(tmp_path: Path) -> None:
    """Later texts of an id are left out and counted; a stream's are only counted."""
    content = rows(("7", "a"), ("7", "b"), ("8", "c"))
    kept = read_export(tmp_path / "a.csv", content, ids="first")
    assert [mention["text"] for mention in kept.mentions] == ["a", "c"]
    assert list(kept.notes.summary()) == ["1 entry left out: another text has the same id"]
    counted = read_export(tmp_path / "a.csv", content, ids="tell")
    assert len(counted.mentions) == 3
    assert list(counted.notes.summary()) == ["1 mention with the id of another text: each id counts once"]


def test_an_edited_post_stops_no_replay_but_a_column_of_one_value_does(tmp_path: Path) -> None:
    """Where few ids are of several texts they are counted; where most are, no id tells posts apart."""
    posts = [(str(number), "a") for number in range(200)]
    edited = read_export(tmp_path / "a.csv", rows(*posts, *((str(number), "b") for number in range(100))), ids="many")
    assert len(edited.mentions) == 300
    assert list(edited.notes.summary()) == ["100 mentions with the id of another text: each id counts once"]
    with pytest.raises(UnusableIdsError, match="the id of each mention is '7'"):
        read_export(tmp_path / "b.csv", rows(*(("7", f"text {number}") for number in range(30))), ids="many")
