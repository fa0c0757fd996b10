"""View of the configured brands, followed from the compacted topic `brands`: a change needs no restart."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import structlog

from config.brands.model import by_group, default_brand
from config.brands.overrides import BrandWithOverrides
from config.brands.wire import decode_with_overrides, unknown_keys
from mentions.watchlist.watchlist import Watchlist
from streams.kafka import compacted_topic

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from alerts.incidents.policy import Policy as AlertPolicy
    from config.brands.model import Brand
    from config.brands.overrides import PolicyInterval
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

log = structlog.get_logger(__name__)

KEPT_REVISIONS: Final = 16
REVISION_TIMEOUT: Final = 5.0  # seconds to wait for a revision that a batch names; after that the latest known serves


BUILT_IN: Final = BrandWithOverrides(default_brand("built-in defaults"))


class BrandRegistry:
    """The brands by name with their latest revisions. A revision is the offset of the brand's record in `brands`."""

    def __init__(self, *, defaults: bool = False) -> None:
        self._defaults = defaults
        self._revisions: dict[str, OrderedDict[int, BrandWithOverrides]] = {}
        self._groups: dict[str, tuple[str, ...]] = {}
        self._ready = asyncio.Event()
        self._changed = asyncio.Event()
        self.generation = 0  # counts what `refresh` made
        self.watchlist = Watchlist.accepting_any() if defaults else Watchlist([])
        if defaults:
            self._ready.set()

    def put(self, brand: Brand | BrandWithOverrides, revision: int) -> None:
        """Note a brand's configuration; takes effect with the next `refresh`."""
        governed = brand if isinstance(brand, BrandWithOverrides) else BrandWithOverrides(brand)
        revisions = self._revisions.setdefault(governed.brand.name, OrderedDict())
        revisions[revision] = governed
        while len(revisions) > KEPT_REVISIONS:
            revisions.popitem(last=False)

    def remove(self, name: str) -> None:
        """Note that a brand is watched no longer; takes effect with the next `refresh`."""
        self._revisions.pop(name, None)

    def refresh(self) -> None:
        """Rebuild the watchlist, all at once: a mention is matched by the old brands or by the new ones."""
        if not self._defaults:
            latest = (next(reversed(revisions.items())) for revisions in self._revisions.values())
            self.watchlist = Watchlist([governed.brand.brand_terms(revision) for revision, governed in latest])
        self._groups = by_group(self.brands().values())
        self.generation += 1
        self._ready.set()
        self._changed.set()
        self._changed = asyncio.Event()

    async def loaded(self) -> None:
        """Wait until the topic is read to its end for the first time."""
        await self._ready.wait()

    def changed(self) -> asyncio.Event:
        """Return what is set at the next change."""
        return self._changed

    async def wait_for_revision(self, name: str, revision: int) -> None:
        """Wait up to REVISION_TIMEOUT until `revision` of the brand, or a later one, has arrived."""
        if self._defaults or self._knows(name, revision):
            return
        try:
            async with asyncio.timeout(REVISION_TIMEOUT):
                while not self._knows(name, revision):
                    await self._changed.wait()
        except TimeoutError:
            log.warning("brand revision missing", reason="timeout", brand=name, revision=revision)

    def _knows(self, name: str, revision: int) -> bool:
        return any(known >= revision for known in self._revisions.get(name, ()))

    def brand(self, name: str) -> Brand:
        """Return the brand as last configured, or one with the built-in defaults, without overrides."""
        return self.with_overrides(name).brand

    def with_overrides(self, name: str) -> BrandWithOverrides:
        """Return the brand as last configured with its overrides, or one with the built-in defaults."""
        revisions = self._revisions.get(name)
        return next(reversed(revisions.values())) if revisions else BUILT_IN

    def brands(self) -> dict[str, Brand]:
        """Return the brands as last configured, by name."""
        return {name: self.brand(name) for name in self._revisions}

    def watches(self, name: str) -> bool:
        """Tell whether the brand is watched."""
        return self._defaults or name in self._revisions

    def detection_policy(self, brand: str, revision: int, at: int) -> PolicyInterval:
        """Return the detection policy of `brand` at `revision`, or the next later one kept, at an event time (ms)."""
        for number, governed in self._revisions.get(brand, OrderedDict()).items():
            if number >= revision:
                return governed.at(at)
        return self.with_overrides(brand).at(at)

    def alert_policy(self, brand: str) -> AlertPolicy:
        """Return the incident policy of `brand`."""
        return self.brand(brand).alert

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the groups that brands belong to."""
        return tuple(self._groups)

    def group_members(self, brand: str) -> tuple[str, tuple[str, ...]]:
        """Return the brand's group with all brands that belong to it; ("", ()) for one without."""
        group = self.brand(brand).group or ""
        return group, self._groups.get(group, ())


async def follow(registry: BrandRegistry, connection: Connection, topics: Topics, partitions: int) -> None:
    """Keep `registry` up to date until cancelled."""
    async for records in compacted_topic.follow(connection, topics.brands.name, partitions):
        for record in records:
            _apply_record(registry, record)
        registry.refresh()


def _apply_record(registry: BrandRegistry, record: ConsumerRecord[bytes, bytes]) -> None:
    name = (record.key or b"").decode(errors="replace")
    if record.value is None:
        registry.remove(name)
        return
    try:
        registry.put(decode_with_overrides(record.value), record.offset)
        if keys := unknown_keys(record.value):
            log.warning("unknown configuration keys", reason="written by a newer version", brand=name, keys=keys)
    except ValueError as error:
        log.error("invalid brand configuration ignored", brand=name, reason=str(error))  # noqa: TRY400
