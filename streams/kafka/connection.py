"""Connection to the brokers: one description, as arguments of each of the three Kafka clients."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import faust
from faust.auth import OAuthCredentials

from streams.kafka.errors import RefusedError
from streams.kafka.oauth.providers import AwaitedTokens, BlockingTokens, token_source

if TYPE_CHECKING:
    from config.settings import Settings
    from streams.kafka.oauth.providers import TokenSource


@dataclass(frozen=True)
class Connection:
    """Where the brokers are and how to be let in. The password is in no `repr`."""

    brokers: tuple[str, ...]
    protocol: str = "PLAINTEXT"
    mechanism: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tokens: TokenSource | None = field(default=None, repr=False, compare=False)
    ca_file: str | None = None
    cert_file: str | None = None  # of this client, for brokers that ask for one
    key_file: str | None = None
    embedded: bool = False  # librdkafka's mock cluster: no topic creation, no broker version to ask for

    @property
    def bootstrap(self) -> str:
        """Return the brokers as clients want them: host:port, separated by commas."""
        return ",".join(self.brokers)

    def tls(self) -> ssl.SSLContext | None:
        """Return the TLS context, None where the protocol has none.

        Raises:
            RefusedError: the file of certificate authorities holds none, or that of the client no certificate and key.
        """
        if "SSL" not in self.protocol.split("_"):
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except (ssl.SSLError, OSError) as error:
            why = f"TOCSIN_KAFKA_CA_FILE = {self.ca_file}: holds no certificate in PEM form ({error.strerror or error})"
            raise RefusedError(self.bootstrap, why) from error
        if self.cert_file:
            self._load_certificate(context, self.cert_file)
        return context

    def _load_certificate(self, context: ssl.SSLContext, cert_file: str) -> None:
        def refuse_passphrase() -> str:
            raise RefusedError(self.bootstrap, "the client's private key is encrypted: store it without a passphrase")

        try:
            context.load_cert_chain(cert_file, self.key_file, refuse_passphrase)
        except (ssl.SSLError, OSError) as error:
            key = f" with TOCSIN_KAFKA_KEY_FILE = {self.key_file}" if self.key_file else ""
            why = f"TOCSIN_KAFKA_CERT_FILE = {cert_file}{key}: no certificate with its key ({error.strerror or error})"
            raise RefusedError(self.bootstrap, why) from error

    def kafka_python(self) -> dict[str, Any]:
        """Return the arguments of kafka-python's clients."""
        arguments = self._shared()
        if self.embedded:
            arguments["api_version"] = (2, 0)
        if self.tokens:
            arguments["sasl_oauth_token_provider"] = BlockingTokens(self.tokens)
        return arguments

    def aiokafka(self) -> dict[str, Any]:
        """Return the arguments of aiokafka's clients."""
        arguments = self._shared()
        if self.tokens:
            arguments["sasl_oauth_token_provider"] = AwaitedTokens(self.tokens)
        return arguments

    def _shared(self) -> dict[str, Any]:
        arguments: dict[str, Any] = {"bootstrap_servers": list(self.brokers), "security_protocol": self.protocol}
        if self.mechanism:
            arguments["sasl_mechanism"] = self.mechanism
        if self.mechanism and not self.tokens:
            arguments["sasl_plain_username"] = self.username
            arguments["sasl_plain_password"] = self.password
        if context := self.tls():
            arguments["ssl_context"] = context
        return arguments

    def faust(self) -> dict[str, Any]:
        """Return the arguments of a Faust app."""
        arguments: dict[str, Any] = {"broker": [f"kafka://{broker}" for broker in self.brokers]}
        if self.tokens:
            arguments["broker_credentials"] = OAuthCredentials(
                oauth_cb=AwaitedTokens(self.tokens), ssl_context=self.tls()
            )
        elif self.mechanism:
            arguments["broker_credentials"] = faust.SASLCredentials(
                username=self.username, password=self.password, mechanism=self.mechanism, ssl_context=self.tls()
            )
        elif context := self.tls():
            arguments["broker_credentials"] = faust.SSLCredentials(context)
        return arguments


def connect(settings: Settings, *, embedded: bool = False) -> Connection:
    """Return the connection the environment describes."""
    sasl = settings.kafka_security_protocol.startswith("SASL")
    return Connection(
        brokers=settings.brokers,
        protocol=settings.kafka_security_protocol,
        mechanism=settings.kafka_sasl_mechanism if sasl else None,
        tokens=token_source(settings) if sasl else None,
        username=settings.kafka_sasl_username if sasl else None,
        password=settings.kafka_sasl_password.get_secret_value() if sasl else None,
        ca_file=settings.kafka_ca_file or None,
        cert_file=settings.kafka_cert_file or None,
        key_file=settings.kafka_key_file or None,
        embedded=embedded,
    )
