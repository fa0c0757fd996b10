"""Watchlist: assigns mentions to brands, by the brand they name, else by keywords."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from mentions.model.validation_messages import truncate
from mentions.watchlist.brand_terms import BrandTerms
from mentions.watchlist.masking import Mask
from mentions.watchlist.matcher import Matcher, Terms
from mentions.watchlist.normalise import normalise, normalise_handle
from mentions.watchlist.suggest import NameSuggester

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentions.model.wire import WireMention

__all__ = ["BrandTerms", "Match", "Outcome", "Watchlist"]


class Outcome(Enum):
    """Outcome of matching a mention."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"
    OWN_ACCOUNT = "own account"
    UNKNOWN_BRAND = "unknown brand"


class Match(NamedTuple):
    """The brands of a mention. A mention by one brand's own account may still be about another brand."""

    outcome: Outcome
    brands: tuple[BrandTerms, ...] = ()
    own_account_of: tuple[BrandTerms, ...] = ()  # left out because their own account wrote it
    reason: str = ""  # for UNKNOWN_BRAND


UNMATCHED: Final = Match(Outcome.UNMATCHED)


class Watchlist:
    """The watched brands.

    A mention that names a brand is that brand's, whatever its text says; the name or an alias will do, case and accents
    aside. Any other is of each brand one of whose keywords is in its text as a whole word, or whose query it meets, but
    for exclusions and context: `Matcher.find` has the rules.
    """

    def __init__(self, brands: Sequence[BrandTerms]) -> None:
        """Take the brands.

        Raises:
            ValueError: two brands share a name or an alias.
        """
        self._open = False
        self._brands = list(brands)
        self._by_spelling: dict[str, BrandTerms] = {}
        self._by_name = _by_name(brands)
        self._matcher = Matcher(
            [Terms(brand.search_terms(), brand.exclusions, brand.queries(), brand.context) for brand in brands]
        )
        self._own = {brand.name: frozenset(brand.handles()) for brand in brands if brand.own_accounts}
        self._masks: dict[str, Mask] = {}
        self._nearest = NameSuggester(self._by_name)

    @classmethod
    def accepting_any(cls, known: Sequence[BrandTerms] = ()) -> Self:
        """Return a watchlist on which each distinct `brand` becomes one when first seen, spelled exactly so.

        Mentions of `known` brands match as ever; any other without `brand` is unmatched.
        """
        watchlist = cls(known)
        watchlist._open = True
        return watchlist

    @property
    def brands(self) -> tuple[BrandTerms, ...]:
        """Return the brands, those first seen last."""
        return tuple(self._brands)

    def match(self, mention: WireMention) -> Match:
        """Return the brands of a mention."""
        if mention.brand:
            brand = self._named(mention.brand)
            if brand is not None:
                return self._own_accounts(mention, (brand,))
            if not mention.brand.isspace():
                return Match(Outcome.UNKNOWN_BRAND, reason=self._unknown(mention.brand))
        places = self._matcher.find(mention.text)
        return self._own_accounts(mention, tuple(self._brands[place] for place in places)) if places else UNMATCHED

    def masked(self, text: str, brand: BrandTerms) -> str:
        """Return `text` as the scorer should read it: without the names of `brand`."""
        mask = self._masks.get(brand.name)
        if mask is None:
            mask = self._masks[brand.name] = Mask(brand.names())
        return mask.apply(text)

    def _named(self, name: str) -> BrandTerms | None:
        known = self._by_spelling.get(name)
        if known is None:
            known = self._by_name.get(normalise(name))
            if known is None and self._open and not name.isspace():
                known = self._admit(name)
        return known

    def _admit(self, name: str) -> BrandTerms:
        spelled = name.strip()
        brand = self._by_spelling.get(spelled)
        if brand is None:
            brand = BrandTerms.model_construct(name=spelled)
            self._by_spelling[spelled] = brand
            self._brands.append(brand)
        return brand

    def _own_accounts(self, mention: WireMention, brands: tuple[BrandTerms, ...]) -> Match:
        if not self._own:
            return Match(Outcome.MATCHED, brands)
        names = set(map(normalise_handle, mention.author_names))
        own = tuple(brand for brand in brands if not names.isdisjoint(self._own.get(brand.name, ())))
        others = tuple(brand for brand in brands if brand not in own) if own else brands
        return Match(Outcome.MATCHED if others else Outcome.OWN_ACCOUNT, others, own)

    def _unknown(self, name: str) -> str:
        near = self._nearest.suggest(normalise(name))
        suggestion = f"did you mean {truncate(self._by_name[near].name)}? " if near else ""
        remedy = "Add it to the brands, or leave the field out to match by keyword"
        return f"brand: {truncate(name)} is not watched: {suggestion}{remedy}"


def _by_name(brands: Sequence[BrandTerms]) -> dict[str, BrandTerms]:
    named: dict[str, BrandTerms] = {}
    for brand in brands:
        for name in (brand.name, *brand.aliases):
            other = named.setdefault(normalise(name), brand)
            if other is not brand:
                raise ValueError(
                    f"brand {brand.name!r}: the name or alias {name!r} already means {other.name!r}: use each once"
                )
    return named
