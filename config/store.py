"""Port to the store of the applied configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class BrandStore(Protocol):
    """Store of the configuration in force: the compacted topic `brands`."""

    def read_applied(self) -> dict[str, bytes]:
        """Return the latest record of each brand in force, by name, as `config.brands.wire.encode_brand` wrote it."""
        ...

    def publish(self, records: Mapping[str, bytes | None]) -> None:
        """Write the records, None removing a brand; return once all are acknowledged.

        If a record is not acknowledged, the store raises its own error. Some records may have been written; publishing
        again is harmless.
        """
        ...
