"""Moderation model: an item of the queue, and the records that make it what it is.

Records are append-only: an item is the fold of its records in the order of the topic (`moderation.lifecycle`), so that
two people who claim it at once are told apart by which record came first. Instants are epoch milliseconds.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from moderation.policies.model import SEVERITIES, Severity

State = Literal["open", "claimed", "escalated", "decided", "appealed", "withdrawn"]
Outcome = Literal["no action", "hide requested", "author watched", "reported to platform", "reported to police"]

ActResult = Literal["started", "done", "failed"]

OUTCOMES: Final[tuple[Outcome, ...]] = (
    "no action",
    "hide requested",
    "author watched",
    "reported to platform",
    "reported to police",
)
MAX_POSTS: Final = 50
"""Posts of one text whose links an item keeps; further copies are counted."""

MAX_COPIES: Final = 1_000
"""Copies that an item tells apart; further ones change nothing."""

MAX_NOTE: Final = 2_000
CLAIM_MS: Final = 15 * 60_000
"""How long a claim lasts [ms]."""

CARD_MS: Final = 2 * 60_000
"""How long a process that is about to post a card may take, before another looks after it [ms]."""

ACT_MS: Final = 2 * 60_000
"""How long a process that is about to carry a decision out may take, before another does it [ms]."""

MAX_HISTORY: Final = 200


class Post(msgspec.Struct, frozen=True, omit_defaults=True):
    """One post that carries the text of an item."""

    id: int
    """Hash of channel and id, as in `mentions.scored`."""
    channel: str
    author: str
    published_at: int
    url: str = ""
    name: str = ""
    """Its id on the channel; empty where only its link is known."""


class PolicyFinding(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a policy found in the text: how grave, and between which characters."""

    policy: str
    severity: Severity
    spans: tuple[tuple[int, int], ...] = ()


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True, tag_field="type"):
    """What every record says: its own id, its item, and when it was written."""

    id: str
    item: str
    at: int


class Flagged(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A post enters the queue, or joins the item of its text."""

    brand: str
    post: Post
    text: str
    findings: tuple[PolicyFinding, ...] = ()
    version: str
    """Of the scorer and the rules."""
    due_at: int
    language: str = ""
    reported_by: str = ""
    """The person who reported it; empty: the policies flagged it."""
    reason: str = ""
    sampled: bool = False
    """Drawn at random from what no policy flagged, to estimate what is missed."""


class Claimed(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody works on it, until the claim ends."""

    by: str
    until: int


class Released(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody gives a claim back."""

    by: str


class Skipped(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody leaves it to others; it stays in the queue."""

    by: str


class Escalated(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody asks for another person's judgement."""

    by: str
    note: str = ""


class Decided(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The person who claimed it decides."""

    by: str
    outcome: Outcome
    note: str = ""


class Undone(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The person who decided takes the decision back."""

    by: str


class Appealed(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody objects to a decision."""

    by: str
    note: str = ""


class Ruled(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Another person rules on an appeal."""

    by: str
    upheld: bool
    note: str = ""


class Withdrawn(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The post is deleted: there is nothing left to decide."""

    post: int


class Carded(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A process is about to post the item's card in Slack, and then where it stands; the first one posts it."""

    by: str
    """The process."""
    channel: str
    ts: str = ""
    """Of the message; empty: it is about to be posted."""


class Acted(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A process is about to carry a decision out elsewhere, and then what came of it; the first one does it."""

    by: str
    """The process."""
    target: str
    decided_at: int
    """Of the decision, which tells it from one that was undone."""
    result: ActResult
    why: str = ""


AnyRecord = (
    Flagged
    | Claimed
    | Released
    | Skipped
    | Escalated
    | Decided
    | Undone
    | Appealed
    | Ruled
    | Withdrawn
    | Carded
    | Acted
)


class Act(msgspec.Struct, frozen=True):
    """How far a decision is carried out elsewhere."""

    target: str
    decided_at: int
    at: int
    by: str
    result: ActResult


class Card(msgspec.Struct, frozen=True):
    """The item's message in Slack, or who is about to post it."""

    at: int
    by: str
    channel: str
    ts: str = ""


class Step(msgspec.Struct, frozen=True):
    """A line of an item's history."""

    at: int
    by: str
    what: str
    note: str = ""


class Item(msgspec.Struct, frozen=True):
    """An item of the queue: one text about one brand, with all the posts that carry it."""

    id: str
    brand: str
    text: str
    language: str
    findings: tuple[PolicyFinding, ...]
    version: str
    created_at: int
    due_at: int
    posts: tuple[Post, ...]
    copies: int = 1
    """How many posts carry the text."""
    state: State = "open"
    claimed_by: str = ""
    claimed_until: int = 0
    escalated_by: str = ""
    """Who asked for another person's judgement: anybody else may decide."""
    claimed_at: int = 0
    """When it was claimed first; 0: never."""
    decided_by: str = ""
    decided_at: int = 0
    outcome: Outcome | None = None
    ruling: Literal["", "upheld", "overturned"] = ""
    reporters: tuple[str, ...] = ()
    skipped_by: tuple[str, ...] = ()
    sampled: bool = False
    gone: tuple[int, ...] = ()
    """Posts that are deleted."""
    seen: frozenset[int] = frozenset()
    """Posts that are counted in `copies`."""
    history: tuple[Step, ...] = ()
    card: Card | None = None
    acts: tuple[Act, ...] = ()
    """The latest of each target."""

    @property
    def severity(self) -> Severity:
        """Return the highest severity found; reports without a finding are medium."""
        found = [finding.severity for finding in self.findings] + (["medium"] if self.reporters else [])
        return max(found, key=SEVERITIES.index, default="low")

    @property
    def policy(self) -> str:
        """Return the policy that comes first: the most severe; `report` or `sample` where none found anything."""
        return self.findings[0].policy if self.findings else "report" if self.reporters else "sample"

    def holder(self, now: int) -> str:
        """Return who has claimed it at an instant; empty: nobody."""
        return self.claimed_by if self.state in ("claimed", "escalated") and self.claimed_until > now else ""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(AnyRecord).decode


def encode(record: AnyRecord) -> bytes:
    """Return the record as it is stored."""
    return _encode(record)


def decode(raw: bytes) -> AnyRecord:
    """Return a stored record.

    Raises:
        msgspec.DecodeError: it is none.
    """
    record: AnyRecord = _decode(raw)
    return record
