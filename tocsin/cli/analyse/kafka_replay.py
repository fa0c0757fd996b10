"""Replay through Kafka: temporary topics on the configured brokers, and a real worker."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Self

from tocsin import subprocesses
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Iterator, Sequence

    from alerts.incidents.model import Notification
    from config.brands.model import Brand
    from mentions.readers.position import Line, RejectedLine
    from tocsin.cli.environment import Installation

STALL_TIMEOUT: Final = 120.0
"""Seconds without progress after which the replay fails."""

STOP_TIMEOUT: Final = 20.0
"""Seconds that the worker gets to stop before it is killed."""

POLL_SECONDS: Final = 0.5
"""Seconds between two checks of the worker's progress."""


class KafkaReplay:
    """Topics under the prefix, brands and one worker; removes them all when it ends.

    `brands` None: every brand named in mentions, with the built-in thresholds.
    """

    def __init__(self, here: Installation, brands: Sequence[Brand] | None, weights: Path | None) -> None:
        """Take the installation.

        Raises:
            UsageError: it has no prefix, so the topics would be the live ones.
        """
        if not here.topics.prefix:
            remedy = "set TOCSIN_PREFIX to an unused one, such as replay."
            raise UsageError(f"--via-kafka creates topics and deletes them: {remedy}")
        self._here = here
        self._brands = brands
        self._weights = weights
        self.sent = 0
        self.rejected: list[RejectedLine] = []

    def __enter__(self) -> Self:
        from config.brands.wire import encode_brand  # noqa: PLC0415  slow to load
        from streams.kafka.admin import KafkaBrandStore  # noqa: PLC0415

        with ExitStack() as stack:
            stack.enter_context(subprocesses.ended_by_signals())
            self._create_topics(stack)
            if self._brands is not None:
                store = KafkaBrandStore(self._here.connection, self._here.topics)
                store.publish({brand.name: encode_brand(brand) for brand in self._brands})
            self._log = Path(stack.enter_context(TemporaryDirectory(prefix="tocsin-replay-"))) / "worker.log"
            self._worker = self._start_worker()
            stack.callback(subprocesses.stop_process, self._worker, STOP_TIMEOUT)
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _create_topics(self, stack: ExitStack) -> None:
        """Create the topics, and delete on exit only those that did not exist before."""
        from streams.kafka.admin import create_topics, delete_topics  # noqa: PLC0415

        settings, topics = self._here.settings, self._here.topics.all()
        made = create_topics(self._here.connection, topics, settings.partitions, settings.replication)
        fresh = [one.name for one in made if one.created]
        stack.callback(delete_topics, self._here.connection, fresh)
        if len(fresh) < len(made):
            prefix = self._here.topics.prefix
            raise CommandError(f"topics with the prefix {prefix} exist already: set TOCSIN_PREFIX to another")

    def notifications(self, lines: Iterable[Line | RejectedLine]) -> Iterator[Notification]:
        """Send the lines, wait until the worker has processed them, and yield its notifications by event time."""
        from streams.ingest import Ingest  # noqa: PLC0415

        with closing(Ingest(self._here.connection, self._here.topics, "published")) as ingest:
            for refused in ingest.run(lines):
                self.rejected += refused
                self._check_worker()
            ingest.finish()
            self.sent = ingest.progress.sent
        self._wait()
        yield from self._read_notifications()

    def _read_notifications(self) -> list[Notification]:
        """Return each revision of each incident once; the topic may hold one twice."""
        from alerts.incidents.model import decode_notification  # noqa: PLC0415
        from streams.kafka import reader  # noqa: PLC0415

        found: dict[tuple[str, int], Notification] = {}
        for record in reader.records(self._here.connection, self._here.topics.notifications.name):
            note = decode_notification(record.value or b"")
            found.setdefault((note.incident.id, note.revision), note)
        return sorted(found.values(), key=lambda note: (note.happened_at, note.incident.brand, note.revision))

    def _wait(self) -> None:
        from streams.kafka import reader  # noqa: PLC0415

        before, since = -1, time.monotonic()
        while True:
            done, rest = reader.progress(self._here.connection, self._here.topics)
            if rest == 0:
                return
            if done != before:
                before, since = done, time.monotonic()
            if time.monotonic() - since > STALL_TIMEOUT:
                raise CommandError(
                    f"the worker has made no progress for {STALL_TIMEOUT:.0f} s:\n{subprocesses.log_tail(self._log)}"
                )
            self._check_worker()
            time.sleep(POLL_SECONDS)

    def _check_worker(self) -> None:
        if self._worker.poll() is not None:
            raise CommandError(
                f"the worker ended with exit code {self._worker.returncode}:\n{subprocesses.log_tail(self._log)}"
            )

    def _start_worker(self) -> subprocess.Popen[bytes]:
        options = ["--notify", "console", "--clock", "arrival"]
        options += ["--defaults"] if self._brands is None else []
        options += ["--weights", str(self._weights)] if self._weights else []
        options += ["--embedded"] if self._here.connection.embedded else []
        environment = os.environ | {"TOCSIN_LOG_LEVEL": "warning", "TOCSIN_METRICS_PORT": "0"}
        return subprocesses.start_command(options, environment, self._log)
