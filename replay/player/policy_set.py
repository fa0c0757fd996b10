"""Policy set: the brands and thresholds of a configuration file, or the built-in ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from config.brands.model import by_group, default_brand
from config.brands.overrides import FOREVER, PolicyInterval
from mentions.watchlist.watchlist import Watchlist

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.incidents.policy import Policy as AlertPolicy
    from config.brands.model import Brand


class PolicySet:
    """Brands with their policies; one that is not among them has the built-in defaults."""

    def __init__(self, brands: Iterable[Brand], watchlist: Watchlist) -> None:
        self.watchlist = watchlist
        self._brands = {brand.name: brand for brand in brands}
        self._groups = by_group(self._brands.values())
        self._built_in = default_brand("built-in defaults")

    @classmethod
    def of(cls, brands: Iterable[Brand]) -> Self:
        """Return the rules of a configuration's brands; mentions of others are unmatched."""
        known = tuple(brands)
        return cls(known, Watchlist([brand.brand_terms(0) for brand in known]))

    @classmethod
    def built_in(cls) -> Self:
        """Return the built-in rules: every brand that a mention names is watched."""
        return cls((), Watchlist.accepting_any())

    def brand(self, name: str) -> Brand:
        """Return a brand as configured, or one with the built-in defaults."""
        return self._brands.get(name, self._built_in)

    def detection_policy(self, brand: str, revision: int, at: int) -> PolicyInterval:
        """Return the detectors' policy of `brand`; a file has one revision only, and nothing overrides it."""
        del revision, at
        return PolicyInterval(self.brand(brand).detect, FOREVER)

    def alert_policy(self, brand: str) -> AlertPolicy:
        """Return the incident policy of `brand`."""
        return self.brand(brand).alert

    def group_members(self, brand: str) -> tuple[str, tuple[str, ...]]:
        """Return the brand's group with all brands that belong to it; ("", ()) for one without."""
        group = self.brand(brand).group or ""
        return group, self._groups.get(group, ())
