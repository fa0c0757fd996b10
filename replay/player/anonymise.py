"""Anonymises a recording: authors, handles, ids and addresses become stable pseudonyms."""

from __future__ import annotations

import re
from collections import defaultdict
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.structs import replace

from alerts.incidents.model import Action
from mentions.model.batches import EXCERPT_CHARS
from mentions.model.decode import Rejection, decode_line
from mentions.readers.external_sort import DiskBuffer
from mentions.watchlist.normalise import normalise
from streams.recording.format import ActionEntry, ConfigEntry, Entry, Header, MentionsEntry, ScoredEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mentions.model.batches import Change
    from mentions.model.wire import WireMention

_HANDLE: Final = re.compile(r"(?<![\w@])@[\w.\-]+(?:@[\w.\-]+)?", re.UNICODE)
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+|[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+", re.IGNORECASE)
_SLACK_ID: Final = re.compile(r"\b[USW][A-Z0-9]{6,}\b")
_WORD: Final = re.compile(r"\w+")
_NAME_CHARS: Final = 3
"""A name shorter than this is not looked for in texts: it is in too many words. As a handle it always is."""

_WRITTEN: Final = ("text", "reason", "comment", "term")
"""The fields of an action that people write."""

Known = dict[str, list[str]]
"""The authors' names by their first word."""


class Pseudonyms:
    """Names by a keyed hash: the same for the same author; without the key nobody can tell whose."""

    def __init__(self, key: bytes, kept: Iterable[str] = ()) -> None:
        """Take the key [16 to 64 bytes] and the words that stay, such as the brands' own names and accounts."""
        self._key = key
        self._kept = frozenset(normalise(word).removeprefix("@").strip() for word in kept)

    def name(self, original: str, kind: str = "author") -> str:
        """Return the pseudonym of a name; a handle and a bare name, in any case, have the same."""
        return f"{kind}_{self._hash(original.strip().removeprefix('@').casefold(), 6)}"

    def slack_id(self, original: str) -> str:
        """Return the pseudonym of a Slack id, an id again."""
        return original[:1] + self._hash(original, 5).upper()

    def address(self, original: str) -> str:
        """Return an address in its place that leads nowhere."""
        return f"https://example.invalid/{self._hash(original, 8)}"

    def number(self, original: int) -> int:
        """Return a digest in a digest's place: equal ones stay equal."""
        return int(self._hash(str(original), 7), 16)

    def text(self, text: str, names: Iterable[str] = ()) -> str:
        """Return a text without addresses, handles and the given names."""
        text = _ADDRESS.sub(lambda found: self.address(found[0]), text)
        text = _HANDLE.sub(self._handle, text)
        for name in sorted({name.strip() for name in names}, key=len, reverse=True):
            bare = name.removeprefix("@")
            if len(bare) >= _NAME_CHARS and normalise(bare).strip() not in self._kept:
                text = re.sub(re.escape(bare), self.name(bare), text, flags=re.IGNORECASE)
        return text

    def _handle(self, found: re.Match[str]) -> str:
        return found[0] if normalise(found[0]).removeprefix("@").strip() in self._kept else f"@{self.name(found[0])}"

    def _hash(self, original: str, size: int) -> str:
        return blake2b(original.encode("utf-8", "surrogatepass"), digest_size=size, key=self._key).hexdigest()


def anonymise(header: Header, entries: Iterable[Entry], key: bytes) -> tuple[Header, Iterator[Entry]]:
    """Return a recording that names nobody: the same incidents at the same instants, under other names.

    Kept are the words of the texts, times, channels, brands and numbers. Fields of a mention that Tocsin does not read
    are dropped. What people wrote in notes is kept but for the names in it: read a recording before you pass it on.
    The entries are read at once and wait on disk; in memory are the authors' names, each once.
    """
    kept, authors = set(header.brands), set[str]()
    waiting = DiskBuffer[Entry](Entry)
    for entry in entries:
        waiting.add(entry)
        authors.update(_authors(entry))
        if isinstance(entry, ConfigEntry):
            kept.update(_words(entry))
    names = Pseudonyms(key, kept)
    known: dict[str, list[str]] = defaultdict(list)
    for name in authors:
        if word := _WORD.search(name.casefold()):
            known[word[0]].append(name)
    return replace(header, anonymised=True), (_masked(entry, names, known) for entry in waiting)


def _words(entry: ConfigEntry) -> list[str]:
    """Return what a brand is called and found by."""
    brand = entry.brand or {}
    keys = ("aliases", "keywords", "own_accounts")
    return [entry.name, *(word for key in keys for word in brand.get(key, ()))]


def _authors(entry: Entry) -> Iterator[str]:
    if isinstance(entry, ScoredEntry):
        yield from entry.batch.authors
        yield from (change.author for change in entry.batch.changes)
    if isinstance(entry, MentionsEntry):
        for line in entry.lines:
            mention = decode_line(line.encode(), None)
            if not isinstance(mention, Rejection):
                yield from mention.author_names


def _masked(entry: Entry, names: Pseudonyms, known: Known) -> Entry:
    if isinstance(entry, ScoredEntry):
        return _judged(entry, names, known)
    if isinstance(entry, MentionsEntry):
        return replace(entry, lines=[_line(line, names, known) for line in entry.lines])
    if isinstance(entry, ActionEntry):
        action = _acted(msgspec.to_builtins(entry.action), names, known)
        return replace(entry, action=msgspec.convert(action, Action))
    if isinstance(entry, ConfigEntry) and entry.brand is not None:
        masked = _SLACK_ID.sub(lambda found: names.slack_id(found[0]), msgspec.json.encode(entry.brand).decode())
        return replace(entry, brand=msgspec.json.decode(masked))
    return entry


def _acted(values: dict[str, Any], names: Pseudonyms, known: Known) -> dict[str, Any]:
    """Return what a person did, with a pseudonym for the person and for the act; also within what is nested in it."""
    masked = dict(values)
    for key, value in values.items():
        if isinstance(value, dict):
            masked[key] = _acted(value, names, known)
        elif isinstance(value, str) and key in _WRITTEN:
            masked[key] = _note(value, names, known)
        elif value and key in ("actor", "created_by", "id"):
            masked[key] = names.slack_id(value) if key != "id" else names.name(value, "action")
    return masked


def _note(text: str, names: Pseudonyms, known: Known) -> str:
    return _SLACK_ID.sub(lambda found: names.slack_id(found[0]), _text(text, names, known))


def _text(text: str, names: Pseudonyms, known: Known) -> str:
    """Return a text without any author's name that is in it."""
    words = {found[0] for found in _WORD.finditer(text.casefold())}
    return names.text(text, [name for word in words & known.keys() for name in known[word]])


def _judged(entry: ScoredEntry, names: Pseudonyms, known: Known) -> ScoredEntry:
    batch = entry.batch
    texts = [_text(text, names, known) for text in batch.excerpts]
    masked = replace(
        batch,
        ids=[names.number(id_) for id_ in batch.ids],
        authors=[names.name(author) if author else "" for author in batch.authors],
        text_hashes=[names.number(like) for like in batch.text_hashes],
        excerpts=[text[:EXCERPT_CHARS] for text in texts],
        urls=[names.address(url) if url else "" for url in batch.urls],
        changes=[_change(change, names, known) for change in batch.changes],
    )
    return replace(entry, batch=masked)


def _change(change: Change, names: Pseudonyms, known: Known) -> Change:
    return replace(
        change,
        id=names.number(change.id),
        author=names.name(change.author) if change.author else "",
        text_hash=names.number(change.text_hash),
        excerpt=_text(change.excerpt, names, known)[:EXCERPT_CHARS],
        url=names.address(change.url) if change.url else "",
    )


def _line(line: str, names: Pseudonyms, known: Known) -> str:
    mention = decode_line(line.encode(), None)
    return "" if isinstance(mention, Rejection) else msgspec.json.encode(_fields(mention, names, known)).decode()


def _fields(mention: WireMention, names: Pseudonyms, known: Known) -> dict[str, Any]:
    fields = {
        "id": names.name(f"{mention.channel} {mention.id}", "id"),
        "text": _text(mention.text, names, known),
        "published_at": mention.published,
        "title": _text(mention.title, names, known) if mention.title else None,
        "channel": mention.channel,
        "kind": mention.kind,
        "brand": mention.brand,
        "author": _author(mention, names),
        "url": names.address(mention.url) if mention.url else None,
        "lang": mention.lang,
        "rating": mention.rating,
        "reach": mention.reach_or_followers or None,
        "revision": mention.revision or None,
        "deleted": mention.deleted or None,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _author(mention: WireMention, names: Pseudonyms) -> dict[str, str] | None:
    return {"id": names.name(mention.author_id)} if mention.author_id else None
