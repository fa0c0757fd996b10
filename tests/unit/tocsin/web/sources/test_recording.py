"""A recording as the pages show it."""

from __future__ import annotations

from alerts.incidents.model import Action
from replay.player.recording_replay import Playback, Recorded
from streams.recording.format import Entry, Received
from tests.support.recordings import UNTIL, entries, header, mentions
from tests.support.web_app import opened
from tocsin.web.sources.recording import of_recording


def scored() -> list[Entry]:
    """Return what is read of a recording that carries scores."""
    return [entry for entry in entries(mentions()) if not isinstance(entry, Received)]


async def test_a_recording_is_shown_as_its_replay_ends_and_goes_on_listening() -> None:
    """Incidents are those that the replay tells, counts are those of its mentions, and acts move it on."""
    every = scored()
    told = {note.incident.id: note.incident for note in Playback(Recorded(header())).play(every)}
    world = of_recording(header(), every)
    assert world.told == told
    assert set(world.brands()) == {"Brisela", "Oakmere"}
    assert sum(world.pulse("Brisela").mentions) > 0
    (incident,) = [one for one in told.values() if one.status != "resolved"][:1]
    await world.send(Action("web:1", incident.brand, "ack", "Ana", UNTIL, incident.id))
    assert world.told[incident.id].acknowledged_by == "Ana"
    async with opened(world) as client:
        assert "In hand of Ana" in await (await client.get("/")).text()


def test_a_recording_can_be_stopped_on_the_way() -> None:
    """Before the storm there is no incident."""
    every = scored()
    assert not of_recording(header(), every, every[len(every) // 2].at).told
