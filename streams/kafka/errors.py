"""Errors of the broker, with the remedy for the operator."""

from __future__ import annotations


class BrokerError(Exception):
    """The broker does not answer, or refuses."""

    def __init__(
        self, bootstrap: str, why: object, remedy: str = ". Is it running, and is TOCSIN_BROKERS right?"
    ) -> None:
        super().__init__(f"Kafka at {bootstrap}: {why}{remedy}")


class MissingTopicError(BrokerError):
    """The broker answers, but has no such topic."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        super().__init__(bootstrap, f"there is no topic {topic}", ": `tocsin topics create` makes it")
