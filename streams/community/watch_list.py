"""Watch list: authors whom a brand wants to hear of while an incident is open. Pure.

An author of the list who writes about the brand between two hours before its incident opened and its end becomes a
note on the incident, which its thread in Slack and its page show: once for each author and incident.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.incidents.model import Action
from alerts.rendering.escaping import clean, clip, safe_url
from mentions.model.decode import Rejection, decode_record
from mentions.watchlist.normalise import normalise_handle

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from alerts.incidents.model import Incident
    from detectors.model.signal_text import Language
    from mentions.watchlist.watchlist import Watchlist
    from streams.community.stage import SourceRecord

BEFORE: Final = 2 * 3_600_000
"""How long before an incident opened a post counts [ms]."""

ACTOR: Final = "tocsin community"
NAME_CHARS: Final = 60

_TEXTS: Final[dict[Language, str]] = {
    "en": "On the watch list: {author} writes about it on {channel}.",
    "fr": "Sur la liste de suivi : {author} en parle sur {channel}.",
}


class Sighting(NamedTuple):
    """A post by an author of a watch list."""

    brand: str
    author: str  # as normalised
    name: str  # as written
    channel: str
    url: str
    published: int  # ms


def sightings(
    records: Iterable[SourceRecord], watchlist: Watchlist, lists: Mapping[str, Collection[str]]
) -> Iterator[Sighting]:
    """Yield the posts about brands by authors of their lists; `lists` holds normalised names, by brand."""
    wanted = {name for names in lists.values() for name in names}
    for record in records if wanted else ():
        for mention in decode_record(record.value, record.arrived):
            if isinstance(mention, Rejection) or mention.deleted:
                continue
            found = [name for name in mention.author_names if normalise_handle(name) in wanted]
            for brand in watchlist.match(mention).brands if found else ():
                named = [name for name in found if normalise_handle(name) in lists.get(brand.name, ())]
                if named:
                    key, url = normalise_handle(named[0]), mention.url or ""
                    yield Sighting(brand.name, key, named[0], mention.channel, url, mention.published)


def notes_on(
    found: Iterable[Sighting], incidents: Iterable[Incident], languages: Mapping[str, Language], now: int
) -> list[Action]:
    """Return the notes that open incidents get; an id that is known already changes nothing."""
    posts = list(found)
    notes: dict[str, Action] = {}
    for incident in incidents if posts else ():
        if incident.status == "resolved" or incident.kind:
            continue
        for post in posts:
            if post.brand in incident.all_brands and post.published >= incident.opened_at - BEFORE:
                key = f"watch:{incident.id}:{post.author}"
                notes.setdefault(key, _note(key, incident, post, languages.get(post.brand, "en"), now))
    return list(notes.values())


def _note(key: str, incident: Incident, post: Sighting, language: Language, now: int) -> Action:
    author, channel = (clip(clean(text), NAME_CHARS) for text in (post.name, post.channel))
    text = _TEXTS[language].format(author=author, channel=channel)
    link = safe_url(post.url)
    return Action(key, incident.brand, "note", ACTOR, now, incident.id, text=f"{text} {link}".strip())
