"""Whatever a place does to requests and wherever workers die: does each incident end up in exactly one message?"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import hypothesis.strategies as st
from hypothesis import example, given, settings

from alerts.delivery.outbox import Outbox
from alerts.delivery.ports import DeliveryError, MessageRef
from alerts.delivery.rate_limit import Clock
from alerts.rendering.route import Route
from tests.support.alerts import MemoryReceipts, RecordingMetrics, action, named, now, run, signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.incidents.model import Notification
    from alerts.rendering.message import Message

Outcome = Literal["fine", "busy", "lost", "taken", "late", "refused", "die before", "die after"]
OUTCOMES: tuple[Outcome, ...] = ("fine", "busy", "lost", "taken", "late", "refused", "die before", "die after")

LIFE = run(signal(0), signal(6, severity="critical"), action(7), signal(8, observed=500), now(60))[1]
REPLIES = [n.revision for n in LIFE if n.reply]


class Place:
    """Messages and threads in memory, under a clock of its own; each request meets the next outcome of the script."""

    def __init__(self, script: list[Outcome]) -> None:
        self.script = deque(script)
        self.now = 0.0
        self.messages: dict[MessageRef, Message] = {}
        self.threads: dict[MessageRef, list[int]] = {}
        self.coming: list[tuple[float, Callable[[], None]]] = []
        self.died = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Let time pass, and what was on its way arrive."""
        self.now += seconds
        for due, effect in [one for one in self.coming if one[0] <= self.now]:
            self.coming.remove((due, effect))
            effect()
        await asyncio.sleep(0)

    async def meet(self, effect: Callable[[], None], *, late: bool = False) -> None:
        """Let a request meet its fate."""
        await asyncio.sleep(0)
        outcome = self.script.popleft() if self.script else "fine"
        if outcome == "busy":
            raise DeliveryError("ratelimited", "wait", retryable=True, retry_after=2.0)
        if outcome == "refused":
            raise DeliveryError("not_in_channel", "invite", retryable=False)
        if outcome == "late" and late:
            self.coming.append((self.now + 9.0, effect))
        if outcome in ("fine", "taken", "die after"):
            effect()
        if outcome.startswith("die"):
            self.died.set()
            await asyncio.Event().wait()
        if outcome != "fine":
            raise DeliveryError("timeout", "network", retryable=True)

    async def post(self, channel: str, message: Message) -> MessageRef:
        """Post."""
        receipt = MessageRef(channel, f"{message.incident} {len(self.messages)} {self.now}")
        await self.meet(lambda: self.messages.update({receipt: message}), late=True)
        return receipt

    async def update(self, receipt: MessageRef, message: Message) -> None:
        """Edit."""
        await self.meet(lambda: self.messages.update({receipt: message}))

    async def reply(self, receipt: MessageRef, message: Message) -> None:
        """Answer."""
        await self.meet(lambda: self.threads.setdefault(receipt, []).append(message.revision))

    def standing(self, incident: str) -> list[MessageRef]:
        """Return the incident's messages."""
        return [receipt for receipt, message in self.messages.items() if message.incident == incident]

    async def find(self, channel: str, incident: str, since: int) -> MessageRef | None:
        """Look."""
        del channel, since
        found = self.standing(incident)
        return found[0] if found else None

    async def delete_duplicates(self, receipt: MessageRef, incident: str, since: int) -> int:
        """Tidy."""
        del since
        others = [one for one in self.standing(incident) if one != receipt]
        for other in others:
            del self.messages[other]
        return len(others)

    async def has_reply(self, receipt: MessageRef, revision: int) -> bool:
        """Look in the thread."""
        return revision in self.threads.get(receipt, [])


async def tell(place: Place, waves: list[list[Notification]]) -> MemoryReceipts:
    """Deliver the waves one after the other; whenever a worker dies, the next takes up what is not done."""
    store = MemoryReceipts()
    undone: list[Notification] = []
    for wave in waves:
        undone += wave
        while undone:
            timing = Clock(lambda: place.now, lambda: int(place.now * 1000), place.sleep, lambda: 0.5)
            delivery = Outbox(place, store, lambda *_: Route("C1"), metrics=RecordingMetrics(), clock=timing)
            for notification in list(undone):
                delivery.submit(notification, partial(undone.remove, notification))
            drained, died = asyncio.create_task(delivery.drain()), asyncio.create_task(place.died.wait())
            await asyncio.wait({drained, died}, return_when=asyncio.FIRST_COMPLETED)
            for task in (drained, died):
                task.cancel()
            await delivery.stop()
            place.died.clear()
    return store


@given(
    script=st.lists(st.sampled_from(OUTCOMES), max_size=25),
    cuts=st.sets(st.integers(1, len(LIFE) - 1)),
    brands=st.integers(1, 3),
)
@example(script=["lost", "fine", "refused", "late"], cuts=set(), brands=3)
@example(script=["late", "refused", "fine", "late"], cuts=set(), brands=3)
@settings(max_examples=300, deadline=None)
def test_each_incident_ends_in_one_message_with_each_reply_once(
    script: list[Outcome], cuts: set[int], brands: int
) -> None:
    """Lost, taken or late requests, refusals and deaths: one message at the last revision, each reply once."""
    stories = [[named(notification, f"brand{n}") for notification in LIFE] for n in range(brands)]
    edges = [0, *sorted(cuts), len(LIFE)]
    waves = [[n for story in stories for n in story[a:b]] for a, b in pairwise(edges)]
    place = Place(script)
    store = asyncio.run(tell(place, waves))
    for story in stories:
        incident = story[-1].incident
        (receipt,) = place.standing(incident.id)
        assert place.messages[receipt].revision == incident.revision
        assert place.threads[receipt] == REPLIES
        posting = store.postings[incident.id]
        assert (posting.message, posting.revision, posting.reply_posted) == (receipt, incident.revision, REPLIES[-1])
