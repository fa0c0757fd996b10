"""A recorded live run, with failures in it, replays to the same incidents and Slack payloads."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from kafka import TopicPartition

from alerts.incidents.model import Action, Notification, decode_notification, encode
from alerts.rendering.charts import chart_data, chart_png
from config.brands.model import Brand
from config.brands.overrides import Override
from config.brands.wire import encode_brand
from detectors.engine import storage
from mentions.model.batches import CrisisVerdict, decode_parts
from replay.player.recording_replay import RecordedPolicies, RecordingReplay
from replay.player.slack_requests import final_messages, record_requests
from streams.exactly_once import fencing
from streams.kafka import clients
from streams.kafka.admin import KafkaBrandStore
from streams.kafka.embedded import EmbeddedBroker
from streams.recording.format import ConfigEntry, Recording
from tests.support.installation import Installation, wait_until
from tests.support.served_slack import environment, served_slack
from tocsin.demo.fake_slack.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.brokers import Broker
    from tocsin.demo.fake_slack.files import File
    from tocsin.demo.fake_slack.server import FakeSlack

BRANDS = ("Brisela", "Oakmere", "Lumivel")
OFF = {
    name: {"enabled": False}
    for name in ("volume_spike", "negative_spike", "negative_share", "negative_burst", "topic_burst")
}
ANGRY = "this is a terrible, horrible disaster"


class Lived(NamedTuple):
    """What a live run left behind."""

    reported: list[Notification]
    shown: dict[str, dict[str, Any]]
    charts: dict[str, tuple[File, dict[str, Any]]]  # by incident: what was uploaded, and the block that shows it
    path: str
    here: Installation


def configured(name: str, negative: int) -> Brand:
    """Return a brand that fires at so many negative mentions in ten minutes, and at little else."""
    detect = OFF | {"static_threshold": {"negative": negative}}
    return Brand.model_validate({"name": name, "slack_channel": "C0000001", "detect": detect})


def send(here: Installation, brand: str, count: int, tag: str, ago: timedelta = timedelta()) -> None:
    """Send angry mentions of a brand, published so long ago, in two source partitions."""
    at = (datetime.now(UTC) - ago).isoformat()
    lines = [
        {"id": f"{brand}-{tag}-{number}", "brand": brand, "channel": "forum", "published_at": at}
        | {"text": f"{ANGRY}, {tag} number {number}", "author": {"id": f"user{number}"}}
        for number in range(count)
    ]
    halves = lines[::2], lines[1::2]
    here.send([(part, "\n".join(map(json.dumps, half)).encode(), None) for part, half in enumerate(halves) if half])


def act(here: Installation, brand: str, action: Action) -> None:
    """Let a person act."""
    producer = clients.producer(here.connection)
    producer.send(here.topics.actions.name, key=brand.encode(), value=encode(action)).get(timeout=10)
    producer.close()


def reported(here: Installation) -> list[Notification]:
    """Return each revision of each incident once."""
    found: dict[tuple[str, int], Notification] = {}
    for record in here.records(here.topics.notifications.name):
        note = decode_notification(record.value or b"")
        found.setdefault((note.incident.id, note.revision), note)
    return list(found.values())


def verdicts(here: Installation) -> list[CrisisVerdict]:
    """Return what triage sent back to the watch stage."""
    parts = [part for record in here.records(here.topics.scored.name) for part in decode_parts(record.value or b"")]
    return [part for part in parts if isinstance(part, CrisisVerdict) and part.until is not None]


def opened(here: Installation, brand: str) -> bool:
    """Tell whether an incident of the brand is open."""
    return any(note.incident.brand == brand for note in reported(here))


def put(here: Installation, *brands: Brand) -> None:
    """Apply a configuration."""
    KafkaBrandStore(here.connection, here.topics).publish({brand.name: encode_brand(brand) for brand in brands})


def live(here: Installation, slack: FakeSlack) -> None:
    """Live through it: a kill, mentions that come late, Slack down, a threshold overridden, and people who act."""
    now = time.time_ns() // 1_000_000
    send(here, "Brisela", 8, "first")
    wait_until(lambda: opened(here, "Brisela"), 60, "the first incident")
    here.workers[0].kill()
    send(here, "Oakmere", 8, "meanwhile", timedelta(minutes=1))
    here.worker("--notify", "slack")
    slack.outage = Fault(status=500)
    wait_until(lambda: opened(here, "Oakmere"), 90, "what came while nobody was there")
    send(here, "Brisela", 6, "late", timedelta(minutes=8))
    lower = Override("detect.static_threshold.negative", 4, now + 3_600_000, "U0000001", now)
    record = encode_brand(configured("Lumivel", 50), [lower])
    KafkaBrandStore(here.connection, here.topics).publish({"Lumivel": record})
    time.sleep(3)
    send(here, "Lumivel", 5, "changed")
    wait_until(lambda: opened(here, "Lumivel"), 60, "an incident under the override")
    slack.outage = None
    wait_until(lambda: len(slack.roots()) == len(BRANDS), 90, "all three messages")
    act(here, "Brisela", Action("a1", "Brisela", "ack", "U0000001", time.time_ns() // 1_000_000))
    act(here, "Oakmere", Action("a2", "Oakmere", "note", "U0000002", now, text="looking into it"))
    time.sleep(1)
    act(here, "Oakmere", Action("a3", "Oakmere", "verdict", "U0000002", now, verdict="not_a_crisis"))
    act(here, "Oakmere", Action("a3", "Oakmere", "verdict", "U0000002", now, verdict="not_a_crisis"))
    act(here, "Lumivel", Action("a4", "Lumivel", "verdict", "U0000001", now, verdict="crisis"))
    wait_until(lambda: {note.reason for note in reported(here)} >= {"acknowledged", "noted", "judged"}, 30, "the acts")
    wait_until(lambda: bool(verdicts(here)), 30, "the verdict goes back to the watch stage")
    wait_until(here.settled, 90, "the outbox is empty")


@pytest.fixture(scope="module")
def lived(kafka: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Yield what is left of a run, and its recording."""
    if isinstance(kafka, EmbeddedBroker):
        pytest.skip("needs a real Kafka: the embedded one knows no offsets by time")
    path = tmp_path_factory.mktemp("lived") / "run.tocsin"
    with served_slack() as slack, Installation(kafka, environment(slack)) as here:
        put(here, *(configured(name, 50 if name == "Lumivel" else 5) for name in BRANDS))
        here.worker("--notify", "slack")
        wait_until(lambda: all(here.ends(here.topics.signals.name).values()), 60, "every partition watched")
        live(here, slack)
        for worker in here.workers:
            worker.stop()
        done = here.command("record", "--from", "1h", "--warm-up", "0h", "--scores", "-o", str(path))
        assert done.returncode == 0, done.stderr
        shown = {
            root["metadata"]["event_payload"]["incident"]: {
                "message": bare(root),
                "replies": [bare(reply) for reply in slack.replies(root["ts"])],
            }
            for root in slack.roots()
        }
        yield Lived(reported(here), shown, charts(slack), str(path), here)


def bare(message: dict[str, Any]) -> dict[str, Any]:
    """Return what was sent of a message, without its chart: of which revision that is depends on the upload's turn."""
    sent = {key: message[key] for key in ("text", "blocks", "metadata") if key in message}
    return sent | {"blocks": [block for block in sent["blocks"] if block["type"] != "image"]}


def charts(slack: FakeSlack) -> dict[str, tuple[File, dict[str, Any]]]:
    """Return the charts that the cards show."""
    found = {}
    for root in slack.roots():
        for block in root["blocks"]:
            if block["type"] == "image":
                incident = root["metadata"]["event_payload"]["incident"]
                found[incident] = slack.files.files[block["slack_file"]["id"]], block
    return found


def lines(notes: list[Notification]) -> list[str]:
    """Return the notifications as the wire has them, by incident and revision."""
    return [encode(note).decode() for note in sorted(notes, key=lambda note: (note.incident.id, note.revision))]


@pytest.mark.parametrize("scores", [True, False])
def test_the_same_is_reported_to_the_last_byte(lived: Lived, scores: bool) -> None:  # noqa: FBT001
    """Incidents, ids, instants, findings, acts: every notification is the live one, scored then or scored again."""
    from mentions.sentiment import Scorer  # noqa: PLC0415

    recording = Recording(lived.path)
    playback = RecordingReplay(RecordedPolicies(recording.header), None if scores else Scorer())
    replayed = lines(list(playback.run(recording.entries(scores=scores))))
    expected = lines(lived.reported)
    assert [line for line in expected if line not in replayed] == []
    assert [line for line in replayed if line not in expected] == []
    assert len({note.incident.id for note in lived.reported}) == len(BRANDS)


def test_a_verdict_reaches_the_baseline_live_as_in_the_replay(lived: Lived) -> None:
    """The hours that a person called a crisis are those of the replay, in the state that the worker stored."""
    recording = Recording(lived.path)
    playback = RecordingReplay(RecordedPolicies(recording.header))
    list(playback.run(recording.entries()))
    replayed = {state.brand: state.hours.judged for state in playback.pipeline.states()}
    assert [one.brand for one in verdicts(lived.here)] == ["Lumivel"]
    cores = [one for one in lived.here.records(lived.here.topics.watch_state.name) if one.key == b"Lumivel"]
    stored = storage.decode_parts(fencing.decode(cores[-1].value or b"").payload, {})
    assert stored.hours.judged == replayed["Lumivel"] != []


def test_slack_shows_the_same(lived: Lived) -> None:
    """Each incident's message as it stands, and each reply in its thread, is what the replay would have shown."""
    recording, sent = Recording(lived.path), []
    rules = RecordedPolicies(recording.header)
    for _note, made in record_requests(RecordingReplay(rules).run(recording.entries()), rules):
        sent += made
    replayed = final_messages(sent)
    assert replayed.keys() == lived.shown.keys()
    for incident, place in lived.shown.items():
        assert replayed[incident] == place


def test_a_chart_shows_what_the_replay_knows(lived: Lived) -> None:
    """Each picture, its title and its words are those of the revision that it was drawn of, to the last byte."""
    recording = Recording(lived.path)
    replayed = {
        (note.incident.id, note.revision): note
        for note in RecordingReplay(RecordedPolicies(recording.header)).run(recording.entries())
    }
    assert set(lived.charts) <= {incident for incident, _ in replayed}
    assert lived.charts
    for incident, (file, block) in lived.charts.items():
        revision = int(file.name.removesuffix(".png").rpartition("-")[2])
        found = chart_data.chart_data(replayed[incident, revision].incident)
        assert found is not None
        assert file.content == chart_png.draw(*found)
        assert block["alt_text"] == file.alt_text == chart_data.alt(found[0], "en")


def test_the_recording_says_what_ran(lived: Lived) -> None:
    """Its header names the brands, and the override is in it as a second revision."""
    recording = Recording(lived.path)
    assert set(recording.header.brands) == set(BRANDS)
    assert recording.header.scores
    found = [entry for entry in recording.entries() if isinstance(entry, ConfigEntry)]
    assert [entry.name for entry in found].count("Lumivel") == 2


def test_one_brand_of_it_tells_its_own_story(lived: Lived) -> None:
    """What is recorded of one brand only replays to this brand's notifications."""
    recording = Recording(lived.path)
    entries = [entry for entry in recording.entries() if brand_of(entry) in {"Brisela", ""}]
    alone = lines(list(RecordingReplay(RecordedPolicies(recording.header)).run(entries)))
    assert alone == lines([note for note in lived.reported if note.incident.brand == "Brisela"])


def brand_of(entry: Any) -> str:
    """Return whose entry it is, "" for time."""
    for name in ("batch", "action"):
        if hasattr(entry, name):
            return str(getattr(entry, name).brand)
    return str(getattr(entry, "name", ""))


def test_a_shared_recording_names_nobody_and_tells_the_same(lived: Lived) -> None:
    """Recorded again without names: no author is left in it, and the incidents are the same at the same instants."""
    path = lived.here.path("shared.tocsin")
    done = lived.here.command(
        "record", "--brand", "Oakmere", "--from", "1h", "--warm-up", "0h", "--scores", "--anonymise", "-o", path
    )
    assert done.returncode == 0, done.stderr
    recording = Recording(path)
    assert recording.header.anonymised
    assert recording.header.brands == ("Oakmere",)
    shown = [str(entry) for entry in (*recording.entries(), *recording.entries(scores=False))]
    assert not any("user1" in entry or "U0000002" in entry for entry in shown)
    replayed = list(RecordingReplay(RecordedPolicies(recording.header)).run(recording.entries()))
    expected = [note for note in lived.reported if note.incident.brand == "Oakmere"]
    assert [(n.incident.id, n.reason, n.happened_at, n.page) for n in replayed] == [
        (n.incident.id, n.reason, n.happened_at, n.page) for n in sorted(expected, key=lambda note: note.revision)
    ]


def test_the_period_is_that_of_the_broker(lived: Lived) -> None:
    """What was read before it, and not within the warm-up, is not recorded; where there is nothing, that is said."""
    done = lived.here.command(
        "record", "--from", "2020-01-01", "--to", "2020-01-02", "-o", lived.here.path("none.tocsin")
    )
    assert done.returncode == 1
    assert "no mention of any brand was read in that time" in done.stderr
    unknown = lived.here.command("record", "--brand", "Nobody", "--from", "1h", "-o", lived.here.path("none.tocsin"))
    assert unknown.returncode == 1
    assert "no mention of Nobody was read" in unknown.stderr
    turned = lived.here.command("record", "--from", "1h", "--to", "2h", "-o", lived.here.path("none.tocsin"))
    assert turned.returncode == 2


def test_texts_that_are_gone_are_reported(lived: Lived) -> None:
    """Where the topic `mentions` has lost its records, the recording keeps the scores and says what it lacks."""
    admin = clients.admin(lived.here.connection)
    ends = lived.here.ends(lived.here.topics.mentions.name)
    admin.delete_records({TopicPartition(lived.here.topics.mentions.name, part): end for part, end in ends.items()})
    admin.close()
    path = lived.here.path("gone.tocsin")
    done = lived.here.command("record", "--from", "1h", "--warm-up", "0h", "--scores", "-o", path)
    assert "are gone from the topic" in done.stderr
    recording = Recording(path)
    replayed = list(RecordingReplay(RecordedPolicies(recording.header)).run(recording.entries()))
    assert lines(replayed) == lines(lived.reported)
