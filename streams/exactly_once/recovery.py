"""Recovery of the state tables that waits for the broker as long as it takes.

Faust gives each step of a recovery 30 seconds. Where the broker was away for longer, it took the end of that time for
the end of the worker: the recovery ended without a word, and the worker read nothing any more until it was restarted.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiokafka.errors import IllegalStateError, KafkaError
from faust.tables import TableManager
from faust.tables.recovery import Recovery

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = structlog.get_logger(__name__)

RETRY_DELAY: Final = 1.0
"""Seconds until the broker is asked again."""


class PatientRecovery(Recovery):
    """Faust's recovery, each step of which ends with the broker's answer, with a rebalance or with the worker."""

    async def _wait(self, coro: Any, timeout: Any = None) -> None:  # noqa: ASYNC109  Faust's signature
        del timeout
        await super()._wait(coro)

    async def _build_highwaters(self, *arguments: Any, **options: Any) -> None:
        await answered(lambda: super(PatientRecovery, self)._build_highwaters(*arguments, **options))

    async def _build_offsets(self, *arguments: Any, **options: Any) -> None:
        await answered(lambda: super(PatientRecovery, self)._build_offsets(*arguments, **options))


class PatientTables(TableManager):
    """Faust's tables, which recover patiently."""

    @property
    def recovery(self) -> Recovery:
        """Return the recovery of these tables, always the same."""
        if self._recovery is None:
            self._recovery = PatientRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery


async def answered(ask: Callable[[], Awaitable[None]]) -> None:
    """Ask the broker until it answers.

    Raises:
        IllegalStateError: the partitions are another worker's by now.
    """
    while True:
        try:
            return await ask()
        except IllegalStateError:
            raise
        except KafkaError as error:
            log.warning("states not read, the broker is asked again", reason=repr(error))
            await asyncio.sleep(RETRY_DELAY)
