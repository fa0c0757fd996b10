"""Versions of a configuration file: written, undone, never lost, and never one over another's."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import pytest

from config.brands.edit import set_values
from config.brands.history import SUFFIX, ConfigHistory, StaleError
from config.brands.merge import merge
from config.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

FIRST = """\
# Ours.
brands:
  - name: Hallowfirth
    detect:
      volume_spike: {peak_ratio: 1.4}  # loud by nature
  - name: Pippinworth
    slack_channel: "#pippin"
    timezone: Europe/Paris
    on_call: []
  - name: Voltanelle
    slack_channel: "#volt"
"""
RATIO = "detect.volume_spike.peak_ratio"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a configuration file."""
    made = tmp_path / "brands.yaml"
    made.write_text(FIRST, encoding="utf-8")
    return made


def edited(text: str, brand: str, ratio: float) -> str:
    """Return the text with another peak ratio of a brand."""
    return set_values(text, brand, {RATIO: ratio})


def test_the_first_change_keeps_the_file_as_it_was_found(path: Path) -> None:
    """Two versions: what was there, by nobody, and the change with who made it and what it changed."""
    history = ConfigHistory(path)
    assert (history.exists, history.versions()) == (False, [])
    after = edited(FIRST, "Hallowfirth", 2)
    version = history.write(after, FIRST, "Ana", 5_000)
    assert path.read_text(encoding="utf-8") == after
    first, second = history.versions()
    assert (first.number, first.by, first.text, first.changes) == (1, "", FIRST, {})
    assert second == version
    assert (second.number, second.by, second.at, second.text) == (2, "Ana", 5_000, after)
    assert second.changes == {"Hallowfirth": (f"{RATIO}: 1.4 -> 2.0",)}


def test_a_second_person_gets_a_conflict_and_nothing_is_written_over(path: Path) -> None:
    """A change made for a text that is no longer there is refused."""
    history = ConfigHistory(path)
    after = edited(FIRST, "Hallowfirth", 2)
    history.write(after, FIRST, "Ana", 1)
    with pytest.raises(StaleError):
        ConfigHistory(path).write(edited(FIRST, "Hallowfirth", 3), FIRST, "Ben", 2)
    assert path.read_text(encoding="utf-8") == after
    assert len(history.versions()) == 2


def test_of_writers_at_once_one_wins_and_every_version_is_whole(path: Path) -> None:
    """Eight at a time for the same text: one version more."""
    refused: list[int] = []

    def attempt(number: int) -> None:
        try:
            ConfigHistory(path).write(edited(FIRST, "Hallowfirth", 2 + number), FIRST, f"P{number}", number)
        except StaleError:
            refused.append(number)

    writers = [Thread(target=attempt, args=(number,)) for number in range(8)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert len(refused) == 7
    versions = ConfigHistory(path).versions()
    assert [one.number for one in versions] == [1, 2]
    assert versions[-1].text == path.read_text(encoding="utf-8")


def test_an_undone_change_leaves_later_ones_and_can_be_undone_itself(path: Path) -> None:
    """Undo is exact, is a version of its own, and keeps what others changed since, by page or by hand."""
    history = ConfigHistory(path)
    one = edited(FIRST, "Hallowfirth", 2)
    history.write(one, FIRST, "Ana", 1)
    two = edited(one, "Voltanelle", 3)
    history.write(two, one, "Ben", 2)
    by_hand = two.replace("# Ours.", "# Ours, and theirs.")
    path.write_text(by_hand, encoding="utf-8")
    text = history.undone(2, by_hand)
    assert text == by_hand.replace("2", "1.4", 1)
    undo = history.write(text, by_hand, "Ana", 3, undoes=2)
    assert [(one.number, one.by, one.undoes) for one in history.versions()][2:] == [
        (3, "Ben", 0),
        (4, "", 0),
        (5, "Ana", 2),
    ]
    assert undo.changes == {"Hallowfirth": (f"{RATIO}: 2.0 -> 1.4",)}
    assert history.undone(5, text) == by_hand
    with pytest.raises(ConfigError, match="holds nothing of version 2 any more"):
        history.undone(2, text)


def test_lines_that_were_changed_again_are_not_undone(path: Path) -> None:
    """The later change would be lost: it is refused, with what to do."""
    history = ConfigHistory(path)
    one = edited(FIRST, "Hallowfirth", 2)
    history.write(one, FIRST, "Ana", 1)
    two = edited(one, "Hallowfirth", 3)
    history.write(two, one, "Ben", 2)
    with pytest.raises(ConfigError, match="other changes in the lines of version 2"):
        history.undone(2, two)
    for number in (1, 9):
        with pytest.raises(ConfigError, match="has no version"):
            history.undone(number, two)


def test_a_line_that_a_crash_left_unfinished_is_replaced(path: Path) -> None:
    """The versions before it stay, and the next one is whole."""
    history = ConfigHistory(path)
    after = edited(FIRST, "Hallowfirth", 2)
    history.write(after, FIRST, "Ana", 1)
    with path.with_name(path.name + SUFFIX).open("ab") as log:
        log.write(b'{"number": 3, "at"')
    assert [one.number for one in history.versions()] == [1, 2]
    history.write(edited(after, "Voltanelle", 2), after, "Ben", 2)
    assert [(one.number, one.by) for one in history.versions()] == [(1, ""), (2, "Ana"), (3, "Ben")]


def test_the_same_file_is_noted_once(path: Path) -> None:
    """`config apply` run again adds no version."""
    history = ConfigHistory(path)
    for at in range(3):
        history.note("ana", at)
    assert [(one.number, one.by) for one in history.versions()] == [(1, "ana")]


def test_a_merge_takes_equal_changes_once_and_refuses_neighbours() -> None:
    """Both sides' same change is no conflict; a change of the next line is one."""
    base = "a\nb\nc\nd\ne\n"
    assert merge(base, "A\nb\nc\nd\ne\n", "A\nb\nc\nd\nE\n") == "A\nb\nc\nd\nE\n"
    assert merge(base, base, base) == base
    assert merge(base, "a\nB\nc\nd\ne\n", "a\nb\nC\nd\ne\n") is None
