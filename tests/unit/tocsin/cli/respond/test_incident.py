"""Tests of `tocsin incident` and `tocsin silence`: each command sends the action that was meant, once."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from alerts.incidents.model import Incident, decode_action, encode
from tests.support.alerts import incident_of, signal
from tests.support.topics import mention_words, topic, topic_signal
from tocsin.cli.commands import load_command

if TYPE_CHECKING:
    from alerts.incidents.model import Action

BY = ("--by", "ana")
BRAND = ("--brand", "Hallowfirth")
COMMANDS = {
    "ack": ("ack",),
    "unack": ("unack",),
    "snooze": ("snooze", "--for", "30m"),
    "unsnooze": ("unsnooze",),
    "resolve": ("resolve",),
    "verdict": ("verdict", "not_a_crisis", "--text", "a joke"),
    "note": ("note", "statement at 15:00"),
}
INCIDENT = Incident("hallowfirth-20260310T1341Z", "Hallowfirth", "open", "critical", 0, 60_000, 60_000, 1, {})


class Producer:
    """Keeps what would go to Kafka."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, bytes]] = []

    def send(self, topic: str, *, key: bytes, value: bytes) -> Producer:
        """Keep a record."""
        self.sent.append((topic, key, value))
        return self

    def get(self, timeout: float) -> None:
        """Acknowledge the record."""

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs a command and returns its exit code, its output and the action sent last."""
    producer = Producer()
    stored = {"incidents": {b"": encode(INCIDENT)}, "brands": {b"Hallowfirth": b"{}"}}
    monkeypatch.setattr("streams.kafka.clients.producer", lambda _connection: producer)
    monkeypatch.setattr("streams.kafka.reader.latest", lambda _connection, topic: stored[topic])

    def call(noun: str, *words: str) -> tuple[int, str, Action | None]:
        done = CliRunner().invoke(load_command(noun), words)
        return done.exit_code, done.stdout, decode_action(producer.sent[-1][2]) if producer.sent else None

    return call


def test_a_repeated_command_with_an_id_is_one_action(run: Any) -> None:
    """Without an id, each call is an action of its own."""
    keys = [("--id", "deploy-4711"), ("--id", "deploy-4711"), (), ()]
    ids = [run("incident", "ack", *BRAND, *BY, *key)[2].id for key in keys]
    assert ids[0] == ids[1] == "cli:deploy-4711"
    assert len(set(ids)) == 3


@pytest.mark.parametrize("kind", COMMANDS)
def test_each_command_sends_its_action(run: Any, kind: str) -> None:
    """The worker gets the kind of action that the command is named after, for the latest incident of the brand."""
    code, _, action = run("incident", *COMMANDS[kind], *BRAND, *BY)
    assert code == 0
    assert (action.kind, action.brand, action.actor, action.incident) == (kind, "Hallowfirth", "ana", None)
    assert action.verdict == ("not_a_crisis" if kind == "verdict" else None)
    assert (action.until is not None) is (kind == "snooze")
    assert bool(action.text) is (kind in {"note", "verdict"})


def test_an_incident_is_named_by_its_id_alone(run: Any) -> None:
    """The brand is looked up; an id that no incident has is refused."""
    action = run("incident", "ack", INCIDENT.id, *BY)[2]
    assert (action.brand, action.incident) == ("Hallowfirth", INCIDENT.id)
    assert run("incident", "ack", "nowhere-20260310T1341Z", *BY)[0] == 1


def test_a_resolved_incident_takes_a_verdict_and_a_note_alone(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolving it again is no error, and sends nothing."""
    over = encode(replace(INCIDENT, status="resolved"))
    monkeypatch.setattr("streams.kafka.reader.latest", lambda _connection, _topic: {b"": over})
    assert run("incident", "ack", INCIDENT.id, *BY)[::2] == (1, None)
    assert run("incident", "resolve", INCIDENT.id, *BY)[::2] == (0, None)
    assert run("incident", "note", "well", *BRAND, *BY)[2].kind == "note"


def test_an_incident_is_listed_and_shown(run: Any) -> None:
    """`list` and `show` print the same incident, for people and as JSON."""
    for words in (("list",), ("show", INCIDENT.id)):
        assert INCIDENT.id in run("incident", *words)[1]
        assert json.loads(run("incident", *words, "--json")[1])["severity"] == "critical"
    assert json.loads(run("incident", "show", INCIDENT.id, "--json")[1])["history"] == []


def test_an_incident_names_its_topic(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`list` and `show` print topic and risk category, harmless for the terminal; JSON has the topic, or null."""
    assert json.loads(run("incident", "list", "--json")[1])["topic"] is None
    about = topic_signal(0, topic(label="six hours\x1b[2J on board", categories=("outage",)))
    incident = incident_of(about, signal(1))
    monkeypatch.setattr("streams.kafka.reader.latest", lambda _connection, _topic: {b"": encode(incident)})
    for words in (("list",), ("show", incident.id)):
        printed = run("incident", *words)[1]
        assert "“six hours[2J on board” (outage)" in printed
        assert "\x1b" not in printed
    assert "negative_spike, topic_burst  “" in run("incident", "list")[1]
    stated = json.loads(run("incident", "show", incident.id, "--json")[1])
    assert stated["detectors"] == ["negative_spike", "topic_burst"]
    assert stated["topic"]["categories"] == ["outage"]
    assert stated["topic"]["largest"]["reach"] == 48_000


def test_without_a_topic_the_words_of_its_mentions_are_named(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the column of the topic, in the details and in JSON, harmless for the terminal."""
    words = mention_words(terms=(("frozen\x1b[2J", 3), ("refund", 2)))
    incident = incident_of(replace(signal(0), words=words))
    monkeypatch.setattr("streams.kafka.reader.latest", lambda _connection, _topic: {b"": encode(incident)})
    assert "words “frozen[2J”, “refund”" in run("incident", "list")[1]
    shown = run("incident", "show", incident.id)[1]
    assert re.search(r"words +“frozen\[2J”, “refund”", shown)
    assert "\x1b" not in shown
    stated = json.loads(run("incident", "show", incident.id, "--json")[1])
    assert stated["topic"] is None
    assert stated["words"]["terms"][1] == {"term": "refund", "voices": 2}


def test_a_silence_is_added_with_its_matchers(run: Any) -> None:
    """It lasts as long as asked, and its id is printed for `expire`."""
    code, out, action = run("silence", "add", "Hallowfirth", *BY, "--for", "30m", "--detector", "volume_spike")
    assert (code, out.strip(), action.kind) == (0, action.id, "silence")
    assert (action.silence.detector, action.silence.ends_at - action.silence.starts_at) == ("volume_spike", 30 * 60_000)


def test_a_silence_expires_by_its_id_or_all_of_a_brand(run: Any) -> None:
    """The id is the one that `tocsin silence list` shows."""
    assert run("silence", "expire", "cli:4", *BRAND, *BY)[2].silence.id == "cli:4"
    assert run("silence", "expire", *BRAND, *BY)[2].silence is None


@pytest.mark.parametrize(
    "words",
    [
        ("incident", "ack", *BY),
        ("incident", "ack", *BRAND),
        ("incident", "ack", *BRAND, *BY, "--id", ""),
        ("incident", "snooze", *BRAND, *BY, "--for", "31d"),
        ("incident", "verdict", "perhaps", *BRAND, *BY),
        ("silence", "expire", *BY),
        ("silence", "add", "Hallowfirth"),
        ("silence", "add", "Hallowfirth", *BY, "--detector", "volume"),
        ("incident", "ack", INCIDENT.id[:-1], *BY),
    ],
)
def test_a_wrong_call_sends_nothing(run: Any, words: tuple[str, ...]) -> None:
    """Neither a brand nor an incident, nobody named, an empty id, a duration too long, what does not exist."""
    code, _, action = run(*words)
    assert code != 0
    assert action is None
