"""Completion latch: calls back once, when every part of a piece of work is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class CompletionLatch:
    """Knows when a piece of work that has several parts is done, and then calls `on_done`, once.

    Parts are begun inside a `with` block, or while another part is open. The work is done when the block has been left
    and every part is finished. A part may be finished at any time, also more than once. An exception inside the block
    leaves the latch open: the work was not handed over as a whole.

    >>> latch = CompletionLatch(lambda: print("done"))
    >>> with latch:
    ...     slack, pager = latch.part(), latch.part()
    >>> pager(); slack()
    done
    """

    def __init__(self, on_done: Callable[[], None]) -> None:
        self._on_done = on_done
        self._open = 0

    def part(self) -> Callable[[], None]:
        """Begin a part; return what finishes it."""
        self._open += 1
        finished = False

        def finish() -> None:
            nonlocal finished
            if finished:
                return
            finished = True
            self._open -= 1
            if self._open == 0:
                self._on_done()

        return finish

    def __enter__(self) -> Self:
        self._finish_block = self.part()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish_block()
