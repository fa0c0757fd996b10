"""Items: what a source brings, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from mentions.model.hashing import hash63

Position = dict[str, Any]
"""How far a source is read, as JSON; what is in it is the source's own business."""


DELETED: Final = -1
"""Stands for the digest of what a deleted post says."""


class Item(NamedTuple):
    """One post, as a mention that has no brand yet."""

    mention: dict[str, Any]
    dated: bool = True  # else it was published when it is first seen, if it is not from before that

    @property
    def id(self) -> str:
        """Return the id that the source gives it."""
        return str(self.mention["id"])

    @property
    def deleted(self) -> bool:
        """Return whether the post was deleted."""
        return self.mention.get("deleted") is True

    @property
    def revision(self) -> int:
        """Return a digest of what it says: another one under the same id is an edit."""
        return DELETED if self.deleted else hash63(str(self.mention.get("text")))


@dataclass(frozen=True)
class Page:
    """What one request brought, and where to go on."""

    items: list[Item]
    position: Position = field(default_factory=dict)
    more: bool = False  # there is more to fetch at once
    wait: float = 0.0  # seconds that the source asks to wait before the next request
    notice: str = ""  # what a person should know, such as a gap


class SourceError(Exception):
    """A source that did not bring what it should; the message names the cause and the remedy, and no secret."""

    def __init__(self, reason: str, *, retry_after: float = 0.0, permanent: bool = False, status: int = 0) -> None:
        """Take the reason.

        Args:
            reason: what was wrong, for people.
            retry_after: seconds before which it wants no other request.
            permanent: only a person can mend it; it is tried again rarely.
            status: the HTTP status, where there was one.
        """
        super().__init__(reason)
        self.retry_after = retry_after
        self.permanent = permanent
        self.status = status
