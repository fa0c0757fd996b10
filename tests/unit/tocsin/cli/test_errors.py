"""Is each failure judged as whose fault it is?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from kafka.errors import KafkaTimeoutError

from alerts.delivery.ports import DeliveryError
from config.errors import ConfigError, Problem
from mentions.readers.position import SourceError
from streams.kafka.errors import BrokerError, MissingTopicError
from tocsin.cli.errors import EXIT_FAILED, EXIT_USAGE, describe_error
from tocsin.errors import CommandError, UsageError


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (CommandError("nothing was changed"), EXIT_FAILED, "nothing was changed"),
        (UsageError("add --yes"), EXIT_USAGE, "add --yes"),
        (ConfigError([Problem("b.yaml", 1, 2, "a", None, "is wrong")]), EXIT_USAGE, "b.yaml:1:2 a: is wrong"),
        (SourceError("x.csv", 3, "no such column"), EXIT_USAGE, "x.csv:3: no such column"),
        (BrokerError("localhost:1", "refused"), EXIT_FAILED, "localhost:1"),
        (DeliveryError("invalid_auth", "renew the token", retryable=False), EXIT_FAILED, "renew the token"),
        (KafkaTimeoutError(), EXIT_FAILED, "TOCSIN_BROKERS"),
        (
            FileNotFoundError(2, "No such file or directory", "a.jsonl"),
            EXIT_USAGE,
            "a.jsonl: No such file or directory",
        ),
        (PermissionError(13, "Permission denied", b"a.jsonl"), EXIT_USAGE, "a.jsonl: Permission denied"),
    ],
)
def test_a_failure_that_a_user_can_mend_is_reported(error: Exception, code: int, words: str) -> None:
    """Each family of errors has its code, and its own message reaches the user."""
    judged = describe_error(error)
    assert judged is not None
    assert judged[1] == code
    assert words in judged[0]


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), OSError("x"), AssertionError(), RuntimeError()])
def test_a_bug_is_not_reported_as_if_it_were_the_user_s(error: Exception) -> None:
    """What nobody foresaw keeps its traceback: hiding it would make it unfindable."""
    assert describe_error(error) is None


def test_a_missing_topic_names_its_remedy_alone() -> None:
    """The broker answered, so nobody is asked whether it runs."""
    judged = describe_error(MissingTopicError("localhost:1", "brands"))
    assert judged == (
        "Kafka at localhost:1: there is no topic brands: `tocsin topics create` makes it",
        EXIT_FAILED,
    )


def test_a_hostile_name_in_a_message_does_not_act() -> None:
    """File names and lines from outside are spelled out where they are shown."""
    for error in (FileNotFoundError(2, "No such file", "a\x1b[2J"), SourceError("a\x1b[2J", 1, "x")):
        judged = describe_error(error)
        assert judged is not None
        assert "\x1b" not in judged[0]


def test_judging_loads_no_package() -> None:
    """A command that fails early does not first load all that could have failed."""
    program = (
        "import sys; from tocsin.cli.errors import describe_error; describe_error(ValueError()); print(*sys.modules)"
    )
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=True)
    assert not set(done.stdout.split()) & {"pydantic", "kafka", "alerts", "streams", "sources", "config"}
