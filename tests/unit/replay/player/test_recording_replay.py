"""Replay of a recording: the same notifications with and without scores, actions included."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from alerts.incidents.model import Action
from config.brands.model import default_brand
from mentions.sentiment import Scorer
from replay.player.recording_replay import FixedPolicies, RecordedPolicies, RecordingReplay
from replay.player.slack_requests import final_messages, record_requests
from streams.recording.format import ConfigEntry, MentionsEntry, ScoredEntry
from tests.support.recordings import BRANDS, UNTIL, entries, header, mentions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.incidents.model import Notification
    from streams.recording.format import Entry

ACK = Action("a1", "Brisela", "ack", "U0000001", UNTIL + 90_000)


@cache
def recorded() -> tuple[Entry, ...]:
    """Return a storm with both scores and lines."""
    return tuple(entries(mentions()))


def played(
    found: Iterable[Entry], rules: RecordedPolicies | FixedPolicies | None = None, scorer: Scorer | None = None
) -> RecordingReplay:
    """Return a replay that is over."""
    playback = RecordingReplay(rules or RecordedPolicies(header()), scorer)
    list(playback.run(found))
    return playback


def scored() -> list[Entry]:
    """Return the entries as a reader gives them that takes the scores."""
    return [entry for entry in recorded() if not isinstance(entry, MentionsEntry)]


def lines() -> list[Entry]:
    """Return the entries as a reader gives them that scores again."""
    return [entry for entry in recorded() if not isinstance(entry, ScoredEntry)]


def test_scores_and_lines_tell_the_same() -> None:
    """Scored again by the same scorer, a recording tells what its scores tell, to the last digit."""
    first, second = played(scored()), played(lines(), scorer=Scorer())
    assert first.result.notifications == second.result.notifications
    assert first.result.notifications
    assert first.result.counts == second.result.counts


def test_lines_need_a_scorer() -> None:
    """Without scores and without a scorer there is nothing to go by."""
    with pytest.raises(ValueError, match="carry no scores"):
        played(lines())


def test_actions_take_effect_where_they_stand() -> None:
    """An acknowledgement is told at its place, and the incident names who acknowledged."""
    reported = played([e for e in entries(mentions(), [ACK]) if not isinstance(e, MentionsEntry)]).result.notifications
    (acknowledged,) = [note for note in reported if note.reason == "acknowledged"]
    assert acknowledged.incident.acknowledged_by == "U0000001"


def test_other_rules_take_no_notice_of_the_recorded_ones() -> None:
    """Under a configuration that does not watch the brand nothing is found."""
    other = FixedPolicies.of([default_brand("Oakmere")])
    assert played(scored(), other).result.counts.keys() == {"Oakmere"}
    assert played(scored(), FixedPolicies.built_in()).result.notifications == played(scored()).result.notifications


def test_a_brand_that_is_removed_is_watched_no_longer() -> None:
    """From the instant on at which a brand was taken out, nothing of it is counted."""
    gone = ConfigEntry(UNTIL, "Brisela", 1, None)
    at = next(place for place, entry in enumerate(scored()) if entry.at)
    assert played([*scored()[:at], gone, *scored()[at:]]).result.counts.keys() == {"Oakmere"}


def test_a_line_that_is_gone_is_counted_as_missing_only() -> None:
    """The other rows keep their places."""
    (first, *rest) = [entry for entry in lines() if isinstance(entry, MentionsEntry)]
    both = MentionsEntry(
        first.at, 0, first.brand, 0, 0, first.scorer, [0, 0], [0, 1], first.arrived * 2, ["", first.lines[0]]
    )
    configured = [entry for entry in recorded() if isinstance(entry, ConfigEntry)]
    playback = played([*configured, both, *rest[:3]], scorer=Scorer())
    assert playback.result.rejected == 1
    assert playback.result.counts[first.brand] >= 1


def test_slack_shows_each_incident_once_with_its_thread() -> None:
    """Each incident has one message, edited to the last revision, and a reply for each notification that asks."""
    playback = RecordingReplay(RecordedPolicies(header()))
    rules = RecordedPolicies(header())
    reported: list[Notification] = []
    sent = []
    for note, made in record_requests(playback.run(scored()), rules):
        reported.append(note)
        sent += made
    shown = final_messages(sent)
    last = {note.incident.id: note for note in reported}
    assert shown.keys() == last.keys()
    for incident, place in shown.items():
        assert place["message"]["metadata"]["event_payload"]["revision"] == last[incident].revision
        asked = [note.revision for note in reported if note.incident.id == incident and note.reply]
        assert [reply["metadata"]["event_payload"]["revision"] for reply in place["replies"]] == asked
    posts = [one for one in sent if one["method"] == "chat.postMessage" and "thread" not in one]
    assert len(posts) == len(last)


def test_the_recording_knows_its_brands() -> None:
    """The helper's recording holds both brands: a test that says nothing of one would not notice."""
    assert played(scored()).result.counts.keys() == set(BRANDS)
