"""Life of an item: what each record changes, or why it changes nothing. Pure.

open → claimed (ends by itself) → decided → appealed → upheld or overturned. A claimed item may be escalated, and is
then open to everybody else. An item all of whose posts are deleted before a decision is withdrawn.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from moderation.model import (
    ACT_MS,
    CARD_MS,
    MAX_COPIES,
    MAX_HISTORY,
    MAX_POSTS,
    Act,
    Acted,
    Appealed,
    Card,
    Carded,
    Claimed,
    Decided,
    Escalated,
    Flagged,
    Item,
    Released,
    Ruled,
    Skipped,
    Step,
    Undone,
    Withdrawn,
)

if TYPE_CHECKING:
    from moderation.model import AnyRecord

NO_SUCH_ITEM: Final = "no such item"
WITHDRAWN: Final = "the post is deleted: there is nothing left to decide"


class Applied(NamedTuple):
    """The item after a record, and why the record changed nothing, where it did not."""

    item: Item | None
    refusal: str = ""


def apply(item: Item | None, record: AnyRecord) -> Applied:
    """Return the item as a record leaves it."""
    if isinstance(record, Flagged):
        return Applied(_created(record) if item is None else _joined(item, record))
    if item is None:
        return Applied(None, NO_SUCH_ITEM)
    if item.state == "withdrawn" and not isinstance(record, Carded | Acted):
        return Applied(item, WITHDRAWN)
    changed = _change(record, item)
    return Applied(item, changed) if isinstance(changed, str) else Applied(changed)


def _created(record: Flagged) -> Item:
    return Item(
        id=record.item,
        brand=record.brand,
        text=record.text,
        language=record.language,
        findings=record.findings,
        version=record.version,
        created_at=record.at,
        due_at=record.due_at,
        posts=(record.post,),
        seen=frozenset((record.post.id,)),
        reporters=(record.reported_by,) if record.reported_by else (),
        sampled=record.sampled,
        history=(Step(record.at, record.reported_by, "reported" if record.reported_by else "flagged", record.reason),),
    )


def _joined(item: Item, record: Flagged) -> Item:
    """Add a copy, or a report of the same text; the same post counts once."""
    if record.reported_by and record.reported_by not in item.reporters:
        item = replace(item, reporters=(*item.reporters, record.reported_by))
        item = _noted(item, record.at, record.reported_by, "reported", record.reason)
    if record.post.id in item.seen or len(item.seen) >= MAX_COPIES:
        return item
    posts = (*item.posts, record.post) if len(item.posts) < MAX_POSTS else item.posts
    item = replace(item, posts=posts, copies=item.copies + 1, seen=item.seen | {record.post.id})
    return replace(item, state="open", claimed_by="") if item.state == "withdrawn" else item


def _noted(item: Item, at: int, by: str, what: str, note: str = "") -> Item:
    return replace(item, history=(*item.history, Step(at, by, what, note))[-MAX_HISTORY:])


@singledispatch
def _change(record: AnyRecord, _item: Item) -> Item | str:
    """Return the changed item, or why it does not change."""
    raise TypeError(f"{type(record).__name__} is no record of the queue")


@_change.register
def _(record: Claimed, item: Item) -> Item | str:
    if item.state not in ("open", "claimed", "escalated"):
        return f"already {item.state}"
    holder = item.holder(record.at)
    if holder and holder != record.by:
        return f"claimed by {holder}"
    if item.escalated_by == record.by:
        return "escalated: another person has to decide"
    state = "escalated" if item.state == "escalated" else "claimed"
    first = item.claimed_at or record.at
    item = replace(item, state=state, claimed_by=record.by, claimed_until=record.until, claimed_at=first)
    return _noted(item, record.at, record.by, "claimed")


@_change.register
def _(record: Released, item: Item) -> Item | str:
    if item.holder(record.at) != record.by:
        return "not claimed by you"
    state = "escalated" if item.state == "escalated" else "open"
    return _noted(replace(item, state=state, claimed_by="", claimed_until=0), record.at, record.by, "released")


@_change.register
def _(record: Skipped, item: Item) -> Item | str:
    if item.state not in ("open", "claimed", "escalated"):
        return f"already {item.state}"
    if item.holder(record.at) == record.by:
        item = replace(item, state="escalated" if item.state == "escalated" else "open", claimed_by="", claimed_until=0)
    if record.by not in item.skipped_by:
        item = replace(item, skipped_by=(*item.skipped_by, record.by))
    return _noted(item, record.at, record.by, "skipped")


@_change.register
def _(record: Escalated, item: Item) -> Item | str:
    if item.holder(record.at) != record.by:
        return "claim it first"
    item = replace(item, state="escalated", escalated_by=record.by, claimed_by="", claimed_until=0)
    return _noted(item, record.at, record.by, "escalated", record.note)


@_change.register
def _(record: Decided, item: Item) -> Item | str:
    if item.state in ("decided", "appealed"):
        return f"already decided by {item.decided_by}"
    if item.holder(record.at) != record.by:
        holder = item.holder(record.at)
        return f"claimed by {holder}" if holder else "claim it first: your claim has ended"
    item = replace(
        item,
        state="decided",
        outcome=record.outcome,
        decided_by=record.by,
        decided_at=record.at,
        claimed_by="",
        claimed_until=0,
    )
    return _noted(item, record.at, record.by, record.outcome, record.note)


@_change.register
def _(record: Undone, item: Item) -> Item | str:
    if item.state != "decided":
        return "not decided"
    if item.decided_by != record.by:
        return f"decided by {item.decided_by}: appeal instead"
    item = replace(item, state="open", outcome=None, decided_by="", decided_at=0, escalated_by="")
    return _noted(item, record.at, record.by, "undone")


@_change.register
def _(record: Appealed, item: Item) -> Item | str:
    if item.state != "decided":
        return "not decided"
    if item.ruling:
        return f"already {item.ruling}"
    return _noted(replace(item, state="appealed"), record.at, record.by, "appealed", record.note)


@_change.register
def _(record: Ruled, item: Item) -> Item | str:
    if item.state != "appealed":
        return "not appealed"
    if item.decided_by == record.by:
        return "you decided it: another person has to rule"
    ruling = "upheld" if record.upheld else "overturned"
    return _noted(replace(item, state="decided", ruling=ruling), record.at, record.by, ruling, record.note)


@_change.register
def _(record: Withdrawn, item: Item) -> Item | str:
    if record.post not in item.seen or record.post in item.gone:
        return "no such post"
    item = replace(item, gone=(*item.gone, record.post))
    if item.state in ("decided", "appealed") or len(item.gone) < len(item.seen):
        return _noted(item, record.at, "", "a post is deleted")
    return _noted(replace(item, state="withdrawn", claimed_by="", text=""), record.at, "", "withdrawn")


@_change.register
def _(record: Carded, item: Item) -> Item | str:
    card = item.card
    if card is not None and card.ts:
        return "the card is posted"
    if card is not None and card.by != record.by and not record.ts and record.at < card.at + CARD_MS:
        return f"{card.by} posts the card"
    at = card.at if card is not None and record.ts else record.at
    return replace(item, card=Card(at, record.by, record.channel, record.ts))


@_change.register
def _(record: Acted, item: Item) -> Item | str:
    known = next((act for act in item.acts if act.target == record.target), None)
    if known is not None and known.decided_at == record.decided_at:
        if known.result != "started":
            return "carried out already"
        if record.result == "started" and known.by != record.by and record.at < known.at + ACT_MS:
            return f"{known.by} carries it out"
    others = tuple(act for act in item.acts if act.target != record.target)
    act = Act(record.target, record.decided_at, record.at, record.by, record.result)
    item = replace(item, acts=(*others, act))
    if record.result == "started":
        return item
    what = {"failed": "act failed"}.get(record.result, "acted")
    return _noted(item, record.at, "", what, ": ".join(filter(None, (record.target, record.why))))
