"""Selection: which of the brands that read a source an item is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from mentions.cleaning import clean
from mentions.model.decode import Rejection, decode_line
from mentions.watchlist.watchlist import Watchlist

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mentions.watchlist.brand_terms import BrandTerms
    from sources.item import Item


class SourceBrand(NamedTuple):
    """A brand that reads a source, and whether all that it brings is about the brand."""

    terms: BrandTerms
    everything: bool


@dataclass(frozen=True)
class SelectedItem:
    """An item as records of `mentions`, one for each brand; why it is not taken, where it is no mention."""

    records: tuple[bytes, ...] = ()
    brands: tuple[str, ...] = ()  # that the records are about
    rejection: str = ""


class Selection:
    """The brands of one source. Matches as the score stage does; a brand's own posts are left out."""

    def __init__(self, brands: Sequence[SourceBrand], name: str) -> None:
        """Take the brands and the source's name, which the mentions carry as `source`."""
        self._watchlist = Watchlist([brand.terms for brand in brands])
        self._whole = [brand.terms.name for brand in brands if brand.everything]
        self._names = {brand.terms.name for brand in brands if not brand.everything}
        self._source = name[:256]

    def select(self, item: Item, now: int, *, edited: bool = False) -> SelectedItem:
        """Return the records of an item, with the brand that each is about. Pure.

        Args:
            item: what a source brought.
            now: the time [ms]: what claims to be later than a few minutes from now is refused.
            edited: whether it was told before, with another text: it is then a later revision.
        """
        fields = {name: value for name, value in item.mention.items() if name != "revision"}
        fields["source"] = self._source
        if edited:
            fields["revision"] = max(now, item.mention.get("revision") or 0)
        entry = decode_line(msgspec.json.encode(fields), now)
        if isinstance(entry, Rejection):
            return SelectedItem(rejection="; ".join(entry.reasons))
        entry.text = clean(entry.whole_text)
        about = [brand.name for brand in self._watchlist.match(entry).brands if brand.name in self._names]
        for name in self._whole:
            entry.brand = name
            about += [brand.name for brand in self._watchlist.match(entry).brands]
        return SelectedItem(tuple(msgspec.json.encode(fields | {"brand": name}) for name in about), tuple(about))

    def withdraw(self, item: Item, brands: Iterable[str], now: int) -> tuple[bytes, ...]:
        """Return the deletions of an item that is about brands no longer: it was deleted, or says something else."""
        said = {name: item.mention[name] for name in ("id", "channel")}
        published = min(now, item.mention["published_at"])
        fields = said | {"text": "", "published_at": published, "deleted": True, "source": self._source}
        return tuple(msgspec.json.encode(fields | {"brand": name}) for name in brands)
