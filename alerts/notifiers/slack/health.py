"""Health probes of Slack: an authentication test, or an edit of one message in a channel."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from alerts.delivery.ports import NOT_EDITABLE, DeliveryError
from alerts.delivery.rate_limit import Clock
from alerts.rendering.escaping import slack_date
from alerts.rendering.message import Message

if TYPE_CHECKING:
    from alerts.delivery.ports import MessageRef, Notifier

METADATA_KEY: Final = "heartbeat"
"""What the message carries in place of an incident, by which it is found again."""

CACHE_TTL: Final = 1.0
"""Seconds that an answer is kept: several partitions ask at once."""

_SEARCH_WINDOW: Final = 30 * 24 * 3_600_000
"""How far back (ms) the message is searched for."""


class SupportsAuthTest(Protocol):
    """A service with an authentication test."""

    async def auth_test(self) -> str:
        """Return the workspace and the bot.

        Raises:
            DeliveryError: the token is not accepted, or Slack cannot be reached.
        """
        ...


class AuthProbe:
    """Checks that the token is accepted."""

    def __init__(self, slack: SupportsAuthTest) -> None:
        self._slack = slack

    async def check(self) -> None:
        """Ask.

        Raises:
            DeliveryError: it is not accepted, or Slack cannot be reached.
        """
        await self._slack.auth_test()


class MessageProbe:
    """Edits one message in a channel, and posts it where there is none: fails where the app may not post."""

    def __init__(self, notifier: Notifier, channel: str, clock: Clock | None = None) -> None:
        self._notifier = notifier
        self._channel = channel
        self._clock = clock or Clock()
        self._receipt: MessageRef | None = None

    async def check(self) -> None:
        """Edit the message.

        Raises:
            DeliveryError: Slack does not take it.
        """
        at = self._clock.wall()
        if self._receipt is None:
            self._receipt = await self._notifier.find(self._channel, METADATA_KEY, at - _SEARCH_WINDOW)
        if self._receipt is not None and await self._edited(self._receipt, at):
            return
        self._receipt = await self._notifier.post(self._channel, _message(at))

    async def _edited(self, receipt: MessageRef, at: int) -> bool:
        try:
            await self._notifier.update(receipt, _message(at))
        except DeliveryError as error:
            if error.code not in NOT_EDITABLE:
                raise
            return False
        return True


class Probe(Protocol):
    """A check of Slack."""

    async def check(self) -> None:
        """Return if Slack takes what we send.

        Raises:
            DeliveryError: it does not.
        """
        ...


class CachedProbe:
    """Makes one check for all callers at the same time, or shortly after."""

    def __init__(self, probe: Probe, clock: Clock | None = None) -> None:
        self._probe = probe
        self._clock = clock or Clock()
        self._at = float("-inf")
        self._error = ""
        self._lock = asyncio.Lock()

    async def error(self) -> str:
        """Return what is wrong with code and remedy; "" where Slack takes what we send."""
        async with self._lock:
            if self._clock.monotonic() - self._at >= CACHE_TTL:
                self._error = await self._check()
                self._at = self._clock.monotonic()
            return self._error

    async def _check(self) -> str:
        try:
            await self._probe.check()
        except DeliveryError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  whatever it is, alerts may fail of it too
            return f"bug: {type(error).__name__}: please report it"
        return ""


def _message(at: int) -> Message:
    last = slack_date(at, "{date_short_pretty} {time_secs}")
    return Message(METADATA_KEY, 0, f"💚 Tocsin's alerts get through to this channel. Last heartbeat: {last}", [])
