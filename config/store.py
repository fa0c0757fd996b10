"""Through which port does the applied configuration come and go?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class BrandStore(Protocol):
    """Where the configuration in force is kept: the compacted topic `brands`."""

    def read_applied(self) -> dict[str, bytes]:
        """Return the latest record of each brand in force, by name, as `config.brands.wire.encode_brand` wrote it."""
        ...

    def publish(self, records: Mapping[str, bytes | None]) -> None:
        """Write the records, None removing a brand; return once all are acknowledged.

        Where a record is not acknowledged, the store raises its own error; some may have been written, and publishing
        again is harmless.
        """
        ...
