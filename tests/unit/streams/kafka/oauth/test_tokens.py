"""Tokens for Kafka: asked for, kept, renewed in time, and named by their cause when there are none."""

from __future__ import annotations

import asyncio
import stat
from typing import TYPE_CHECKING, Any

import aiokafka.errors
import kafka.errors
import pytest

from config.environment import from_environ
from config.errors import ConfigError
from streams.kafka import clients
from streams.kafka.connection import connect
from streams.kafka.diagnosis import diagnose
from streams.kafka.oauth.providers import AwaitedTokens, BlockingTokens
from streams.kafka.oauth.token import TokenError
from streams.kafka.oauth.token_endpoint import PAUSE, TokenEndpoint, TokenRequest
from streams.kafka.oauth.token_file import TokenFile
from tests.support.token_endpoint import CLIENT, SECRET, Endpoint, served_tokens, unsigned
from tocsin.cli.errors import describe_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Serve a token endpoint."""
    with served_tokens() as serving:
        yield serving


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Return the instant (s)."""
        return self.now


def request(endpoint: Endpoint, **others: Any) -> TokenRequest:
    """Return a request of the client that the endpoint knows."""
    return TokenRequest(endpoint.url, others.pop("client_id", CLIENT), others.pop("client_secret", SECRET), **others)


def environment(**others: str) -> dict[str, str]:
    """Return the variables of a login by token."""
    login = {"SECURITY_PROTOCOL": "SASL_PLAINTEXT", "SASL_MECHANISM": "OAUTHBEARER"} | others
    return {f"TOCSIN_KAFKA_{name}": value for name, value in login.items()}


def test_a_token_is_shared_until_most_of_its_life_is_over(endpoint: Endpoint) -> None:
    """Eighty of a hundred seconds; what is asked for is what RFC 6749 says."""
    clock = Clock()
    tokens = TokenEndpoint(request(endpoint, scope="kafka other", audience="brokers"), clock)
    assert [tokens.current(), tokens.current()] == ["first", "first"]
    assert endpoint.asked == [{"grant_type": "client_credentials", "scope": "kafka other", "audience": "brokers"}]
    endpoint.answer = {"access_token": "second", "expires_in": "100"}
    clock.now += 79
    assert tokens.current() == "first"
    clock.now += 2
    assert tokens.current() == "second"


def test_while_the_endpoint_is_down_the_last_token_is_used_as_long_as_it_holds(endpoint: Endpoint) -> None:
    """After that there is none; the endpoint is not asked at each connection, and its return is noticed."""
    clock = Clock()
    tokens = TokenEndpoint(request(endpoint), clock)
    assert tokens.current() == "first"
    endpoint.status = 503
    clock.now += 90
    assert [tokens.current() for _ in range(3)] == ["first"] * 3
    assert len(endpoint.asked) == 2
    clock.now += 11
    for _ in range(3):
        with pytest.raises(TokenError, match="status 503"):
            tokens.current()
    assert len(endpoint.asked) == 3
    endpoint.status, endpoint.answer = 200, {"access_token": "second", "expires_in": 100}
    clock.now += PAUSE
    assert tokens.current() == "second"


def test_a_token_that_says_itself_when_it_ends_is_believed(endpoint: Endpoint) -> None:
    """`expires_in` is only recommended."""
    clock = Clock()
    endpoint.answer = {"access_token": unsigned({"exp": 1_050})}
    tokens = TokenEndpoint(request(endpoint), clock)
    tokens.current()
    clock.now += 39
    tokens.current()
    assert len(endpoint.asked) == 1
    clock.now += 2
    tokens.current()
    assert len(endpoint.asked) == 2


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (400, {"error": "invalid_scope"}, "status 400 (invalid_scope): check TOCSIN_KAFKA_OAUTH_SCOPE"),
        (400, {"error": "unauthorized_client"}, "allow this client the grant"),
        (404, {}, "status 404: is TOCSIN_KAFKA_OAUTH_URL right?"),
        (302, {}, "status 302"),
        (200, {"token": "x"}, "the answer holds no access_token"),
        (200, {"access_token": "x\x01auth=other"}, "the answer holds no access_token"),
        (200, ["x"], "the answer holds no access_token"),
    ],
)
def test_an_endpoint_that_gives_no_token_is_named_with_the_cause(
    endpoint: Endpoint, status: int, answer: Any, words: str
) -> None:
    """And with the variable to look at; a redirection is not followed, as the secret would go with it."""
    endpoint.status, endpoint.answer = status, answer
    with pytest.raises(TokenError) as raised:
        TokenEndpoint(request(endpoint)).current()
    assert words in str(raised.value)
    assert endpoint.url in str(raised.value)
    assert len(endpoint.asked) == 1


def test_a_wrong_secret_is_named_and_not_shown(endpoint: Endpoint) -> None:
    """What the provider says is harmless on a terminal."""
    asked = request(endpoint, client_secret="wrong-secret")
    with pytest.raises(TokenError) as raised:
        asked.fetch()
    assert "status 401 (invalid_client: who[31m?): check TOCSIN_KAFKA_OAUTH_CLIENT_ID" in str(raised.value)
    assert "wrong-secret" not in f"{raised.value}{asked!r}"
    assert describe_error(raised.value) == (str(raised.value), 1)


def test_an_endpoint_that_is_not_there_is_named() -> None:
    """Nobody listens on this port."""
    with pytest.raises(TokenError, match="refused: is TOCSIN_KAFKA_OAUTH_URL right"):
        TokenRequest("http://127.0.0.1:1/token", "x", "y").fetch()


def test_a_file_is_read_again_for_each_connection(tmp_path: Path) -> None:
    """Kubernetes writes a new token into it; one that nobody renews is named."""
    file, clock = tmp_path / "token", Clock()
    tokens = TokenFile(str(file), clock)
    file.write_text(f"{unsigned({'exp': 1_100})}\n")
    assert tokens.current() == unsigned({"exp": 1_100})
    clock.now = 1_130
    with pytest.raises(TokenError, match="the token expired 30 s ago: does anything renew this file"):
        tokens.current()
    file.write_text("opaque")
    assert tokens.current() == "opaque"


@pytest.mark.parametrize(("content", "words"), [(b"", "is empty"), (b"two words", "no token"), (b"\xff", "no token")])
def test_a_file_without_a_token_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    """With its variable and its path."""
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(TokenError, match=rf"TOCSIN_KAFKA_OAUTH_TOKEN_FILE = {file}: .*{words}"):
        TokenFile(str(file)).current()
    file.unlink()
    with pytest.raises(TokenError, match="no such file"):
        TokenFile(str(file)).current()


def test_each_client_gets_the_token(endpoint: Endpoint) -> None:
    """kafka-python in its thread, aiokafka and Faust in the loop; none gets a user name."""
    settings = from_environ(
        environment(OAUTH_URL=endpoint.url, OAUTH_CLIENT_ID=CLIENT, OAUTH_CLIENT_SECRET=SECRET, OAUTH_SCOPE="kafka")
    )
    connection = connect(settings)
    blocking, awaited = connection.kafka_python(), connection.aiokafka()
    assert blocking["sasl_mechanism"] == awaited["sasl_mechanism"] == "OAUTHBEARER"
    assert not [name for name in {*blocking, *awaited} if name.startswith("sasl_plain")]
    assert blocking["sasl_oauth_token_provider"].token() == "first"
    assert asyncio.run(awaited["sasl_oauth_token_provider"].token()) == "first"
    credentials = connection.faust()["broker_credentials"]
    assert asyncio.run(credentials.oauth_cb.token()) == "first"
    assert len(endpoint.asked) == 1
    assert SECRET not in repr(connection)


def test_a_client_without_a_token_fails_as_if_the_broker_were_away(tmp_path: Path) -> None:
    """Its clients try again; a command that starts says the cause, not that no broker answers."""
    file = tmp_path / "token"
    tokens = TokenFile(str(file))
    with pytest.raises(kafka.errors.KafkaConnectionError, match="no such file"):
        BlockingTokens(tokens).token()
    with pytest.raises(aiokafka.errors.KafkaConnectionError, match="no such file"):
        asyncio.run(AwaitedTokens(tokens).token())
    file.write_text("")
    with served_tokens() as listening:
        broker = listening.url.split("/")[2]
        settings = from_environ(environment(OAUTH_TOKEN_FILE=str(file)) | {"TOCSIN_BROKERS": broker})
        with pytest.raises(TokenError, match="is empty"):
            clients.admin(connect(settings))


def test_a_token_that_the_broker_refuses_is_no_wrong_password(tmp_path: Path) -> None:
    """The remedy is another one."""
    file = tmp_path / "token"
    file.write_text("opaque")
    connection = connect(from_environ(environment(OAUTH_TOKEN_FILE=str(file))))
    why = diagnose(connection, [kafka.errors.SaslAuthenticationFailedError("invalid_token")])
    assert why is not None
    assert why.startswith("token refused by the broker")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (environment(), "needs a token: set either TOCSIN_KAFKA_OAUTH_URL or"),
        (environment(OAUTH_URL="https://x.example.com/token"), "needs TOCSIN_KAFKA_OAUTH_CLIENT_ID and"),
        (environment(OAUTH_URL="http://x.example.com/token"), "must be the https address"),
        (environment(OAUTH_TOKEN_FILE="/nowhere/token"), "is no file"),
        ({"TOCSIN_KAFKA_OAUTH_URL": "https://x.example.com/token"}, "TOCSIN_KAFKA_OAUTH_URL is set, but the login is"),
    ],
)
def test_a_login_by_token_that_is_not_whole_is_reported(variables: dict[str, str], words: str) -> None:
    """What would not be used is a mistake, too."""
    with pytest.raises(ConfigError) as raised:
        from_environ(variables)
    assert words in str(raised.value)


def test_a_file_of_tokens_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    """A folder in its place stands for it: tests may run as root, whom no permission stops."""
    (tmp_path / "token").mkdir(stat.S_IRWXU)
    with pytest.raises(TokenError, match="is a directory"):
        TokenFile(str(tmp_path / "token")).current()
