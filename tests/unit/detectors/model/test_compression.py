"""Compression of stored states: it returns what it took, also from several threads at once, and names damage."""

from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from detectors.model import compression
from detectors.model.compression import compress, decompress


def test_each_thread_has_contexts_of_its_own() -> None:
    """Zstandard's contexts may not be used by two threads at once."""
    all_started = Barrier(4)

    def contexts(number: int) -> tuple[object, object]:
        all_started.wait(30)
        raw = bytes([number]) * 100_000
        assert decompress(compress(raw)) == raw
        return compression._CONTEXTS.compressor, compression._CONTEXTS.decompressor

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(contexts, range(4)))
    assert len({id(one) for pair in found for one in pair}) == 8


@pytest.mark.parametrize(
    "damaged", [b"", b"plain", compress(b"six hours on board")[:-3], zlib.compress(b"no food")[:-3]]
)
def test_damage_is_named(damaged: bytes) -> None:
    """What was never compressed, or is cut, is an error and no crash."""
    with pytest.raises(ValueError, match="no compressed data"):
        decompress(damaged)
