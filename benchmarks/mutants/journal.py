"""Journal of the verdicts: one line each, so that a run that was interrupted goes on, and new tests meet survivors."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.mutants.drawing import Mutant

Outcome = Literal["killed", "survived", "timeout", "unplanted"]


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant."""

    mutant: str  # its digest
    place: str
    outcome: Outcome
    tests: int  # that it met at most
    met: str  # digest of their files

    @property
    def killed(self) -> bool:
        """Tell whether a test failed, or ended no more."""
        return self.outcome in {"killed", "timeout"}


class Journal:
    """The verdicts in a file; the last one of a mutant holds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._verdicts = {one.mutant: one for one in (Verdict(**json.loads(line)) for line in lines)}

    def last(self, mutant: Mutant) -> Verdict | None:
        """Return a mutant's last verdict."""
        return self._verdicts.get(mutant.digest)

    def find(self, mutant: Mutant, met: str) -> Verdict | None:
        """Return a mutant's verdict, if it is killed or has met the same tests before."""
        known = self.last(mutant)
        return known if known is not None and (known.killed or known.met == met) else None

    def add(self, verdict: Verdict) -> None:
        """Write a verdict."""
        self._verdicts[verdict.mutant] = verdict
        with self._path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(verdict)) + "\n")


def digest(root: Path, tests: Iterable[str]) -> str:
    """Return what tells some tests, as their files stand, from others."""
    files = sorted({test.partition("::")[0] for test in tests})
    return sha256(b"".join(file.encode() + (root / file).read_bytes() for file in files)).hexdigest()[:16]
