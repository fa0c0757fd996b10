"""Intake: which mentions enter the queue, as which item. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from mentions.model.hashing import hash63
from mentions.model.near_duplicates import text_hash
from mentions.watchlist.normalise import normalise_handle
from moderation.model import Flagged, PolicyFinding, Post
from moderation.policies.model import SEVERITIES, Finding, Reading
from moderation.policies.registry import RULES_VERSION, judge
from moderation.text import FoldedText

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mentions.model.wire import WireMention
    from moderation.model import Item
    from moderation.policies.model import Severity
    from moderation.settings import Moderation

MAX_TEXT: Final = 2_000
"""Characters of a text that an item keeps."""

MAX_ID: Final = 200
"""Characters of a post's own id that an item keeps."""

BLOCK_LIST: Final = "block list"
"""What flags a mention for the brand's own words and authors."""

_WHOLE: Final = 2**63


class ScoredText(NamedTuple):
    """A mention as the hot path reads it."""

    mention: WireMention
    id: int
    """Hash of channel and id."""
    language: str | None
    abuse: float
    scorer: str
    """Its version."""


class Report(NamedTuple):
    """What a person reports."""

    text: str
    """Of the post; empty where only its link is known."""
    link: str
    by: str
    why: str = ""


def item_id(brand: str, text: str) -> str:
    """Return the id of the item of a text about a brand: near-copies share it."""
    digest = hash63(f"{brand}\n{text_hash(text)}")
    return f"{digest:016x}"


def flag(brand: str, settings: Moderation, scored: ScoredText, now: int) -> Flagged | None:
    """Return the record that lets a mention into the queue of a brand; None for one that stays out.

    Args:
        brand: its name.
        settings: what the brand flags.
        scored: the mention.
        now: when it is flagged [ms].
    """
    if not settings.enabled:
        return None
    mention = scored.mention
    authors = set(map(normalise_handle, mention.author_names))
    if authors & _names(settings.allow_authors):
        return None
    reading = Reading(mention.text, scored.language, scored.abuse, settings.abuse_threshold)
    if settings.allow_terms and _pattern(settings.allow_terms).search(reading.folded.folded):
        return None
    findings = _findings(settings, reading, blocked=bool(authors & _names(settings.block_authors)))
    sampled = not findings and hash63(f"sample {scored.id}") < settings.sample_rate * _WHOLE
    if not (findings or sampled):
        return None
    worst: Severity = findings[0].severity if findings else "low"
    return Flagged(
        id=f"flag:{brand}:{scored.id:x}",
        item=item_id(brand, mention.text),
        at=now,
        brand=brand,
        post=Post(
            scored.id,
            mention.channel,
            mention.author_id,
            mention.published,
            mention.url or "",
            str(mention.id)[:MAX_ID],
        ),
        text=mention.text[:MAX_TEXT],
        findings=findings,
        version=f"{scored.scorer}+{RULES_VERSION}",
        due_at=settings.due_at(now, worst),
        language=scored.language or "",
        sampled=sampled,
    )


def report(brand: str, settings: Moderation, given: Report, items: Iterable[Item], now: int) -> Flagged:
    """Return the record that lets what a person reports into the queue of a brand.

    A link whose post is in the queue already joins its item; of any other link nothing but the link is known.
    """
    known = _reported_item(brand, given.link, items)
    text = given.text or (known.text if known else given.link)
    findings = (
        known.findings
        if known
        else _findings(settings, Reading(text, None, 0.0, settings.abuse_threshold), blocked=False)
    )
    item = known.id if known else item_id(brand, text) if given.text else _link_id(brand, given.link)
    worst: Severity = findings[0].severity if findings else "medium"
    site = urlsplit(given.link).hostname or "report"
    return Flagged(
        id=f"report:{item}:{given.by}",
        item=item,
        at=now,
        brand=brand,
        post=known.posts[0] if known else Post(hash63(given.link or text), site, "", now, given.link),
        text=text[:MAX_TEXT],
        findings=findings,
        version=f"report+{RULES_VERSION}",
        due_at=settings.due_at(now, worst),
        reported_by=given.by,
        reason=given.why,
    )


def _reported_item(brand: str, link: str, items: Iterable[Item]) -> Item | None:
    """Return the item that holds the post of a link."""
    return next(
        (one for one in items if link and one.brand == brand and any(post.url == link for post in one.posts)), None
    )


def _link_id(brand: str, link: str) -> str:
    digest = hash63(f"{brand}\nlink {link}")
    return f"{digest:016x}"


def _findings(settings: Moderation, reading: Reading, *, blocked: bool) -> tuple[PolicyFinding, ...]:
    found = [
        PolicyFinding(name, finding.severity, tuple((span.start, span.end) for span in finding.spans))
        for name, finding in judge(reading, settings.policies).items()
    ]
    own = _own_finding(settings, reading, blocked=blocked)
    if own:
        found.append(PolicyFinding(BLOCK_LIST, own.severity, tuple((span.start, span.end) for span in own.spans)))
    return tuple(sorted(found, key=lambda finding: -SEVERITIES.index(finding.severity)))


def _own_finding(settings: Moderation, reading: Reading, *, blocked: bool) -> Finding | None:
    words = _pattern(settings.block_terms).finditer(reading.folded.folded) if settings.block_terms else ()
    spans = tuple(reading.folded.span(*word.span()) for word in words)
    return Finding("medium", spans) if spans or blocked else None


@lru_cache(1_000)
def _names(authors: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(normalise_handle, authors))


@lru_cache(1_000)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(re.escape(FoldedText(term).folded).replace(r"\ ", r"\W+") for term in terms)
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")
