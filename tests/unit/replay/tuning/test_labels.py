"""Labels of incidents: read with their lines, merged with verdicts, contradictions named."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.incidents.model import Action, HistoryEntry, Incident, Verdict
from config.errors import ConfigError
from replay.tuning.labels import KINDS, Label, check, labels_from_verdicts, merge, read, to_csv, to_yaml

HOUR = 3_600_000
GOOD = """\
incidents:
  - brand: Hallowfirth
    onset: 2026-03-10T13:25:00Z
    visible_from: 2026-03-10 15:30:00+02:00
    end: 2026-03-10T15:40
    kind: crisis
    note: The ferry lies off its harbour.
  - {brand: Pippinworth, onset: 2026-03-10T11:10:00Z, end: 2026-03-10T12:50:00Z, kind: planned}
"""
LABELS = st.lists(
    st.builds(
        Label,
        brand=st.sampled_from(["Halden", "Émoi", "=SUM(A1)", "on"]),
        onset=st.integers(0, 10**9).map(lambda n: n * 1000),
        end=st.integers(10**9 + 1, 2 * 10**9).map(lambda n: n * 1000),
        kind=st.sampled_from(KINDS),
        note=st.text(st.characters(categories=["L", "N", "P"], include_characters=" "), max_size=30).map(str.strip),
    ),
    max_size=5,
)


def judged(verdict: Verdict | None, opened: int = 0, resolved: int | None = HOUR) -> Incident:
    """Return an incident of Halden with a verdict."""
    return Incident(
        "halden-1",
        "Halden",
        "open" if resolved is None else "resolved",
        "warning",
        opened_at=opened + 60_000,
        updated_at=2 * HOUR,
        last_breach_at=HOUR,
        revision=3,
        findings={},
        history=(HistoryEntry(opened, "tocsin", "opened"),),
        resolved_at=resolved,
        verdict=verdict,
    )


def test_a_file_is_read_with_its_lines() -> None:
    """Instants with any offset, without one UTC; each label knows its line; the delay counts from what was visible."""
    first, second = read(GOOD.encode())
    assert (first.line, second.line) == (2, 8)
    assert first.visible - first.onset == 5 * 60_000
    assert first.end - first.onset == 135 * 60_000
    assert (first.is_crisis, second.is_crisis) == (True, False)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (
            "incidents:\n  - brand: A\n    onset: tomorrow\n    end: 2026-03-10",
            'x.yaml:3:12 incidents[0].onset = "tomorr',
        ),
        ("incidents:\n  - brand: A\n    onset: 2026-03-10", "lacks `end:`"),
        ("incidents:\n  - {brand: A, onset: 2026-03-11, end: 2026-03-10}", "is not after the onset"),
        ("incidents:\n  - {brand: A, onset: 2026-03-10, end: 2026-03-11, kind: bad}", "must be one of crisis, planned"),
        ("incidents:\n  - {brand: A, onset: 2026-03-10, end: 2026-03-11, notes: x}", 'did you mean "note"?'),
        ("incidents:\n  - {brand: 7, onset: 2026-03-10, end: 2026-03-11}", "put it in quotes"),
        (
            "incidents:\n  - {brand: A, onset: 2026-03-10, end: 2026-03-11, visible_from: 2026-03-12}",
            "must lie between onset and end",
        ),
        ("incidents: none", "needs a list under `incidents:`"),
        ("brands: []", "the labels stand under `incidents:`"),
        ("", "must begin with `incidents:`"),
        ("- brand: A", "must begin with `incidents:`"),
        ("incidents: [", "is not YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, reported: str) -> None:
    """Each mistake is told with file, line and remedy."""
    with pytest.raises(ConfigError) as raised:
        read(text.encode(), "x.yaml")
    assert reported in str(raised.value)
    assert str(raised.value).startswith("x.yaml")


def test_a_verdict_becomes_a_label() -> None:
    """It lasts from the opening to the end, or while it goes on to what was last told, with the reason given."""
    reason = Action("a", "Halden", "verdict", "U1", 5, incident="halden-1", text="a strike", verdict="crisis")
    (label,) = labels_from_verdicts([judged("crisis"), judged(None)], [reason])
    assert (label.onset, label.end, label.kind, label.note) == (0, HOUR, "crisis", "a strike")
    (ongoing,) = labels_from_verdicts([judged("not_a_crisis", resolved=None)])
    assert ongoing.end == 2 * HOUR
    assert labels_from_verdicts([replace(judged("not_a_crisis"), kind="no_data")]) == [], (
        "a silent source teaches nothing of moods"
    )


def test_what_somebody_typed_in_slack_can_be_read_again() -> None:
    """A reason with a credential, a line break or a variable is exported so that the file is a valid one."""
    text = "=1+1\n\x00${HOME} xoxb" + "-1-secret\u202e"
    reason = Action("a", "Halden", "verdict", "U1", 5, incident="halden-1", text=text, verdict="crisis")
    (label,) = read(to_yaml(labels_from_verdicts([judged("crisis")], [reason])).encode())
    assert label.note == "=1+1  $ {HOME} [secret]"


def test_a_verdict_that_agrees_adds_nothing_and_one_on_something_else_is_added() -> None:
    """The file's onset is better than the alert's: it stands."""
    written = [Label("Halden", -HOUR, HOUR, line=2)]
    same = merge(written, labels_from_verdicts([judged("crisis")]))
    assert (same.labels, same.problems) == (written, [])
    other = merge(written, labels_from_verdicts([judged("planned", opened=2 * HOUR, resolved=3 * HOUR)]))
    assert [label.kind for label in other.labels] == ["crisis", "planned"]
    assert other.problems == []


def test_a_verdict_that_contradicts_the_file_is_named() -> None:
    """Both words are told, with the line of the one and the incident of the other."""
    merged = merge([Label("Halden", 0, HOUR, line=7)], labels_from_verdicts([judged("not_a_crisis")]), "mine.yaml")
    (problem,) = merged.problems
    assert str(problem).startswith('mine.yaml:7:1 = "Halden": is crisis here, but halden-1 was judged not_a_crisis')
    assert [label.kind for label in merged.labels] == ["crisis"]


def test_overlaps_and_unknown_brands_are_named() -> None:
    """Two labels for one stretch, and a brand that nobody watches, are slips; two brands may burn at once."""
    labels = [
        Label("Halden", 0, HOUR, line=2),
        Label("Halden", 1, HOUR, line=5),
        Label("Haldn", 0, HOUR, line=8),
        Label("Marrow", 0, HOUR, line=11),
    ]
    reported = [str(problem) for problem in check(labels, {"Halden", "Marrow"})]
    assert len(reported) == 2
    assert "overlaps line 2" in reported[1]
    assert 'did you mean "Halden"?' in reported[0]
    assert len(check(labels)) == 1


@given(LABELS)
def test_yaml_comes_back_as_it_was(labels: list[Label]) -> None:
    """What is exported is read again as the same labels, whatever the notes hold."""
    reported = read(to_yaml(labels).encode())
    assert [label.record() for label in reported] == [label.record() for label in labels]


@given(LABELS)
def test_no_cell_of_the_csv_is_a_formula(labels: list[Label]) -> None:
    """A spreadsheet runs none of it."""
    rows = list(csv.reader(io.StringIO(to_csv(labels))))
    assert len(rows) == len(labels) + 1
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
