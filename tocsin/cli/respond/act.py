"""`tocsin act`: do from a terminal what the buttons in Slack do, and ask for silence."""

from __future__ import annotations

import uuid
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from streams.clock import wall
from tocsin.cli.environment import load_installation
from tocsin.cli.errors import UsageError
from tocsin.cli.output import print_status

if TYPE_CHECKING:
    from alerts.incidents.model import Action, ActionKind, Verdict


class Kind(StrEnum):
    """What to do."""

    ACK = "ack"
    UNACK = "unack"
    SNOOZE = "snooze"
    UNSNOOZE = "unsnooze"
    RESOLVE = "resolve"
    CRISIS = "crisis"
    NOT_A_CRISIS = "not_a_crisis"
    PLANNED = "planned"
    NOTE = "note"
    SILENCE = "silence"
    UNSILENCE = "unsilence"


_VERDICTS: Final[dict[Kind, Verdict]] = {
    Kind.CRISIS: "crisis",
    Kind.NOT_A_CRISIS: "not_a_crisis",
    Kind.PLANNED: "planned",
}
_ACTS: Final[dict[Kind, ActionKind]] = {
    Kind.ACK: "ack",
    Kind.UNACK: "unack",
    Kind.SNOOZE: "snooze",
    Kind.UNSNOOZE: "unsnooze",
    Kind.RESOLVE: "resolve",
    Kind.NOTE: "note",
    Kind.SILENCE: "silence",
    Kind.UNSILENCE: "unsilence",
}
NAME_CHARS: Final = 200


def command(
    kind: Annotated[
        Kind, typer.Argument(help="What to do; crisis, not_a_crisis and planned are verdicts.", case_sensitive=False)
    ],
    *,
    brand: Annotated[str, typer.Option("--brand", "-b", help="The brand, as configured.")],
    by: Annotated[str, typer.Option("--by", help="Who does it: a name, or a Slack id.")],
    incident: Annotated[
        str | None, typer.Option("--incident", help="Of this incident only; left out: the brand's latest.")
    ] = None,
    lasting: Annotated[
        str, typer.Option("--for", help="How long a snooze or a silence lasts, such as 30m or 2h.")
    ] = "2h",
    text: Annotated[str, typer.Option("--text", help="The note, or the reason.")] = "",
    detector: Annotated[str | None, typer.Option("--detector", help="Silence this detector only.")] = None,
    term: Annotated[str | None, typer.Option("--term", help="Silence only what has this among its words.")] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", help="Silence only what comes mostly from this channel.")
    ] = None,
    ended: Annotated[
        str | None,
        typer.Option("--silence", help="End this silence, as `tocsin silences` names it; left out: all of the brand."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--id", help="What the act is called: a command that is repeated with it acts once."),
    ] = None,
) -> None:
    """Acknowledge, snooze, resolve, judge, note, or silence, and take it back. The topic `actions` keeps the act.

    An act about an incident that is not there, or that is over, changes nothing. Each call is an act of its own, unless
    it has the --id of one before.

    Examples:
      tocsin act ack --brand Hallowfirth --by ana
      tocsin act silence --brand Hallowfirth --by ana --for 2h --detector volume
      tocsin act ack --brand Hallowfirth --by ana --id deploy-4711
      tocsin act unsilence --brand Hallowfirth --by ana
      tocsin act not_a_crisis --brand Hallowfirth --by ana --text "a joke"
    """
    from msgspec.structs import replace  # noqa: PLC0415

    from alerts.incidents.model import encode  # noqa: PLC0415
    from alerts.incidents.silences import Silence  # noqa: PLC0415
    from streams.kafka import clients  # noqa: PLC0415  kafka-python is slow to load

    now, span = wall(), _span(lasting)
    action = _action(_named(name), kind, brand, by, now, incident, text, now + span)
    if kind is Kind.SILENCE:
        action = replace(action, silence=Silence(now, now + span, by, detector, term, channel, text))
    elif detector or term or channel:
        raise UsageError("--detector, --term and --channel go with `tocsin act silence`")
    if kind is Kind.UNSILENCE and ended is not None:
        action = replace(action, silence=Silence(0, 0, id=ended))
    elif ended is not None:
        raise UsageError("--silence goes with `tocsin act unsilence`")
    here = load_installation()
    producer = clients.producer(here.connection)
    producer.send(here.topics.actions.name, key=brand.encode(), value=encode(action)).get(timeout=30)
    producer.close()
    print_status(f"{kind.value}: passed on for {brand}")


def _named(name: str | None) -> str:
    """Return the id of the act; one that a person chose cannot be that of a tap in Slack."""
    if name is not None and not 0 < len(name) <= NAME_CHARS:
        raise UsageError(f"--id: must have 1 to {NAME_CHARS} characters")
    return f"cli:{uuid.uuid4().hex if name is None else name}"


def _action(name: str, kind: Kind, brand: str, by: str, at: int, incident: str | None, text: str, until: int) -> Action:
    from alerts.incidents.model import Action  # noqa: PLC0415

    verdict = _VERDICTS.get(kind)
    if verdict is not None:
        return Action(name, brand, "verdict", by, at, incident, text, verdict=verdict)
    return Action(name, brand, _ACTS[kind], by, at, incident, text, until=until if kind is Kind.SNOOZE else None)


def _span(text: str) -> int:
    """Return the milliseconds that a duration names."""
    from detectors.model.duration import parse_duration  # noqa: PLC0415

    found = parse_duration(text)
    if not isinstance(found, timedelta) or not timedelta(minutes=1) <= found <= timedelta(days=30):
        raise UsageError(f"--for {text}: must be a duration from 1m to 30d, such as 30m or 2h")
    return found // timedelta(milliseconds=1)
