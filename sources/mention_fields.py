"""Mentions out of what sources send: fields cut to what the contract allows, those that say nothing left out."""

from __future__ import annotations

from typing import Any

from mentions.model.hashing import hash63
from mentions.model.mention import MAX_CHANNEL, MAX_COUNT, MAX_ID, MAX_LANG, MAX_NAME, MAX_TEXT, MAX_TITLE, MAX_URL
from sources.item import Item


def mention(
    name: object,
    text: str,
    published: int,
    channel: str,
    *,
    kind: str | None = None,
    title: str | None = None,
    author: str | None = None,
    author_name: str | None = None,
    followers: object = None,
    author_since: object = None,
    verified: object = None,
    url: str | None = None,
    lang: str | None = None,
    **other: object,
) -> Item:
    """Return an item.

    Args:
        name: the post's id; one that is too long, or no readable text, becomes its digest.
        text: what it says, as people see it.
        published: when it was published, in ms.
        channel: where.
        kind: post, comment, review, article or repost.
        title: its title, with which the text begins: workers of an older version read the text alone.
        author: the author's id or handle.
        author_name: the author's name as shown.
        followers: how many follow the author, where it is a whole number.
        author_since: when the author's account was opened, in ms.
        verified: whether the channel vouches for the author, where it is true or false.
        url: where to read it; left out if it is no address of the web.
        lang: its language.
        other: what else is worth keeping; texts are cut, None is left out.
    """
    person: dict[str, Any] = {"id": _cut(author, MAX_NAME), "name": _cut(author_name, MAX_NAME)}
    person |= {
        "followers": followers if is_count(followers) else None,
        "created_at": author_since if is_count(author_since) else None,
    }
    person["verified"] = verified if isinstance(verified, bool) else None
    fields: dict[str, Any] = {
        "id": _ident(str(name)),
        "title": _cut(title, MAX_TITLE),
        "text": _cut(text, MAX_TEXT) or "",
        "published_at": published,
        "channel": _cut(channel, MAX_CHANNEL) or "web",
        "kind": kind,
        "author": {key: value for key, value in person.items() if value is not None} or None,
        "url": url if url and len(url) <= MAX_URL and _is_link(url) else None,
        "lang": lang if lang and len(lang) <= MAX_LANG and lang.isascii() and lang.isprintable() else None,
        **{key: _cut(value, MAX_NAME) if isinstance(value, str) else value for key, value in other.items()},
    }
    return Item({key: value for key, value in fields.items() if value is not None})


def deletion(name: object, at: int, channel: str) -> Item:
    """Return the deletion of a post, told at an instant [ms]."""
    fields = {"id": _ident(str(name)), "text": "", "published_at": at, "channel": channel, "deleted": True}
    return Item(fields)


def is_count(value: object) -> bool:
    """Return whether a value counts people or clicks."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT


def _ident(name: str) -> str:
    """Return an id that fits; bounded in bytes, too, since thousands of them are remembered."""
    fits = len(name.encode("utf-8", "surrogatepass")) <= MAX_ID and name.isprintable()
    return name if fits else str(hash63(name))


def _is_link(url: str) -> bool:
    return url.startswith(("https://", "http://")) and url.isprintable()


def _cut(value: str | None, length: int) -> str | None:
    """Return a text without what no mention may hold, at most so long; None where nothing is left."""
    if not value:
        return None
    return value.replace("\0", "").encode("utf-8", "replace").decode()[:length].strip() or None
