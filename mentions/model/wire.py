"""The mention on the hot path: the fields that scoring needs, decoded straight from JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from mentions.model.mention import (
    MAX_CHANNEL,
    MAX_COUNT,
    MAX_COUNTERS,
    MAX_ID,
    MAX_LANG,
    MAX_NAME,
    MAX_RATING,
    MAX_TEXT,
    MAX_TITLE,
    MAX_URL,
)
from mentions.model.placeholders import is_placeholder
from mentions.model.timestamps import parse_timestamp

if TYPE_CHECKING:
    from mentions.model.mention import Author, Mention

Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Title = Annotated[str, Meta(max_length=MAX_TITLE)]
Reference = Annotated[str, Meta(max_length=MAX_ID)]
Rating = Annotated[float, Meta(ge=0, le=MAX_RATING)]
Channel = Annotated[str, Meta(min_length=1, max_length=MAX_CHANNEL)]
Name = Annotated[str, Meta(max_length=MAX_NAME)]
Url = Annotated[str, Meta(max_length=MAX_URL)]
Lang = Annotated[str, Meta(max_length=MAX_LANG)]
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Counts = Annotated[dict[str, Count], Meta(max_length=MAX_COUNTERS)]

_NO_FIELD: Final = "(the instant in ms; not read from JSON)"
"""What no producer names a field, where many name one of their own `published`."""


class WireAuthor(msgspec.Struct, gc=False):
    """The author, as far as known."""

    id: Name | None = None
    name: Name | None = None
    followers: Count | None = None
    created_at: str | int | float | None = None
    verified: bool | None = None

    def __post_init__(self) -> None:
        if self.created_at not in {None, ""}:
            parse_timestamp(self.created_at)


class WireMention(msgspec.Struct, gc=False):
    """A mention as `mentions.model.mention.Mention` accepts it, without unknown fields.

    Decoding accepts a part of what the model does, never more; `mentions.model.decode` asks the model about the rest.
    `None` and "" both mean absent. `published` is `published_at` in milliseconds, whatever the input says there.
    """

    id: Id
    text: Text
    published_at: str | int | float
    channel: Channel
    title: Title | None = None
    kind: Name | None = None
    brand: Name | None = None
    author: Name | WireAuthor | None = None
    url: Url | None = None
    lang: Lang | None = None
    rating: Rating | None = None
    engagement: Count | Counts | None = None
    reach: Count | None = None
    reply_to: Reference | None = None
    thread: Reference | None = None
    revision: Count | None = 0
    deleted: bool | None = False
    source: Name | None = None
    published: int = msgspec.field(default=0, name=_NO_FIELD)

    def __post_init__(self) -> None:
        self.published = parse_timestamp(self.published_at)

    @property
    def whole_text(self) -> str:
        """Return the title and the text; a text that begins with its title has it once."""
        if not self.title or self.text.startswith(self.title):
            return self.text
        return f"{self.title}\n{self.text}".strip()

    @property
    def author_id(self) -> str:
        """Return the author's id, else the name, else "": a name that stands for nobody is left out."""
        author = self.author
        names = (author.id, author.name) if isinstance(author, WireAuthor) else (author,)
        return next((name for name in names if name and not is_placeholder(name)), "")

    @property
    def author_names(self) -> tuple[str, ...]:
        """Return the author's id and name, as far as known."""
        author = self.author
        names = (author.id, author.name) if isinstance(author, WireAuthor) else (author,)
        return tuple(name for name in names if name)

    @property
    def reach_or_followers(self) -> int:
        """Return the larger of reach and followers, 0 when unknown."""
        followers = self.author.followers if isinstance(self.author, WireAuthor) else 0
        return max(self.reach or 0, followers or 0)


class Rejection(msgspec.Struct, frozen=True, gc=False):
    """An invalid entry of a record, with one reason per finding, each starting with the field's name."""

    index: int
    line: bytes
    reasons: tuple[str, ...]


def to_wire(mention: Mention) -> WireMention:
    """Return the mention in its hot-path form."""
    author = mention.author
    return WireMention(
        id=mention.id,
        text=mention.text,
        published_at=mention.published_at.isoformat(),
        channel=mention.channel,
        brand=mention.brand,
        title=mention.title,
        kind=mention.kind,
        author=None if author is None else _to_wire_author(author),
        url=mention.url,
        lang=mention.lang,
        rating=mention.rating,
        engagement=mention.engagement,
        reach=mention.reach,
        reply_to=mention.reply_to,
        thread=mention.thread,
        revision=mention.revision,
        deleted=mention.deleted,
        source=mention.source,
    )


def _to_wire_author(author: Author) -> WireAuthor:
    created = None if author.created_at is None else author.created_at.isoformat()
    return WireAuthor(author.id, author.name, author.followers, created, author.verified)
