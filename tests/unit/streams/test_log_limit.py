"""What libraries log in an outage is bounded, and what is left out is counted."""

from __future__ import annotations

import logging

from hypothesis import given
from hypothesis import strategies as st

from streams.log_limit import INTERVAL, STARTUP, LogLimit, StartupLog

ELECTS = "Group Coordinator Request failed: [Error 15] GroupCoordinatorNotAvailableError"
LOGGERS = st.sampled_from(["aiokafka.conn", "aiokafka.client", "asyncio", "streams.agents.watch", "tocsin.web"])
STEPS = st.lists(st.tuples(LOGGERS, st.floats(0, 2 * INTERVAL)), max_size=60)


class Log:
    """A limit with a clock that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0
        self.limit = LogLimit(("aiokafka", "asyncio"), lambda: self.now)

    def write(self, name: str, text: str = "no answer of %s", *arguments: object) -> str | None:
        """Return the line of a record, None where it is left out."""
        record = logging.LogRecord(name, logging.ERROR, "", 1, text, arguments or ("node 1",), None)
        return record.getMessage() if self.limit.filter(record) else None


def test_one_line_passes_and_the_next_counts_what_was_left_out() -> None:
    """Every logger for itself; the count begins again with each line."""
    log = Log()
    assert log.write("aiokafka.conn") == "no answer of node 1"
    assert [log.write("aiokafka.conn") for _ in range(1_500)] == [None] * 1_500
    assert log.write("aiokafka.client") == "no answer of node 1"
    log.now += INTERVAL
    assert log.write("aiokafka.conn") == "no answer of node 1 (1,500 more lines of aiokafka.conn left out)"
    log.now += INTERVAL
    assert log.write("aiokafka.conn", "lost %s", "node 2") == "lost node 2"


@given(STEPS)
def test_own_lines_pass_and_every_line_of_a_library_is_shown_or_counted(steps: list[tuple[str, float]]) -> None:
    """However they come; at most one in each interval."""
    log, shown = Log(), 0
    last: dict[str, float] = {}
    for name, wait in steps:
        log.now += wait
        line = log.write(name)
        if name.startswith(("streams", "tocsin")):
            assert line == "no answer of node 1"
        elif line is not None:
            assert log.now - last.get(name, -INTERVAL) >= INTERVAL
            last[name] = log.now
            shown += 1 + (int(line.split("(")[1].split()[0]) if "(" in line else 0)
    written = sum(not name.startswith(("streams", "tocsin")) for name, _ in steps)
    log.now += INTERVAL
    for name in {name for name, _ in steps if not name.startswith(("streams", "tocsin"))}:
        line = log.write(name) or ""
        shown += int(line.split("(")[1].split()[0]) if "(" in line else 0
    assert shown == written


def test_a_coordinator_that_is_being_elected_is_no_error_at_the_start() -> None:
    """Later it is one, and everything else always passes."""
    now = 100.0
    log = StartupLog(lambda: now)

    def passes(text: str) -> bool:
        return log.filter(logging.LogRecord("aiokafka", logging.ERROR, "", 1, text, (), None))

    assert [passes(ELECTS), passes("no answer of node 1")] == [False, True]
    now += STARTUP + 1
    assert passes(ELECTS)
