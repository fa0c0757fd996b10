"""Hashtags and handles as the words they are made of: #BoycottAcme, @acme_help, #acmegate, #Acme2026."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_PREFIXES: Final = "boycott|boycottons|stop|anti|no|fuck|cancel|delete|justicefor|shameon|balance|merci|team|love|ilove"
_SUFFIXES: Final = (
    "gate|fail|fails|down|outage|scam|sucks|boycott|crisis|leak|strike|scandal|scandale|arnaque|enpanne|panne|"
    "help|helps|care|cares|support|service|services|official|officiel|news|app|uk|us|usa|fr|france|hq|team"
)
_SHORTEST: Final = 4
"""Letters of what is left of a tag in small letters without its affix: "#nogate" is about nothing."""

_find = re.compile(r"[#@](\w{4,100})").findall
_after_prefix = re.compile(rf"({_PREFIXES})([^\W\d_]{{{_SHORTEST},}})").fullmatch
_before_suffix = re.compile(rf"([^\W\d_]{{{_SHORTEST},}})({_SUFFIXES})").fullmatch
_digits = re.compile(r"(?<=[^\W\d])(?=\d)|(?<=\d)(?=[^\W\d])").sub
_query = re.compile(r"(https?://[^\s?#]+)\?\S*")


def with_tag_words(text: str) -> tuple[str, str]:
    r"""Return a text without what follows `?` in its links, and the words of its hashtags and handles.

    >>> with_tag_words("late again #BoycottAcme")
    ('late again #BoycottAcme', '\nBoycott Acme')
    """
    if "?" in text and "://" in text:
        text = _query.sub(r"\1", text)
    if "#" not in text and "@" not in text:
        return text, ""
    return text, "".join(map(tag_words, _find(text)))


@lru_cache(maxsize=16_384)
def tag_words(tag: str) -> str:
    r"""Return the words of a tag, given without its mark, each reading behind a line break; "" where it is one word.

    >>> tag_words("USAirwaysFail"), tag_words("acme_help"), tag_words("acmegate"), tag_words("acme")
    ('\nUS Airways Fail', '\nacme help', '\nacme gate', '')
    >>> tag_words("AcmeFail2026")
    '\nAcme Fail2026\nAcmeFail 2026\nAcme Fail 2026'
    """
    found = dict.fromkeys(_readings(tag))
    found |= dict.fromkeys(_digits(" ", reading) for reading in [tag, *found])
    return "".join(f"\n{reading}" for reading in found if reading != tag)


def _readings(tag: str) -> list[str]:
    """Return what a tag may say: by its capitals and underscores, or in small letters by a known word at an end."""
    if not tag.islower() or "_" in tag:
        return [_by_case(tag)]
    return [f"{found[1]} {found[2]}" for found in (_after_prefix(tag), _before_suffix(tag)) if found]


def _by_case(tag: str) -> str:
    """Return a tag with its words apart, as capitals and underscores show them."""
    words: list[str] = []
    for place, letter in enumerate(tag):
        if letter == "_":
            words.append(" ")
            continue
        before, after = tag[place - 1 : place], tag[place + 1 : place + 2]
        begins = letter.isupper() and (not before.isupper() or after.islower()) and before not in {"", "_"}
        words.append(f" {letter}" if begins else letter)
    return " ".join("".join(words).split())
