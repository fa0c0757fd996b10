"""Applied wishes: what the brands in force ask for, looked at again while a part of the group waits for it."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from config.errors import ConfigError
from streams.kafka.errors import BrokerError
from tocsin.cli.run.local.group import Wishes, wishes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from config.brands.model import Brand

LOOK_EVERY: Final = 15.0
"""Seconds between two looks at what is applied."""


class AppliedWishes:
    """Says whether a part that only some brands need may start; a thread looks for as long as one waits."""

    def __init__(self, wishes: Wishes, read: Callable[[], Mapping[str, bytes]], pause: float = LOOK_EVERY) -> None:
        self._wishes = wishes
        self._read = read
        self._pause = pause
        self._looking = False

    def ask_for(self, part: str) -> bool:
        """Return whether brands ask for a part; every other part is always wanted."""
        wanted = {"moderation": self._wishes.moderation, "community": self._wishes.community}
        if wanted.get(part, ("",)):
            return True
        if not self._looking:
            self._looking = True
            threading.Thread(target=self._look, name="applied brands", daemon=True).start()
        return False

    def _look(self) -> None:
        while not (self._wishes.moderation and self._wishes.community):
            time.sleep(self._pause)
            with suppress(BrokerError, OSError):  # the broker starts again, and so does this
                self._wishes = wishes_of(_brands(self._read()))


def _brands(applied: Mapping[str, bytes]) -> Iterator[Brand]:
    from config.brands.wire import decode_brand  # noqa: PLC0415  pydantic is slow to load

    for raw in applied.values():
        with suppress(ConfigError):
            yield decode_brand(raw)
