"""Errors of the broker, with the remedy for the operator."""

from __future__ import annotations


class BrokerError(Exception):
    """The broker does not answer, or refuses."""

    def __init__(self, bootstrap: str, why: object) -> None:
        super().__init__(f"Kafka at {bootstrap}: {why}. Is it running, and is TOCSIN_BROKERS right?")
