"""Outage store: the current outage and the alerts still to be sent, in a file that survives a restart."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from alerts.delivery.external_alert import ExternalAlert
from alerts.delivery.heartbeat import Outage
from alerts.delivery.receipts import DeliveryRecord
from mentions.readers.position import SourceError

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

VERSION: Final = 1

_MAX_RECEIPTS: Final = 20
"""How many receipts are kept, the latest first to stay: those of the current outage are among them."""


class _Stored(msgspec.Struct):
    version: int = VERSION
    outage: Outage | None = None
    pending: list[ExternalAlert] = []
    receipts: dict[str, DeliveryRecord] = {}


class OutageStore:
    """A small file, replaced as a whole at each change; without a path, nothing outlives the process."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the file, if it exists, and check that it can be written.

        Raises:
            SourceError: the file holds something else.
            OSError: it cannot be read or written.
        """
        self._path = path
        self._memory = _Stored() if path is None else _read(path)
        self._write()

    @property
    def outage(self) -> Outage | None:
        """Return the current outage."""
        return self._memory.outage

    @property
    def pending(self) -> tuple[ExternalAlert, ...]:
        """Return the alarms that somebody has not taken yet, in order."""
        return tuple(self._memory.pending)

    def record(self, outage: Outage | None, alarm: ExternalAlert | None) -> None:
        """Store the current outage, and the alert to send, if there are targets."""
        self._memory.outage = outage
        self._memory.pending = [*self._memory.pending, *([alarm] if alarm else [])]
        self._save()

    def mark_sent(self, alarm: ExternalAlert) -> None:
        """Note that everybody has taken an alarm."""
        self._memory.pending = [one for one in self._memory.pending if one.idempotency_key != alarm.idempotency_key]
        self._save()

    async def get(self, incident: str) -> DeliveryRecord | None:
        """Return what is known of an alarm's receipt."""
        return self._memory.receipts.get(incident)

    async def put(self, posting: DeliveryRecord) -> None:
        """Keep a receipt."""
        kept = {**self._memory.receipts, posting.incident: posting}
        self._memory.receipts = dict(list(kept.items())[-_MAX_RECEIPTS:])
        self._save()

    def _save(self) -> None:
        """Write the file; a failure must not stop an alert."""
        try:
            self._write()
        except OSError as error:
            log.error("outage not saved", file=str(self._path), reason=error.strerror)  # noqa: TRY400

    def _write(self) -> None:
        if self._path is None:
            return
        fresh = self._path.with_name(f"{self._path.name}.new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(self._memory))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def _read(path: Path) -> _Stored:
    try:
        memory = msgspec.json.decode(path.read_bytes(), type=_Stored)
    except FileNotFoundError:
        return _Stored()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceError(str(path), 1, f"holds no outages ({error}): name another file, or delete it") from None
    if memory.version != VERSION:
        raise SourceError(str(path), 1, "was written by another version: delete it while there is no outage")
    return memory
