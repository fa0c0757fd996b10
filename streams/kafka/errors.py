"""Errors of the broker, with the remedy for the operator."""

from __future__ import annotations

from typing import Final

_CREDENTIALS: Final = "user name or password refused: check TOCSIN_KAFKA_SASL_USERNAME and TOCSIN_KAFKA_SASL_PASSWORD"
_REFUSED_BEARER: Final = (
    "token refused by the broker: check that it trusts issuer, audience and scope of what TOCSIN_KAFKA_OAUTH_URL or "
    "TOCSIN_KAFKA_OAUTH_TOKEN_FILE gives, and that the clocks agree"
)
_MECHANISM: Final = "SASL mechanism not supported by the broker: check TOCSIN_KAFKA_SASL_MECHANISM"
_PROTOCOL: Final = (
    "the broker expects no SASL here: check TOCSIN_KAFKA_SECURITY_PROTOCOL and the port in TOCSIN_BROKERS"
)
_RIGHTS: Final = "the user lacks the rights: check the broker's ACLs for TOCSIN_KAFKA_SASL_USERNAME"

_REFUSALS: Final = {
    "SaslAuthenticationFailedError": _CREDENTIALS,
    "SaslAuthenticationFailed": _CREDENTIALS,
    "AuthenticationFailedError": _CREDENTIALS,
    "UnsupportedSaslMechanismError": _MECHANISM,
    "IllegalSaslStateError": _PROTOCOL,
    "TopicAuthorizationFailedError": _RIGHTS,
    "GroupAuthorizationFailedError": _RIGHTS,
    "ClusterAuthorizationFailedError": _RIGHTS,
}
"""What to do about refusals, by the names that kafka-python and aiokafka give them."""


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


class RefusedError(BrokerError):
    """The broker is there, and cannot be used so; the message names the cause and the variable to look at."""

    def __init__(self, bootstrap: str, why: str) -> None:
        Exception.__init__(self, f"Kafka at {bootstrap}: {why}")


def refusal_by_name(text: str | None) -> str | None:
    """Return cause and remedy of an error that the admin client describes in words; None where it is no refusal.

    >>> refusal_by_name("[Error 30] GroupAuthorizationFailedError: Not authorized to access group") == _RIGHTS
    True
    """
    return next((remedy for name, remedy in _REFUSALS.items() if name in (text or "")), None)


def refusal(error: BaseException | None, *, by_token: bool = False) -> str | None:
    """Return cause and remedy of a refusal, looked for in an error and what led to it; None where it is another error.

    Args:
        error: of a client.
        by_token: the login is by token, not by user name and password.

    >>> refusal(TimeoutError()) is None
    True
    """
    while error is not None:
        if found := _REFUSALS.get(type(error).__name__):
            return _REFUSED_BEARER if by_token and found is _CREDENTIALS else found
        error = error.__cause__ or error.__context__
    return None
