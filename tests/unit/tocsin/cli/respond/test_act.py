"""Does an act from a terminal say what was meant, once?"""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from alerts.incidents.model import Action, decode_action
from tocsin.cli import commands
from tocsin.cli.respond import act


class Producer:
    """Keeps what would go to Kafka."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, bytes]] = []

    def send(self, topic: str, *, key: bytes, value: bytes) -> Producer:
        """Keep a record."""
        self.sent.append((topic, key, value))
        return self

    def get(self, timeout: float) -> None:
        """Say that it is safe."""

    def close(self) -> None:
        """Be done."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs the command and returns its exit code and the act."""
    producer = Producer()
    monkeypatch.setattr("streams.kafka.clients.producer", lambda _connection: producer)

    def ask(*words: str) -> tuple[int, Action | None]:
        result = CliRunner().invoke(commands.load_command("act"), [*words, "--brand", "Hallowfirth", "--by", "ana"])
        return result.exit_code, decode_action(producer.sent[-1][2]) if producer.sent else None

    return ask


def test_a_repeated_command_with_an_id_is_one_act(asked: Any) -> None:
    """Without one, each call is an act of its own."""
    names = [asked("ack", *words)[1].id for words in (["--id", "deploy-4711"], ["--id", "deploy-4711"], [], [])]
    assert names[0] == names[1] == "cli:deploy-4711"
    assert len(set(names)) == 3


@pytest.mark.parametrize("kind", [*act.Kind])
def test_every_kind_is_an_act(asked: Any, kind: act.Kind) -> None:
    """What the help offers is understood by the worker."""
    code, action = asked(kind.value, "--for", "30m")
    assert code == 0
    assert action.kind == (kind.value if kind not in ("crisis", "not_a_crisis", "planned") else "verdict")
    assert (action.silence is not None) is (kind is act.Kind.SILENCE)
    assert (action.until is not None) is (kind is act.Kind.SNOOZE)


def test_a_silence_is_ended_by_its_name(asked: Any) -> None:
    """The id is the one that `tocsin silences` shows."""
    assert asked("unsilence", "--silence", "cli:4")[1].silence.id == "cli:4"
    assert asked("unsilence")[1].silence is None


@pytest.mark.parametrize("words", [("ack", "--silence", "x"), ("ack", "--term", "x"), ("ack", "--id", "")])
def test_options_that_mean_nothing_here_are_refused(asked: Any, words: tuple[str, ...]) -> None:
    """Nothing is sent."""
    assert asked(*words) == (1, None)
