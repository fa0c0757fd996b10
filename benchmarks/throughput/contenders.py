"""Contenders of the throughput benchmark: each reads the same mentions, and returns its speed and its counts.

| contender | what it does with a mention |
| --- | --- |
| floor | confluent-kafka takes it and msgspec decodes it: no more |
| loop | as the floor; stock VADER; all and negative ones counted per brand and minute in a dictionary, in memory only |
| quix | Quix Streams: stock VADER, a tumbling window by minute, its state in RocksDB and a changelog topic |
| faust | the app of Faust's documentation: stock VADER, two windowed tables with changelog topics |
| single, packed | Tocsin as it ships, one mention a record and many: language, sentiment, abuse, |
| | de-duplication, all detectors and topics, incidents; its scorer says what is negative; nobody is notified |

The counts of the first four must equal those of a loop with stock VADER; those of Tocsin a loop with its own scorer,
whose VADER is bit-identical to the stock one (`make sentiment-table` says so of every text). Both loops are below.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from kafka.admin import NewTopic
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from benchmarks.throughput import quix_environment
from benchmarks.throughput.process import started, tocsin
from benchmarks.throughput.timing import Job, Speed, timed
from benchmarks.throughput.traffic import MINUTE_MS, Counts, markers, packed, rewritten, send, single
from detectors.engine import engine
from mentions.model.batches import NEGATIVE
from mentions.model.mention import Mention
from mentions.scoring import score
from mentions.sentiment import Scorer
from mentions.watchlist.watchlist import Watchlist
from streams.kafka import clients
from tests.support.installation import Installation, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from benchmarks.throughput import cores
    from benchmarks.throughput.process import Process
    from benchmarks.throughput.traffic import Post, Record
    from tests.support.brokers import RealBroker

PARTITIONS: Final = 4
NEGATIVE_UP_TO: Final = -0.05
STILL: Final = 3.0  # seconds without a record after which a topic counts as complete


class Run(NamedTuple):
    """What a contender achieved."""

    speed: Speed
    counts: Counts


class Setting(NamedTuple):
    """Where and on what the contenders run."""

    broker: RealBroker
    posts: Sequence[Post]
    end: int  # ms: the instant after the last mention
    cores: cores.Cores
    pack: int


def vader_counts(posts: Iterable[Post]) -> Counts:
    """Return the counts of a plain loop with stock VADER."""
    scored = SentimentIntensityAnalyzer().polarity_scores
    return _counted(posts, lambda post: scored(post.text)["compound"] <= NEGATIVE_UP_TO)


def tocsin_counts(posts: Iterable[Post]) -> Counts:
    """Return the counts of a plain loop with Tocsin's scorer, one mention at a time."""
    watchlist, scorer = Watchlist.accepting_any(), Scorer()

    def negative(post: Post) -> bool:
        scored = score(Mention.model_validate_json(post.value), watchlist, scorer)
        return scored.scores[post.brand][1] == NEGATIVE

    return _counted(posts, negative)


def _counted(posts: Iterable[Post], negative: Callable[[Post], bool]) -> Counts:
    counts: Counts = Counter()
    for post in posts:
        minute = post.published // MINUTE_MS * MINUTE_MS
        counts[post.brand, minute, "all"] += 1
        counts[post.brand, minute, "negative"] += negative(post)
    return +counts


def floor(setting: Setting) -> Run:
    """Consume and decode; there is one count only, of all mentions."""
    return _loop(setting, "decode")


def loop(setting: Setting) -> Run:
    """Run the hand-written loop."""
    return _loop(setting, "count")


def _loop(setting: Setting, way: str) -> Run:
    with _topic(setting) as (here, topic):
        output = Path(here.path(f"{way}.json"))
        command = (
            sys.executable,
            "-m",
            "benchmarks.throughput.plain_loop",
            setting.broker.bootstrap,
            topic,
            way,
            output,
        )
        with started(here, command, setting.cores.worker) as (process,):
            job = Job((process.pid,), f"{topic}.{way}", [topic], lambda: process.running)
            speed = timed(here, job, list(single(setting.posts)))
        rows = json.loads(output.read_text(encoding="utf-8"))
    return Run(speed, Counter({(brand, minute, kind): number for brand, minute, kind, number in rows}))


def quix(setting: Setting) -> Run:
    """Run Quix Streams.

    Raises:
        QuixMissingError: it cannot be installed.
    """
    interpreter = quix_environment.python()
    with _topic(setting, "windows") as (here, topic):
        results, group = f"{here.topics.prefix}windows", f"{topic}.quix"
        script = Path(__file__).with_name("quix_app.py")
        command = (interpreter, "-P", script, setting.broker.bootstrap, topic, results, group, here.path("quix"))
        with started(here, command, setting.cores.worker) as (process,):
            speed = timed(
                here, Job((process.pid,), group, [topic], lambda: process.running), list(single(setting.posts))
            )
            _close_windows(setting, topic)
            _wait_still(here, [results])
        return Run(speed, _quix_counts(here, results, setting.end))


def _close_windows(setting: Setting, topic: str) -> None:
    """Send a mention of every brand an hour later: a window closes when its brand's time is past it."""
    last = {post.brand: post for post in setting.posts}
    later = [rewritten(post, setting.end + 60 * MINUTE_MS) for post in last.values()]
    send(setting.broker.bootstrap, topic, single(later))


def _quix_counts(here: Installation, topic: str, end: int) -> Counts:
    counts: Counts = Counter()
    for record in here.records(topic):
        window, brand = json.loads(record.value or b""), (record.key or b"").decode()
        if window["start"] < end:
            counts[brand, window["start"], "all"] += window["all"]
            counts[brand, window["start"], "negative"] += window["negative"]
    return +counts


def faust(setting: Setting) -> Run:
    """Run the docs-style Faust app."""
    with _topic(setting) as (here, topic):
        name = f"{here.topics.prefix}docs-style"
        tables = [f"{name}-{table}-changelog" for table in ("counted", "negative")]
        _create(here, *tables)
        here.environment |= {"DOCS_STYLE_ID": name, "DOCS_STYLE_TOPIC": topic}
        command = (
            sys.executable,
            "-m",
            "benchmarks.throughput.docs_style_app",
            "worker",
            "-l",
            "warn",
            "--without-web",
        )
        with started(here, command, setting.cores.worker) as (process,):
            speed = timed(
                here,
                Job((process.pid,), name, [topic], lambda: process.running, tables),
                list(single(setting.posts)),
            )
        counts: Counts = Counter()
        for table, kind in zip(tables, ("all", "negative"), strict=True):
            for record in here.records(table):
                brand, (start, _) = json.loads(record.key or b"")
                counts[brand, round(start * 1000), kind] = json.loads(record.value or b"0")
    return Run(speed, counts)


def tocsin_single(setting: Setting) -> Run:
    """Run Tocsin on one mention a record."""
    return _tocsin(setting, single(setting.posts))


def tocsin_packed(setting: Setting) -> Run:
    """Run Tocsin on records of many mentions."""
    return _tocsin(setting, packed(setting.posts, setting.pack, PARTITIONS))


def _tocsin(setting: Setting, records: Iterable[Record]) -> Run:
    with Installation(setting.broker, partitions=PARTITIONS) as here:
        with started(here, tocsin("--defaults"), setting.cores.worker) as workers:
            speed = timed(here, tocsin_job(here, *workers), [*records, *markers(setting.end, PARTITIONS)])
        counts: Counts = Counter()
        for brand, state in here.states().items():
            for minute, everything, negative, *_ in engine.minute_counts(state):
                counts[brand, minute, "all"] += everything
                counts[brand, minute, "negative"] += negative
    return Run(speed, +counts)


def tocsin_job(here: Installation, *workers: Process) -> Job:
    """Return what Tocsin's workers have to do: all stages but the delivery of messages, which is paced."""
    topics = here.topics
    stages = [topics.mentions.name, topics.scored.name, topics.signals.name]
    outputs = [topics.scored.name, topics.signals.name, topics.watch_state.name]
    pids = tuple(worker.pid for worker in workers)
    return Job(pids, topics.application, stages, lambda: all(worker.running for worker in workers), outputs)


@contextmanager
def _topic(setting: Setting, *more: str) -> Iterator[tuple[Installation, str]]:
    """Give an installation and the name of an empty topic for the mentions, one a record."""
    with Installation(setting.broker, partitions=PARTITIONS) as here:
        topic = f"{here.topics.prefix}input"
        _create(here, topic, *(f"{here.topics.prefix}{name}" for name in more))
        yield here, topic


def _create(here: Installation, *topics: str) -> None:
    with clients.admin(here.connection) as admin:
        admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in topics])


def _wait_still(here: Installation, topics: Sequence[str]) -> None:
    """Wait until nothing has come into the topics for a few seconds."""
    before: list[dict[int, int]] = []

    def still() -> bool:
        nonlocal before
        before, last = [here.ends(topic) for topic in topics], before
        return before == last

    wait_until(still, 120, f"{', '.join(topics)} complete", every=STILL)
