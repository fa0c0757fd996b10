"""Weights of the linear model, as shipped or as corrected by a brand's own labels."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, Final, Self
from zipfile import BadZipFile

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

LANES: Final = (
    "english",
    "french",
    "negative_en",
    "positive_en",
    "negative_fr",
    "positive_fr",
    "abuse_en",
    "abuse_fr",
)
"""What is summed. Languages against any other; negative and positive against neutral; abuse against none."""

LANGUAGE_LANES: Final = 2
"""The lanes of the languages, which come first."""

STEP: Final = 1 / 64
"""A weight is a whole number of these: sums are exact, so the order of tokens does not matter."""

LARGEST: Final = 2**10
"""Largest weight [steps]: with no more than `mentions.sentiment.learned.linear.READ` tokens no lane overflows."""

_BITS: Final = 32
_LOWEST: Final = -(1 << (_BITS - 1))
_ALL_LOWEST: Final = sum(_LOWEST << (_BITS * lane) for lane in range(len(LANES)))
_BYTES: Final = _BITS * len(LANES) // 8

GAP: Final = " "
"""Between the two words of a pair."""


class Weights(msgspec.Struct, frozen=True, eq=False):
    """Feature → its weights, one a lane, packed into one number; and what does not depend on tokens."""

    version: str
    words: dict[str, int]  # marks, and words with what their own n-grams say
    grams: dict[str, int]  # for words that are not there
    pairs: dict[str, int]  # of neighbours, which say nothing of languages
    settings: dict[str, Any]  # of each lesson: biases, and the weights of the rules' score

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file that `save` wrote.

        Raises:
            OSError: it cannot be read.
            ValueError: it is no such file.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                head = json.loads(stored["head"].tobytes())
                keys = stored["keys"].tobytes().decode().split("\n")
                packed = pack(stored["weights"])
        except (KeyError, EOFError, AttributeError, ValueError, BadZipFile) as error:
            raise ValueError(f"{path}: not a file of weights: make it with `tocsin train`") from error
        tables = []
        for size in head["sizes"]:
            tables.append(dict(zip(keys[:size], packed[:size], strict=True)))
            keys, packed = keys[size:], packed[size:]
        words, grams, pairs = tables
        return cls(head["version"], words, grams, pairs, head["settings"])


def save(path: Path, version: str, settings: dict[str, Any], tables: Sequence[Mapping[str, Sequence[int]]]) -> None:
    """Write weights [steps, one a lane] of words, grams and pairs."""
    keys = [key for table in tables for key in table]
    head = {"version": version, "settings": settings, "sizes": [len(table) for table in tables]}
    rows = [row for table in tables for row in table.values()]
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            head=np.frombuffer(json.dumps(head).encode(), np.uint8),
            keys=np.frombuffer("\n".join(keys).encode(), np.uint8),
            weights=np.clip(np.array(rows, np.int64).reshape(-1, len(LANES)), -LARGEST, LARGEST).astype(np.int16),
        )


def pack(weights: np.ndarray[tuple[int, int], np.dtype[np.int16]]) -> list[int]:
    """Return each row, one weight a lane, as one number: rows then add up lane by lane in a single addition."""
    lifted = (weights.astype(np.int64) - _LOWEST).astype("<u4").tobytes()
    return [int.from_bytes(lifted[at : at + _BYTES], "little") + _ALL_LOWEST for at in range(0, len(lifted), _BYTES)]


def packed_row(lanes: Sequence[int]) -> int:
    """Return one row, packed."""
    return sum(lane << (_BITS * place) for place, lane in enumerate(lanes))


def unpack(total: int) -> tuple[int, ...]:
    """Return the lanes of a sum of packed rows."""
    lifted = (total - _ALL_LOWEST).to_bytes(_BYTES, "little")
    return tuple([lane + _LOWEST for lane in _lanes(lifted)])


def unpacked(rows: Iterable[int]) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Return many packed rows as a table of lanes."""
    lifted = b"".join([(row - _ALL_LOWEST).to_bytes(_BYTES, "little") for row in rows])
    return (np.frombuffer(lifted, "<u4").astype(np.int64) + _LOWEST).astype(np.int32).reshape(-1, len(LANES))


_lanes = struct.Struct(f"<{len(LANES)}I").unpack
