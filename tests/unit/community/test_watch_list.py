"""Watch list: who is on it is noted on an open incident, once, and nobody else is."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from mentions.watchlist.brand_terms import BrandTerms
from mentions.watchlist.watchlist import Watchlist
from streams.community.stage import SourceRecord
from streams.community.watch_list import BEFORE, notes_on, sightings
from tests.support.alerts import START, incident_of, signal

WATCHLIST = Watchlist([BrandTerms(name="acme"), BrandTerms(name="other")])
LISTS = {"acme": frozenset({"ana reporter", "ana_reporter"}), "other": frozenset({"ben"})}


def post(author: Any, brand: str = "acme", at: int = START, **more: Any) -> SourceRecord:
    """Return a record of one mention."""
    fields = {"id": f"{author} {at}", "brand": brand, "channel": "press", "text": "late again", "published_at": at}
    fields |= {"author": author, "url": "https://press.example/1"}
    return SourceRecord(0, 0, at, json.dumps(fields | more).encode())


def test_who_is_on_the_list_of_the_brand_is_seen() -> None:
    """By id or name, whatever the case and the @; on another brand's list they are not."""
    records = [post("@Ana_Reporter"), post({"id": "7", "name": "ana_reporter"}), post("ben"), post("zoe"), post("")]
    found = list(sightings(records, WATCHLIST, LISTS))
    assert [(one.brand, one.name) for one in found] == [("acme", "@Ana_Reporter"), ("acme", "ana_reporter")]
    assert list(sightings(records, WATCHLIST, {"acme": frozenset()})) == []


def test_an_open_incident_gets_one_note_of_an_author() -> None:
    """Of what was written shortly before it opened, too, in the language of the alerts, and harmless."""
    seen = list(sightings([post("ana_reporter"), post("ana_reporter", at=START + 5)], WATCHLIST, LISTS))
    incident = incident_of(signal(0))
    (note,) = notes_on(seen, [incident], {"acme": "fr"}, START)
    assert (note.kind, note.incident, note.brand) == ("note", incident.id, "acme")
    assert note.text == "Sur la liste de suivi : ana_reporter en parle sur press. https://press.example/1"
    hostile = [seen[0]._replace(name="x\x1b[2J" * 50, url="javascript:alert(1)")]
    (note,) = notes_on(hostile, [incident], {}, START)
    assert "\x1b" not in note.text
    assert "javascript" not in note.text
    assert len(note.text) < 200


def test_no_note_without_an_incident_that_it_may_be_about() -> None:
    """Nor on one that is over, about missing data, or of another brand, nor of an old post."""
    seen = list(sightings([post("ana_reporter")], WATCHLIST, LISTS))
    incident = incident_of(signal(0))
    others = [
        replace(incident, status="resolved"),
        replace(incident, kind="no_data"),
        replace(incident, brand="other"),
        replace(incident, opened_at=START + BEFORE + 1),
    ]
    assert notes_on(seen, others, {}, START) == []
