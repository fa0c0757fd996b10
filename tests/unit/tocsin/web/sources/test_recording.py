"""A recording as the source of the pages."""

from __future__ import annotations

from alerts.incidents.model import Action
from replay.player.recording_replay import RecordedPolicies, RecordingReplay
from streams.recording.format import Entry, MentionsEntry
from tests.support.recordings import UNTIL, entries, header, mentions
from tests.support.web_app import web_client
from tocsin.web.sources.recording import from_recording


def scored() -> list[Entry]:
    """Return what is read of a recording that carries scores."""
    return [entry for entry in entries(mentions()) if not isinstance(entry, MentionsEntry)]


async def test_a_recording_is_shown_as_its_replay_ends_and_goes_on_listening() -> None:
    """Incidents are those that the replay tells, counts are those of its mentions, and acts move it on."""
    every = scored()
    reported = {note.incident.id: note.incident for note in RecordingReplay(RecordedPolicies(header())).run(every)}
    world = from_recording(header(), every)
    assert world.latest == reported
    assert set(world.brands()) == {"Brisela", "Oakmere"}
    assert sum(world.rate_series("Brisela").mentions) > 0
    (incident,) = [one for one in reported.values() if one.status != "resolved"][:1]
    await world.send(Action("web:1", incident.brand, "ack", "Ana", UNTIL, incident.id))
    assert world.latest[incident.id].acknowledged_by == "Ana"
    async with web_client(world) as client:
        assert "Acknowledged by Ana" in await (await client.get("/")).text()


def test_a_recording_can_be_stopped_on_the_way() -> None:
    """Before the storm there is no incident."""
    every = scored()
    assert not from_recording(header(), every, every[len(every) // 2].at).latest
