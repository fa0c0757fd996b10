"""Poster of moderation cards: one for each item in its brand's channel, brought up to date as the item changes.

Several apps may run. Who posts the card of an item is decided by the topic: an app first says that it is about to, and
posts only if its record was the first; one that dies in between is followed after two minutes by another, which looks
for the message before it posts. A click, a page and a terminal change the item alone; the card follows.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import structlog

from alerts.delivery.ports import NOT_EDITABLE, DeliveryError, MessageRef
from alerts.rendering.escaping import mrkdwn, slack_link
from alerts.rendering.message import Message
from detectors.model.signal_text import format_number
from moderation.model import Carded
from tocsin.slack_app.moderation.backlog import HOUR, plan
from tocsin.slack_app.moderation.card import build_card, copies, message_name
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from config.brands.model import Brand
    from moderation.model import Item
    from streams.moderation.queue_view import ModerationQueue
    from tocsin.slack_app.state import AppState

log = structlog.get_logger(__name__)

POLL_SECONDS: Final = 1.0
"""Seconds between two rounds; Slack takes about one message a second in a channel."""

RETRY_AFTER: Final = HOUR // 6
"""How long (ms) after a refusal, such as of a channel that does not know the app, a brand is tried again."""

FOLLOWED: Final = 24 * HOUR
"""How long (ms) after its last change a card is brought up to date by an app that starts."""

LINE_EVERY: Final = 60_000
"""How often (ms) the line of what is held back is edited at most."""

ROUND: Final = 5
"""Cards that are posted, and edited, for a brand in one round at most."""


class Poster(Protocol):
    """The methods of Slack that are called."""

    async def post(self, channel: str, message: Message) -> MessageRef:
        """Post a message."""
        ...

    async def update(self, receipt: MessageRef, message: Message) -> None:
        """Replace what a message shows."""
        ...

    async def find(self, channel: str, incident: str, since: int) -> MessageRef | None:
        """Return the first message of that name posted since an instant (ms)."""
        ...


class _Line(NamedTuple):
    """The line that says how many items wait without a card: of which hour, and what it shows since when."""

    hour: int
    message: MessageRef
    text: str
    at: int


class CardPoster:
    """Posts and edits the cards of all brands that have a moderation channel."""

    def __init__(
        self, state: AppState, queue: ModerationQueue, slack: Poster, now: Callable[[], int], woken: asyncio.Event
    ) -> None:
        self._state = state
        self._queue = queue
        self._slack = slack
        self._now = now
        self._name = f"slack app {secrets.token_hex(4)}"
        self._shown: dict[str, tuple[object, ...]] = {}
        self._lines: dict[str, _Line] = {}
        self._paused: dict[str, int] = {}
        self._woken = woken

    async def run(self) -> None:
        """Post and edit until cancelled."""
        await self._state.registry.loaded()
        while True:
            await self.tick()
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue
            self._woken.clear()

    async def tick(self) -> None:
        """Do one round: edit what changed, post what is due, say how much is held back."""
        now = self._now()
        for name, brand in sorted(self._state.registry.brands().items()):
            if brand.moderation_channel is None or not brand.moderation.enabled or self._paused.get(name, 0) > now:
                continue
            try:
                await self._edit(brand, now)
                await self._post(brand, brand.moderation_channel, now)
            except DeliveryError as error:
                wait = int((error.retry_after or 5) * 1000) if error.retryable else RETRY_AFTER
                self._paused[name] = now + wait
                log.warning("moderation card not posted", brand=name, reason=str(error))
            except Exception as error:  # noqa: BLE001  the broker may be away: it must not end the app
                self._paused[name] = now + 5_000
                log.error("moderation cards failed", brand=name, reason=f"{type(error).__name__}: {error}")  # noqa: TRY400

    async def _edit(self, brand: Brand, now: int) -> None:
        """Edit the cards that show an item as it stands no longer."""
        changed = [
            item
            for item in self._queue.queue.items()
            if item.brand == brand.name and item.card is not None and item.card.ts and self._is_outdated(item, now)
        ]
        for item in changed[:ROUND]:
            assert item.card is not None
            message = build_card(item, now, brand.language, self._state.web_url)
            try:
                await self._slack.update(MessageRef(item.card.channel, item.card.ts), message)
            except DeliveryError as error:
                if error.code not in NOT_EDITABLE:  # a card that somebody deleted stays deleted
                    raise
            self._shown[item.id] = _look(item, now)

    def _is_outdated(self, item: Item, now: int) -> bool:
        look, shown = _look(item, now), self._shown.get(item.id)
        if shown is None and now - (item.history[-1].at if item.history else item.created_at) > FOLLOWED:
            self._shown[item.id] = look
            return False
        return look != shown

    async def _post(self, brand: Brand, channel: str, now: int) -> None:
        backlog = plan(self._queue.queue, brand.name, brand.moderation.cards_per_hour, now)
        for item in backlog.due[:ROUND]:
            await self._post_card(item, brand, channel, now)
        if not backlog.due:
            await self._show_line(brand, channel, backlog.held_back, now)

    async def _post_card(self, item: Item, brand: Brand, channel: str, now: int) -> None:
        before = item.card
        if await self._queue.submit(self._record(item.id, channel, now)):
            return  # another app posts it
        posted = await self._slack.find(before.channel, message_name(item.id), before.at) if before else None
        latest = self._queue.queue.get(item.id) or item
        if posted is None:
            posted = await self._slack.post(channel, build_card(latest, now, brand.language, self._state.web_url))
            self._shown[item.id] = _look(latest, now)
        await self._queue.submit(self._record(item.id, posted.channel, now, posted.ts))

    def _record(self, item: str, channel: str, now: int, ts: str = "") -> Carded:
        key = f"card:{item}:{secrets.token_hex(8)}"
        return Carded(id=key, item=item, at=now, by=self._name, channel=channel, ts=ts)

    async def _show_line(self, brand: Brand, channel: str, held_back: Sequence[Item], now: int) -> None:
        """Keep one line an hour that says how many more wait."""
        line, hour = self._lines.get(brand.name), now // HOUR
        if not held_back and line is None:
            return
        text = _more_text(brand, held_back, self._state.web_url)
        name = f"moderation queue {brand.name} {hour}"
        message = Message(name, 0, text, [])
        if line is None or (line.hour != hour and held_back):
            found = await self._slack.find(channel, name, hour * HOUR)
            shown = found or await self._slack.post(channel, message)
            self._lines[brand.name] = _Line(hour, shown, "" if found else text, now)
        elif text != line.text and now - line.at >= LINE_EVERY:
            await self._slack.update(line.message, message)
            self._lines[brand.name] = line._replace(text=text, at=now)


def _look(item: Item, now: int) -> tuple[object, ...]:
    """Return what the card shows of an item that may change."""
    shown = item.state, item.holder(now), item.outcome, item.ruling, len(item.reporters), bool(item.text)
    return *shown, copies(item, "en")


def _more_text(brand: Brand, held_back: Sequence[Item], web_url: str) -> str:
    name = mrkdwn(brand.name, 60)
    if not held_back:
        return translate(brand.language, "item_no_more", brand=name)
    page = slack_link(f"{web_url.rstrip('/')}/moderation", translate(brand.language, "item_queue")) if web_url else ""
    high = sum(item.severity == "high" for item in held_back)
    text = translate(
        brand.language,
        "item_more",
        brand=name,
        count=format_number(len(held_back), brand.language),
        high=format_number(high, brand.language),
        limit=brand.moderation.cards_per_hour,
    )
    return f"{text} {page}".rstrip()
