"""Scale of a worker: processes and a hot brand, brands, backlog, idle partitions; each against a real Kafka.

Each part makes its own table. Sizes are arguments, so that a part can run small. The workers have the last cores of the
machine to themselves as far as there are enough, the broker the others.
"""

from __future__ import annotations

import argparse
import os
import signal
from typing import TYPE_CHECKING, Final

from benchmarks.results_table import publish
from benchmarks.scaling import backlog, brands, idle, processes
from benchmarks.throughput import cores, words
from tests.support.brokers import start_real

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.brokers import RealBroker

PARTS: Final[dict[str, Callable[[RealBroker, argparse.Namespace], str]]] = {
    "processes": lambda broker, given: processes.report(broker, given.mentions, given.processes),
    "brands": lambda broker, given: brands.report(broker, given.brands, given.mentions),
    "backlog": lambda broker, given: backlog.report(broker, given.per_minute, given.hours),
    "idle": lambda broker, given: idle.report(broker, given.partitions, given.seconds),
}


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="which parts; left out: all")
    parser.add_argument("--mentions", type=int, default=20_000, help="of a run with processes, or with brands")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--brands", type=int, nargs="+", default=[10, 1_000, 10_000])
    parser.add_argument("--per-minute", type=float, default=60, help="mentions a minute of a backlog")
    parser.add_argument("--hours", type=float, nargs="+", default=[1, 24], help="lengths of the backlogs")
    parser.add_argument("--partitions", type=int, default=12, help="of the idle worker")
    parser.add_argument("--seconds", type=float, default=120, help="for which the idle worker is watched")
    parser.add_argument("--print", action="store_true", help="print the tables and leave docs/results.md as it is")
    return parser


def main() -> None:
    """Print the tables, and write each into the page."""
    given = arguments().parse_args()
    os.environ.pop("TOCSIN_PREFIX", None)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that broker and workers end with it
    for part in given.parts or PARTS:
        with cores.pinned(cores.divide().rest):
            broker = start_real()
            try:
                text = PARTS[part](broker, given)
            finally:
                broker.close()
        text = f"{text}\n\nTexts: {words.source()}." if part != "idle" else text
        print(text, end="\n\n", flush=True)
        if not given.print:
            publish(f"scale-{part}", f"Scale: {part}", f"scale ARGS={part}", text)


if __name__ == "__main__":
    main()
