"""Pages of the moderation queue: threats and doxxing call the people on call, by an incident; nothing else does. Pure.

One page for each brand and half hour of publication: the id of the action is the half hour, and triage applies an id
once. So a wave of threats is one incident, whichever process flags them and however often; all are in the queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.incidents.model import Action
from alerts.rendering.escaping import clean, clip, safe_url
from moderation.policies.registry import POLICIES

if TYPE_CHECKING:
    from detectors.model.signal_text import Language
    from moderation.model import Flagged

PAGE_EVERY: Final = 30 * 60_000
"""Length of the stretch in which a brand is paged once [ms]."""

LATE: Final = 2 * 3_600_000
"""A post that was published longer ago pages nobody: it is in the queue [ms]."""

ACTOR: Final = "tocsin moderation"

_TEXTS: Final[dict[Language, str]] = {
    "en": "Moderation: {policy} on {channel}. The text is in the queue only: item {item}.",
    "fr": "Modération : {policy} sur {channel}. Le texte est dans la file seulement : élément {item}.",
}


def page_of(record: Flagged, language: Language, web_url: str = "") -> Action | None:
    """Return the action that pages about what enters the queue; None for what wakes nobody.

    Args:
        record: by which it enters.
        language: of the brand's alerts.
        web_url: where the pages are; without them the incident links to the post.
    """
    policy = next((POLICIES[one.policy] for one in record.findings if one.policy in POLICIES), None)
    published = record.post.published_at
    if policy is None or not policy.pages or record.at - published > LATE:
        return None
    text = _TEXTS[language].format(
        policy=policy.label[language], channel=clip(clean(record.post.channel), 40), item=record.item[:8]
    )
    return Action(
        id=f"moderation:{record.brand}:{published // PAGE_EVERY}",
        brand=record.brand,
        kind="page",
        actor=ACTOR,
        at=record.at,
        text=text,
        link=f"{web_url.rstrip('/')}/moderation/{record.item}" if web_url else safe_url(record.post.url),
    )
