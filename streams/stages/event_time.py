"""Constants of event time that ingest, stages, recordings and replay share."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

MINUTE: Final = 60_000
"""One minute (ms). A record of an old recording holds mentions of one minute: when a partition's event time passes a
minute, every mention of that minute has been sent, whatever its brand."""

FLUSH_MARGIN: Final = 120_000
"""How far (ms) event time is taken beyond the last mention of an old recording: the lateness of the detectors."""

IDLE_TIMEOUT: Final = timedelta(seconds=30)
"""How long a source partition's reader may be silent before event time advances without it. A dead worker's partitions
have a new reader well before."""

MAX_SKEW: Final = 10_000
"""How far (ms) event time may be ahead of the wall clock of the worker that reads it: no clocks that are kept by NTP
differ by more. What is further ahead counts as the present, and is reported."""
