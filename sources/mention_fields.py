"""Mentions out of what sources send: fields cut to what the contract allows, those that say nothing left out."""

from __future__ import annotations

from typing import Any

from mentions.model.hashing import hash63
from mentions.model.mention import MAX_CHANNEL, MAX_ID, MAX_LANG, MAX_NAME, MAX_TEXT, MAX_URL
from sources.item import Item


def mention(
    name: object,
    text: str,
    published: int,
    channel: str,
    *,
    author: str | None = None,
    author_name: str | None = None,
    followers: object = None,
    url: str | None = None,
    lang: str | None = None,
    **other: object,
) -> Item:
    """Return an item.

    Args:
        name: the post's id; one that is too long becomes its digest.
        text: what it says, as people see it.
        published: when it was published, in ms.
        channel: where.
        author: the author's id or handle.
        author_name: the author's name as shown.
        followers: how many follow the author, where it is a whole number.
        url: where to read it.
        lang: its language.
        other: what else is worth keeping; None is left out.
    """
    ident = str(name)
    person: dict[str, Any] = {"id": _cut(author, MAX_NAME), "name": _cut(author_name, MAX_NAME)}
    if isinstance(followers, int) and not isinstance(followers, bool) and followers >= 0:
        person["followers"] = followers
    fields: dict[str, Any] = {
        "id": ident if len(ident) <= MAX_ID else str(hash63(ident)),
        "text": _cut(text, MAX_TEXT) or "",
        "published_at": published,
        "channel": _cut(channel, MAX_CHANNEL) or "web",
        "author": {key: value for key, value in person.items() if value is not None} or None,
        "url": url if url and len(url) <= MAX_URL else None,
        "lang": lang if lang and len(lang) <= MAX_LANG else None,
        **other,
    }
    return Item({key: value for key, value in fields.items() if value is not None})


def _cut(value: str | None, length: int) -> str | None:
    """Return a text without what no mention may hold, at most so long; None where nothing is left."""
    if not value:
        return None
    return value.replace("\0", "").encode("utf-8", "replace").decode()[:length].strip() or None
