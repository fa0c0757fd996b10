"""The mention: one post about a brand, as producers must send it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema, model_validator

from mentions.model.timestamps import EPOCH, MILLISECOND, parse_timestamp

MAX_ID: Final = 256
MAX_TEXT: Final = 100_000
MAX_TITLE: Final = 1_000
MAX_NAME: Final = 256
MAX_CHANNEL: Final = 100
MAX_URL: Final = 2_048
MAX_LANG: Final = 35  # as long as a BCP 47 tag gets
MAX_COUNT: Final = 2**53
MAX_COUNTERS: Final = 50
MAX_RATING: Final = 10


def _clean(value: object) -> object:
    """Refuse NUL, which terminals and databases choke on, and lone surrogates, which have no UTF-8."""
    if not isinstance(value, str):
        return value
    if "\0" in value:
        raise ValueError(f"holds a NUL (U+0000) at character {value.index(chr(0))}: remove it")
    if not _encodable(value):
        raise ValueError("holds a lone surrogate: cut texts between characters, not within an emoji")
    return value


def _identifier(value: object) -> object:
    """Take a whole number as its digits: many sources number their posts."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _clean(value)


def _absent(value: object) -> object:
    """Take an empty text as absent, as spreadsheets write it."""
    return None if value == "" else _clean(value)


def _reference(value: object) -> object:
    return _absent(_identifier(value))


def _author(value: object) -> object:
    """Take a bare name or number as the author's id."""
    bare = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    return {"id": value} if bare else _absent(value)


def _whole(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(f"must be a whole number, got {str(value).lower()}")  # noqa: TRY004  pydantic wants ValueError
    return value


def _optional_whole(value: object) -> object:
    return None if value == "" else _whole(value)


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(f"must be a number, got {str(value).lower()}")  # noqa: TRY004  pydantic wants ValueError
    return None if value == "" else value


def _revision(value: object) -> object:
    """Take the time of an edit as its milliseconds, and what is absent as the first version."""
    if value is None or value == "":
        return 0
    return parse_timestamp(value) if isinstance(value, str) and not value.isdecimal() else _whole(value)


def _flag(value: object) -> object:
    return False if value is None or value == "" else value


def _published(value: object) -> datetime:
    return EPOCH + parse_timestamp(value) * MILLISECOND


def _instant(value: object) -> datetime | None:
    return None if value is None or value == "" else _published(value)


def _engagement(value: object) -> object:
    if isinstance(value, dict) and len(value) > MAX_COUNTERS:
        raise ValueError(f"has {len(value)} counters: at most {MAX_COUNTERS}")
    return None if value == "" else value


def _source_form(value: object) -> str:
    return "named" if isinstance(value, dict) else "sum"


Name = Annotated[Annotated[str, Field(max_length=MAX_NAME)] | None, BeforeValidator(_absent)]
Count = Annotated[int, Field(ge=0, le=MAX_COUNT), BeforeValidator(_whole)]
OptionalCount = Annotated[Annotated[int, Field(ge=0, le=MAX_COUNT)] | None, BeforeValidator(_optional_whole)]
Engagement = Annotated[
    Annotated[Annotated[Count, Tag("sum")] | Annotated[dict[str, Count], Tag("named")], Discriminator(_source_form)]
    | None,
    BeforeValidator(_engagement),
]
_INSTANT_SCHEMA: Final = [{"type": "string", "format": "date-time"}, {"type": "number"}]
Instant = Annotated[datetime, BeforeValidator(_published), WithJsonSchema({"anyOf": _INSTANT_SCHEMA})]
OptionalInstant = Annotated[
    datetime | None, BeforeValidator(_instant), WithJsonSchema({"anyOf": [*_INSTANT_SCHEMA, {"type": "null"}]})
]
Reference = Annotated[Annotated[str, Field(max_length=MAX_ID)] | None, BeforeValidator(_reference)]
OptionalFlag = Annotated[
    bool, BeforeValidator(_flag), WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "null"}]})
]


class StrictModel(BaseModel):
    """Base model: frozen, keeps unknown fields."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    @property
    def extra(self) -> dict[str, Any]:
        """Return the unknown fields, as received."""
        return self.model_extra or {}

    @model_validator(mode="after")
    def _extra_is_text(self) -> Self:
        for name, value in self.extra.items():
            if not _encodable(name) or not _encodable(value):
                raise ValueError(f"{ascii(name)[:60]} holds a lone surrogate: cut texts between characters")
        return self


class Author(StrictModel):
    """The author, as far as known."""

    id: Annotated[Annotated[str, Field(max_length=MAX_NAME)] | None, BeforeValidator(_reference)] = Field(
        default=None, description="The author's id or handle on the channel. A number is taken as its digits."
    )
    name: Name = Field(default=None, description="The author's name as shown.")
    followers: OptionalCount = Field(default=None, description="How many follow the author. [people]")
    created_at: OptionalInstant = Field(default=None, description="When the account was opened, as `published_at`.")
    verified: Annotated[bool | None, BeforeValidator(_absent)] = Field(
        default=None, description="Whether the channel vouches for the author."
    )


class Mention(StrictModel):
    """One post about a brand. Unknown fields are kept in `extra`.

    A text is what the channel shows: it may be empty (a picture alone), and may not hold NUL or lone surrogates.
    """

    id: Annotated[str, Field(min_length=1, max_length=MAX_ID), BeforeValidator(_identifier)] = Field(
        description="The post's id, unique on its channel: the same id again is the same post. "
        "A number is taken as its digits."
    )
    text: Annotated[str, Field(max_length=MAX_TEXT), BeforeValidator(_clean)] = Field(description="The post's words.")
    title: Annotated[Annotated[str, Field(max_length=MAX_TITLE)] | None, BeforeValidator(_absent)] = Field(
        default=None, description="Its title; searched, scored and shown before the text."
    )
    published_at: Instant = Field(
        description="When it was published: ISO 8601 with Z or an offset, or epoch seconds or milliseconds, "
        "or a form of mail, X and Unix that names its zone; from 2000 on."
    )
    channel: Annotated[str, Field(min_length=1, max_length=MAX_CHANNEL), BeforeValidator(_clean)] = Field(
        description='Where it was published: "twitter", "news", a forum\'s name.'
    )
    kind: Name = Field(
        default=None, description="post, comment, review, article or repost; any other word counts as left out."
    )
    brand: Name = Field(default=None, description="The brand's name or alias. Left out: found by the brands' keywords.")
    author: Annotated[Author | None, BeforeValidator(_author)] = Field(
        default=None, description="Who wrote it: {id, name, followers, created_at, verified}, or the id alone."
    )
    url: Annotated[Annotated[str, Field(max_length=MAX_URL)] | None, BeforeValidator(_absent)] = Field(
        default=None, description="Where to read it. Not checked."
    )
    lang: Annotated[Annotated[str, Field(max_length=MAX_LANG)] | None, BeforeValidator(_absent)] = Field(
        default=None,
        description='Its language: "fr", "fr-CA", "fra" or "French". Left out, or not understood: detected.',
    )
    rating: Annotated[Annotated[float, Field(ge=0, le=MAX_RATING)] | None, BeforeValidator(_number)] = Field(
        default=None, description="Stars of a review, on the channel's scale."
    )
    engagement: Engagement = Field(
        default=None,
        description="Likes, shares and comments, as a sum or by name. Kept; never used for detection, "
        "because it grows after the moment of scoring. [interactions]",
    )
    reach: OptionalCount = Field(default=None, description="How many people it is estimated to have reached. [people]")
    reply_to: Reference = Field(default=None, description="The id of the post that it answers.")
    thread: Reference = Field(default=None, description="What tells its conversation from others, such as an id.")
    revision: Annotated[int, Field(ge=0, le=MAX_COUNT), BeforeValidator(_revision)] = Field(
        default=0,
        description="Which version of the post it is: a number that grows with each edit, or the time of the edit. "
        "Left out: the first.",
    )
    deleted: OptionalFlag = Field(
        default=False, description="true: the post was deleted. Its text may be empty, and is not read."
    )
    source: Name = Field(default=None, description="Which collector brought it.")


def _encodable(value: object) -> bool:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return False
    if isinstance(value, dict):
        return all(_encodable(key) and _encodable(part) for key, part in value.items())
    return all(map(_encodable, value)) if isinstance(value, list) else True
