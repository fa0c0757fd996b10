"""A text as people see it: HTML as the text it shows, entities and mojibake repaired, accents composed.

Collectors pass on what the source sends: statuses of Mastodon are HTML, downloads of Facebook are UTF-8 that was taken
for Latin-1, files of macOS have accents apart from their letters. Matching and scoring read what `clean` returns. Most
texts need nothing, and a few searches for single characters tell.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Final
from unicodedata import is_normalized, normalize

_BLOCKS: Final = "address|article|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|section|table|td|th|tr|ul"
_INLINE: Final = "a|abbr|b|code|del|em|font|i|img|ins|kbd|mark|q|s|small|span|strong|sub|sup|u|wbr"
_is_html = re.compile(rf"</?(?:{_BLOCKS}|{_INLINE})(?:\s[^<>]*)?/?>", re.IGNORECASE).search
_hidden = re.compile(r"<!--|<(?:script|style)\b[^<>]*>", re.IGNORECASE).search
_ends: Final = {
    "<!--": re.compile("-->").search,
    "<scr": re.compile(r"</script\s*>", re.IGNORECASE).search,
    "<sty": re.compile(r"</style\s*>", re.IGNORECASE).search,
}
_break = re.compile(rf"</?(?:{_BLOCKS})(?:\s[^<>]*)?/?>", re.IGNORECASE).sub
_drop = re.compile(rf"</?(?:{_INLINE})(?:\s[^<>]*)?/?>", re.IGNORECASE).sub

_entities = re.compile(r"&#?\w{1,31};").sub
"""Entities end in a semicolon here: `?a=1&copy=2` is a link, and no copyright."""

_CP1252: Final = {
    bytes([code]).decode("cp1252"): code for code in range(0x80, 0xA0) if code not in b"\x81\x8d\x8f\x90\x9d"
}
_LATIN_1: Final = {chr(code): code for code in range(0x80, 0x100)}
_BYTES: Final = _LATIN_1 | _CP1252
_NEXT: Final = f"[\x80-\xbf{''.join(_CP1252)}]"
_sequences = re.compile(
    rf"[\xc2-\xdf]{_NEXT}|[\xe0-\xef]{_NEXT}{{2}}|[\xf0-\xf4]{_NEXT}{{3}}"
    "|\xe2\u20ac\ufffd|\xe2\ufffd\xa4|\xef\xb8\ufffd|\xc3 "
)
_LOST: Final = {"\xe2\u20ac\ufffd": "”", "\xe2\ufffd\xa4": "❤", "\xef\xb8\ufffd": "\ufe0f", "\xc3 ": "à "}
"""Sequences that lost a byte on the way, or had one changed: cp1252 lacks five, and hard spaces become plain ones."""

_mangled = re.compile(f"[\xc2-\xf4](?:{_NEXT}|\ufffd)|\xc3 ").search
"""Finds a letter with which a sequence may begin, and what may follow it there."""

_high = re.compile("[\xa0-\xff]").findall


def clean(text: str) -> str:
    r"""Return the text as people see it; `text` itself where there is nothing to do.

    >>> clean("<p>K&amp;P <a href='https://x.example'>#<span>Fail</span></a></p>"), clean("D\xc3\xa9\xc3\xa7ue")
    ('K&P #Fail', 'Déçue')
    """
    if "<" in text or "&" in text:
        text = _shown(text)
    if text.isascii():
        return text
    if (_suspicious(text) or "ã" in text) and _mangled(text):
        text = _repaired(text)
    if "ﾞ" in text or "ﾟ" in text:
        text = _composed_kana(text)
    return text if is_normalized("NFC", text) else normalize("NFC", text)


def _shown(text: str) -> str:
    """Return what a browser shows. What only looks like a tag (`<3`, `a < b`) stays; escaped tags are tags, too."""
    if "<" in text and _is_html(text):
        text = _rendered(text)
    if "&" not in text or ";" not in text:
        return text
    shown = _entities(lambda found: unescape(found[0]), text)
    if shown == text:
        return text
    return _rendered(shown) if "<" in shown and _is_html(shown) else shown


def _rendered(text: str) -> str:
    return _drop("", _break("\n", _without_hidden(text))).strip()


def _without_hidden(text: str) -> str:
    """Return a text without comments, scripts and styles that end; each character is looked at a few times at most."""
    kept, done, place = [], 0, 0
    endless: set[str] = set()
    while start := _hidden(text, place):
        kind = start[0][:4].lower()
        end = None if kind in endless else _ends[kind](text, start.end())
        if end is None:
            endless.add(kind)
            place = start.end()
            continue
        kept.append(text[done : start.start()])
        done = place = end.end()
    return "".join([*kept, text[done:]])


def _suspicious(text: str) -> bool:
    """Return whether a text holds what accents, quotes, emoji or Cyrillic begin with in UTF-8, as Latin-1 has it."""
    return "Ã" in text or "Â" in text or "â" in text or "ð" in text or "Ð" in text


def _repaired(text: str) -> str:
    """Return mojibake repaired, unless as many accented letters and signs are in no sequence: then all are meant."""
    sequences: list[str] = [found[0] for found in _sequences.finditer(text)]
    inside = sum(len(_high(sequence)) for sequence in sequences)
    if len(_high(text)) - inside >= len(sequences):
        return text
    return _sequences.sub(lambda found: _decoded(found[0]), text)


def _decoded(sequence: str) -> str:
    if sequence in _LOST:
        return _LOST[sequence]
    try:
        return bytes([_BYTES[character] for character in sequence]).decode()
    except UnicodeDecodeError:
        return sequence


_half_width = re.compile("[\uff66-\uff9d][\uff9e\uff9f]").sub


def _composed_kana(text: str) -> str:
    """Return half-width kana with a voicing mark as the one letter that they are."""
    return _half_width(lambda found: normalize("NFKC", found[0]), text)
