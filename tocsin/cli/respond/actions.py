"""Actions from the terminal: the records of the topic `actions` that `tocsin incident` and `tocsin silence` send."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from tocsin.cli.known_names import check_brand, check_name
from tocsin.cli.output import print_status, printable
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from alerts.incidents.model import Action, Incident
    from tocsin.cli.environment import Installation

T = TypeVar("T")

MAX_ID_CHARS: Final = 200
SEND_TIMEOUT: Final = 30.0
"""Seconds within which a broker must acknowledge."""


def action_id(key: str | None) -> str:
    """Return the id of an action: unique, or from the key a person gave. The prefix keeps it apart from Slack's ids.

    Raises:
        UsageError: the key is empty or too long.
    """
    if key is not None and not 0 < len(key) <= MAX_ID_CHARS:
        raise UsageError(f"--id: must have 1 to {MAX_ID_CHARS} characters")
    return f"cli:{uuid.uuid4().hex if key is None else key}"


def duration_ms(text: str) -> int:
    """Return the milliseconds of a `--for` option.

    Raises:
        UsageError: it is no duration from one minute to 30 days.
    """
    from detectors.model.duration import parse_duration  # noqa: PLC0415  slow to load

    found = parse_duration(text)
    if not isinstance(found, timedelta) or not timedelta(minutes=1) <= found <= timedelta(days=30):
        raise UsageError(f"--for {text}: must be a duration from 1m to 30d, such as 30m or 2h")
    return found // timedelta(milliseconds=1)


def send(here: Installation, action: Action) -> None:
    """Send an action to the topic `actions`; returns once a broker has acknowledged it."""
    from alerts.incidents.model import encode  # noqa: PLC0415
    from streams.kafka import clients  # noqa: PLC0415  kafka-python is slow to load

    producer = clients.producer(here.connection)
    producer.send(here.topics.actions.name, key=action.brand.encode(), value=encode(action)).get(timeout=SEND_TIMEOUT)
    producer.close()


def read_incidents(here: Installation) -> list[Incident]:
    """Return the latest state of every incident that can be read, the latest opened first."""
    from alerts.incidents.model import decode_incident  # noqa: PLC0415
    from streams.kafka import reader  # noqa: PLC0415  kafka-python is slow to load

    stored = reader.latest(here.connection, here.topics.incidents.name).items()
    named = ((f"incident {key.decode(errors='replace')}", raw) for key, raw in stored)
    return sorted(_readable(decode_incident, named), key=lambda one: (one.opened_at, one.id), reverse=True)


def read_actions(here: Installation) -> list[Action]:
    """Return every action that can be read, in the order in which they were sent."""
    from alerts.incidents.model import decode_action  # noqa: PLC0415
    from streams.kafka import reader  # noqa: PLC0415  kafka-python is slow to load

    sent = reader.records(here.connection, here.topics.actions.name)
    named = ((f"action at partition {one.partition}, offset {one.offset}", one.value) for one in sent if one.value)
    return list(_readable(decode_action, named))


def _readable(decode: Callable[[bytes], T], stored: Iterable[tuple[str, bytes]]) -> Iterator[T]:
    """Yield what can be decoded; one line names each of the others."""
    import msgspec  # noqa: PLC0415

    for name, raw in stored:
        try:
            yield decode(raw)
        except msgspec.DecodeError as error:
            print_status(f"{printable(name)} cannot be read and is left out: {printable(str(error))}")


def find_incident(here: Installation, name: str) -> Incident:
    """Return the incident of this id.

    Raises:
        CommandError: there is none.
    """
    known = {one.id: one for one in read_incidents(here)}
    check_name("incident", name, known, "`tocsin incident list`")
    return known[name]


def find_target(here: Installation, name: str | None, brand: str | None) -> Incident:
    """Return the incident of this id, or else the latest of a brand.

    Raises:
        CommandError: there is none.
    """
    found = read_incidents(here)
    known = {one.id: one for one in found}
    if name is not None:
        check_name("incident", name, known, "`tocsin incident list`")
        return known[name]
    latest = next((one for one in found if brand in one.all_brands), None)
    if latest is None:
        check_brand(here, brand or "")
        raise CommandError(f"{printable(brand or '')}: has had no incident: nothing is sent")
    return latest
