"""Input of a replay: a recording or files of mentions, and the policies to apply."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.cli.output import printable
from tocsin.cli.weights import load_scorer
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from alerts.incidents.model import Incident, Notification
    from config.brands.model import Brand
    from mentions.readers.position import Line, RejectedLine
    from mentions.scorer_port import Scorer
    from replay.player.recording_replay import PolicySource
    from replay.player.result import ReplayResult
    from streams.ingest import Throttle
    from streams.recording.format import Entry, Recording
    from tocsin.cli.file_reading import FileReading

STDIN = "-"


class ReplayInput:
    """What the command line names, read as often as it takes."""

    def __init__(
        self, files: list[str], reading: FileReading, *, sort: bool, rescore: bool, weights: Path | None
    ) -> None:
        """Take the files; a recording stands alone and is opened.

        Raises:
            UsageError: a recording is named beside other files, or with options that are for other files.
            SourceError: the recording cannot be read.
        """
        from streams.recording import format as recordings  # noqa: PLC0415  slow to load

        self._files = files
        self._reading = reading
        self._sort = sort
        self._weights = weights
        self.recording: Recording | None = None
        if any(map(recordings.is_recording, files)):
            if len(files) > 1 or reading.is_stated or sort:
                raise UsageError(
                    "a recording is replayed alone, in its own order: leave out other files, --sort, --map and the like"
                )
            self.recording = recordings.Recording(files[0])
        self._scored = self.recording is not None and self.recording.header.scores and not (rescore or weights)

    @property
    def size(self) -> float | None:
        """Return the bytes to read, None where that is not known: standard input."""
        if STDIN in self._files:
            return None
        return sum(Path(path).stat().st_size for path in self._files if Path(path).is_file())

    def scorer(self) -> Scorer:
        """Return who reads the texts."""
        return load_scorer(self._weights)

    def policies(self, config: Path | None, *, defaults: bool = False) -> PolicySource:
        """Return the policies of a configuration, the built-in ones, or (neither) those that the recording holds."""
        from config.brands.loader import load  # noqa: PLC0415  pydantic and YAML are slow to load
        from replay.player.recording_replay import FixedPolicies, RecordedPolicies  # noqa: PLC0415

        if defaults:
            return FixedPolicies.built_in()
        if config is None and self.recording is not None:
            return RecordedPolicies(self.recording.header)
        if config is None or not config.is_file():
            raise UsageError(f"{config}: no such file: name one with --config, or replay with --defaults")
        return FixedPolicies.of(load(config).brands)

    def brands(self, config: Path | None) -> tuple[Brand, ...] | None:
        """Return the brands of a configuration, None for the built-in thresholds; only files can go through Kafka.

        Raises:
            UsageError: there is no such file, or what is replayed is a recording.
        """
        from config.brands.loader import load  # noqa: PLC0415

        if self.recording is not None:
            raise UsageError(
                "--via-kafka takes files of mentions: a recording is what Kafka and the workers did already"
            )
        if config is not None and not config.is_file():
            raise UsageError(f"{config}: no such file: name one with --config, or replay with --defaults")
        return None if config is None else tuple(load(config).brands)

    def notifications(
        self,
        policies: PolicySource,
        result: ReplayResult,
        advance: Callable[[float], None],
        pace: Throttle | None = None,
    ) -> Iterator[Notification]:
        """Yield the notifications under these policies, in real time times the speed of `pace` if there is one."""
        from replay.player.chunking import CHUNK_SIZE  # noqa: PLC0415
        from replay.player.recording_replay import RecordingReplay  # noqa: PLC0415
        from replay.player.result import replay_lines  # noqa: PLC0415

        if self.recording is not None:
            playback = RecordingReplay(policies, None if self._scored else self.scorer(), result)
            yield from playback.run(self._entries(self.recording, advance, pace))
            return
        lines = self.lines(advance)
        chunk = 1 if pace else CHUNK_SIZE  # live output shows each mention as it comes
        yield from replay_lines(result, policies, _throttled(lines, pace) if pace else lines, self.scorer(), chunk)  # type: ignore[arg-type]  # a file has fixed rules

    def lines(self, advance: Callable[[float], None]) -> Iterator[Line | RejectedLine]:
        """Yield the lines of the files."""
        from mentions.readers.sorting import sort_by_time  # noqa: PLC0415

        lines = (line for path in self._files for line in self._reading.lines(path, advance))
        return sort_by_time(lines) if self._sort else lines

    def describe_disorder(self) -> str:
        """Return where the order of publication breaks first, where that can be looked up."""
        from mentions.readers.sorting import first_disorder  # noqa: PLC0415

        if STDIN in self._files:
            return ""
        for path in self._files:
            number = first_disorder(self._reading.lines(path))
            if number is not None:
                return f"the first is {printable(path)}:{number}; "
        return "the files overlap in time; "

    def check_readable_twice(self) -> None:
        """See that what is to be read twice can be.

        Raises:
            UsageError: standard input is among it.
        """
        if STDIN in self._files:
            raise UsageError("--compare-to reads the mentions twice: name a file instead of standard input")

    @staticmethod
    def events(notifications: Iterable[Notification]) -> Iterator[dict[str, Any]]:
        """Yield one record an event."""
        from alerts.rendering.event_log import to_event  # noqa: PLC0415

        before: dict[str, Incident] = {}
        for note in notifications:
            yield to_event(before.get(note.incident.id), note)
            before[note.incident.id] = note.incident

    def _entries(
        self, recording: Recording, advance: Callable[[float], None], pace: Throttle | None
    ) -> Iterator[Entry]:
        for entry in recording.entries(scores=self._scored, advance=advance):
            if pace is not None and entry.at >= recording.header.since:
                pace.wait_for(entry.at)
            yield entry


def _throttled(lines: Iterable[Line | RejectedLine], pace: Throttle) -> Iterator[Line | RejectedLine]:
    from mentions.readers.position import Line  # noqa: PLC0415
    from streams.ingest import published_at  # noqa: PLC0415

    for line in lines:
        due = published_at(line) if isinstance(line, Line) else None
        if due is not None:
            pace.wait_for(due)
        yield line
