"""The two shapes of a source: one that is asked, and one that sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from sources.client import PoliteClient
    from sources.item import Page


class PolledSource(Protocol):
    """A source that is asked again and again."""

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return what is new since `position`; what was there before may come again.

        Raises:
            SourceError: it did not answer, or not as it should.
        """
        ...


@runtime_checkable
class LookingSource(Protocol):
    """A source that can be tried without what `fetch` does for good: files put away, money spent."""

    async def look(self, client: PoliteClient) -> Page:
        """Return some of what `fetch` would bring.

        Raises:
            SourceError: it would bring nothing.
        """
        ...


@runtime_checkable
class ClosingSource(Protocol):
    """A source that holds something while it is read."""

    def close(self) -> None:
        """Let go of it."""
        ...


class StreamedSource(Protocol):
    """A source that sends by itself."""

    def stream(self, client: PoliteClient, position: Mapping[str, Any]) -> AsyncGenerator[Page, None]:
        """Yield what comes after `position`, until the connection ends; closing the generator ends it, too.

        Raises:
            SourceError: it cannot be reached, or refuses.
        """
        ...
