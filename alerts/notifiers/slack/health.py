"""Does Slack take what we send, right now? By logging in, or by editing one message that stands in a channel."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from alerts.delivery.ports import GONE, DeliveryError, Message
from alerts.delivery.rate_limit import Timing
from alerts.rendering.escaping import moment

if TYPE_CHECKING:
    from alerts.delivery.ports import Notifier, Receipt

NAME: Final = "heartbeat"
"""What the message carries in place of an incident, by which it is found again."""

FRESH: Final = 1.0
"""Seconds that an answer holds: several partitions beat at once."""

_SEARCHED: Final = 30 * 24 * 3_600_000
"""How far back (ms) the message is looked for."""


class Checked(Protocol):
    """A place that tells whether it would take a message."""

    async def check(self) -> str:
        """Return who we are there.

        Raises:
            DeliveryError: it would not.
        """
        ...


class Login:
    """Asks whether the token is accepted."""

    def __init__(self, slack: Checked) -> None:
        self._slack = slack

    async def beat(self) -> None:
        """Ask.

        Raises:
            DeliveryError: it is not accepted, or Slack cannot be reached.
        """
        await self._slack.check()


class Standing:
    """Edits one message in a channel, and posts it where there is none: who may not write there hears of it."""

    def __init__(self, notifier: Notifier, channel: str, timing: Timing | None = None) -> None:
        self._notifier = notifier
        self._channel = channel
        self._timing = timing or Timing()
        self._receipt: Receipt | None = None

    async def beat(self) -> None:
        """Edit the message.

        Raises:
            DeliveryError: Slack does not take it.
        """
        at = self._timing.wall()
        if self._receipt is None:
            self._receipt = await self._notifier.find(self._channel, NAME, at - _SEARCHED)
        if self._receipt is not None and await self._edited(self._receipt, at):
            return
        self._receipt = await self._notifier.post(self._channel, _message(at))

    async def _edited(self, receipt: Receipt, at: int) -> bool:
        try:
            await self._notifier.update(receipt, _message(at))
        except DeliveryError as error:
            if error.code not in GONE:
                raise
            return False
        return True


class Beats(Protocol):
    """A check of Slack."""

    async def beat(self) -> None:
        """Return if Slack takes what we send.

        Raises:
            DeliveryError: it does not.
        """
        ...


class Shared:
    """Makes one check for all who ask at the same time, or shortly after."""

    def __init__(self, check: Beats, timing: Timing | None = None) -> None:
        self._check = check
        self._timing = timing or Timing()
        self._at = float("-inf")
        self._refused = ""
        self._turn = asyncio.Lock()

    async def refused(self) -> str:
        """Return what is wrong with code and remedy; "" where Slack takes what we send."""
        async with self._turn:
            if self._timing.monotonic() - self._at >= FRESH:
                self._refused = await self._ask()
                self._at = self._timing.monotonic()
            return self._refused

    async def _ask(self) -> str:
        try:
            await self._check.beat()
        except DeliveryError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  whatever it is, alerts may fail of it too
            return f"mistake: {type(error).__name__}: please report it"
        return ""


def _message(at: int) -> Message:
    last = moment(at, "{date_short_pretty} {time_secs}")
    return Message(NAME, 0, f"💚 Tocsin's alerts get through to this channel. Last heartbeat: {last}", [])
