"""Guesses which column is which field: proposed to the person, never used in silence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_NAMES: Final = {
    "id": "id identifiant identifier postid mentionid messageid tweetid documentid resourceid reviewid guid uuid nr no "
    "statusid commentid key kennung url link permalink",
    "text": "text texte body content contents message fulltext hitsentence snippet comment commentaire tweet post "
    "caption description review reviewtext contenu verbatim inhalt texto",
    "published_at": "publishedat published date datetime datedepublication createdat created createdutc timestamp time "
    "postedat posted publicationdate datepublication publishdate horodatage datum fecha dateheure",
    "channel": "channel canal source platform plateforme network domain site media sourcename sourcetype kanal",
    "title": "title titre headline subject titel titulo",
    "rating": "rating stars starrating étoiles etoiles",
    "author.id": "author auteur username user screenname handle influencer from autor pseudo",
    "author.followers": "followers followerscount abonnes abonnés",
    "url": "url link permalink lien",
    "lang": "lang language langue",
    "reach": "reach portee portée portéeestimée estimatedreach audience impressions",
    "brand": "brand marque",
    "onset": "onset start begin began debut début beginn from",
    "end": "end ended until fin ende to",
    "kind": "kind type nature verdict",
    "note": "note comment commentaire remarque reason",
    "label": "label sentiment class polarity ton",
}
_NOISE: Final = re.compile(r"[\W_]")
_REMARK: Final = re.compile(r"\([^)]*\)")  # as in "Timestamp (UTC)"


def guess_map(header: Sequence[str], fields: Collection[str], known: Collection[str] = ()) -> dict[str, str]:
    """Return field → column for the fields that no column is called as and that one column might be.

    Args:
        header: the columns.
        fields: the fields to look for.
        known: columns that are fields already.

    >>> guess_map(["Nr", "Texte", "Date de publication", "Canal"], ["id", "text", "published_at", "channel", "lang"])
    {'id': 'Nr', 'text': 'Texte', 'published_at': 'Date de publication', 'channel': 'Canal'}
    """
    free = [name for name in reversed(header) if name not in known]
    columns = {_plain(_REMARK.sub("", name)): name for name in free} | {_plain(name): name for name in free}
    guesses: dict[str, str] = {}
    for field in fields:
        names = _NAMES.get(field, "").split()
        found = next(
            (columns[name] for name in names if name in columns and columns[name] not in guesses.values()), None
        )
        if found is not None:
            guesses[field] = found
    link = next((name for name in header if _plain(name) in {"url", "link", "permalink"}), None)
    if "id" in fields and "id" not in guesses and link is not None:
        guesses["id"] = link  # that it is the post's address, too, takes nothing from it
    return guesses


def _plain(name: str) -> str:
    return _NOISE.sub("", name).lower()


def as_option(mapping: dict[str, str]) -> str:
    """Return a mapping as it stands after `--map` in a shell."""
    text = ",".join(f"{field}={column}" for field, column in mapping.items())
    return text if re.fullmatch(r"[\w=,.-]*", text, re.ASCII) else "'" + text.replace("'", "'\\''") + "'"
