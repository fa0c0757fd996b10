"""The current token, as each of Kafka's clients asks for it. Without one, a connection fails and is tried again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import aiokafka.abc
import aiokafka.errors
import kafka.errors
from kafka.net.sasl import oauth

from streams.kafka.oauth.token import TokenError
from streams.kafka.oauth.token_endpoint import TokenEndpoint, TokenRequest
from streams.kafka.oauth.token_file import TokenFile

if TYPE_CHECKING:
    from config.settings import Settings


class TokenSource(Protocol):
    """Where tokens come from."""

    def current(self) -> str:
        """Return a token that holds.

        Raises:
            TokenError: there is none.
        """


class BlockingTokens(oauth.AbstractTokenProvider):  # type: ignore[misc]  # kafka-python has no types
    """Tokens for kafka-python."""

    def __init__(self, source: TokenSource) -> None:
        super().__init__()
        self._source = source

    def token(self) -> str:
        """Return the current token."""
        try:
            return self._source.current()
        except TokenError as error:
            raise kafka.errors.KafkaConnectionError(str(error)) from error


class AwaitedTokens(aiokafka.abc.AbstractTokenProvider):  # type: ignore[misc]  # aiokafka has no types
    """Tokens for aiokafka and Faust; the loop goes on while one is fetched."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    async def token(self) -> str:
        """Return the current token."""
        try:
            return await asyncio.to_thread(self._source.current)
        except TokenError as error:
            raise aiokafka.errors.KafkaConnectionError(str(error)) from error


def token_source(settings: Settings) -> TokenSource | None:
    """Return where the tokens of these settings come from; None where the login is another."""
    if settings.kafka_oauth_token_file:
        return TokenFile(settings.kafka_oauth_token_file)
    if settings.kafka_oauth_url:
        return TokenEndpoint(
            TokenRequest(
                settings.kafka_oauth_url,
                settings.kafka_oauth_client_id,
                settings.kafka_oauth_client_secret.get_secret_value(),
                settings.kafka_oauth_scope,
                settings.kafka_oauth_audience,
                settings.kafka_oauth_ca_file or None,
            )
        )
    return None
