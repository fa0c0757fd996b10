"""Forgetting an author: nothing that is kept names or quotes them afterwards, and every count is what it was."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from zlib import crc32

from detectors.engine.edits.erasure import erase
from streams.kafka import reader
from streams.kafka.positions import left_over
from streams.kafka.topics import Topics
from streams.privacy.deletions import deletions
from streams.privacy.holdings import holdings
from streams.privacy.rewriting import rewrite
from streams.privacy.search import find_author
from tests.support.kept_author import ID, NAME, SECRET, Installed, everything, states
from tests.support.local_broker import served

if TYPE_CHECKING:
    from pathlib import Path

    from detectors.engine.state import State
    from streams.kafka.connection import Connection

BEFORE, AFTER = Topics("a."), Topics("b.")
TRACES = (NAME.casefold(), ID.casefold(), SECRET, str(crc32(ID.encode())), str(crc32(NAME.encode())))


def traces(connection: Connection, topics: Topics) -> dict[str, list[str]]:
    """Return what is found of the author, by topic."""
    shown = {topic: text.casefold() for topic, text in everything(connection, topics).items()}
    return {topic: found for topic, text in shown.items() if (found := [one for one in TRACES if one in text])}


def state_of(connection: Connection, topics: Topics) -> State:
    """Return the stored state of detection."""
    rows = [(one.key or b"", one.value or b"") for one in reader.records(connection, topics.watch_state.name)]
    (state,) = states(rows)
    return state


async def test_nothing_of_an_author_is_left_anywhere_and_the_counts_stay(tmp_path: Path) -> None:
    """In topics, states, incidents and the moderation queue, by name, id, key and text."""
    async with served(tmp_path) as (connection, _):
        await asyncio.to_thread(_check, connection)


def _check(connection: Connection) -> None:
    Installed(connection, BEFORE)
    kept = traces(connection, BEFORE)
    holding = {
        getattr(BEFORE, name).name
        for name in (
            "mentions", "dead_letters", "scored", "signals", "actions", "incidents", "notifications",
            "watch_state", "triage_state", "moderation", "source_cursors", "community", "community_notes",
        )
    }  # fmt: skip
    assert kept.keys() == holding
    found = find_author(connection, BEFORE, [f"@{NAME.lower()}"])
    assert [(account.id, count) for account, count in found.accounts.items()] == [(ID, 20)]
    told = list(holdings(connection, BEFORE, found.author))
    assert {entry["topic"] for entry in told} == holding
    assert sum(SECRET in str(entry) for entry in told) >= 20
    assert len(list(deletions(connection, BEFORE, found.author))) == 20
    done = {one.topic: one for one in rewrite(connection, BEFORE, AFTER, found.author, 1)}
    assert traces(connection, AFTER) == {}
    assert done[BEFORE.mentions.name].dropped == 20
    assert left_over(connection, AFTER, scored=True) == 0

    assert not erase(state_of(connection, AFTER), found.author)
    before, after = state_of(connection, BEFORE), state_of(connection, AFTER)
    assert (before.totals, before.offsets, before.dedup.known) == (after.totals, after.offsets, after.dedup.known)
    assert before.minutes.totals == after.minutes.totals
    assert len(before.posts) == len(after.posts)
    assert len(before.authors.known) - len(after.authors.known - {0}) == 1
