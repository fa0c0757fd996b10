"""Settings of the connection to Kafka: brokers, encryption, certificates, a password or a token (OAUTHBEARER)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from config.addresses import MAX_PORT, is_protected


def _brokers(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    addresses = tuple(part.strip().removeprefix("kafka://") for part in value.split(",") if part.strip())
    for address in addresses:
        host, _, port = address.rpartition(":")
        if not (host and port.isdigit() and 0 < int(port) <= MAX_PORT):
            raise ValueError("must be host:port, several with commas between them: kafka-1:9092,kafka-2:9092")
    return addresses


def _readable(value: str) -> str:
    if value and not Path(value).is_file():
        raise ValueError("is no file: name one that this process can read")
    return value


def _token_endpoint(value: str) -> str:
    parts = urlsplit(value)
    if value and not (is_protected(parts) and not parts.username):
        raise ValueError(
            "must be the https address of a token endpoint, such as https://login.example.com/oauth2/token"
        )
    return value


class KafkaSettings(BaseModel):
    """Settings of the connection to Kafka."""

    model_config = ConfigDict(frozen=True)

    brokers: Annotated[tuple[str, ...], BeforeValidator(_brokers), Field(min_length=1)] = Field(
        default=("localhost:9092",), description="Kafka brokers, `host:port`, several separated by commas."
    )
    prefix: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9._-]{0,60}$",
        description="Prefix of every topic name, so that several tenants or a replay can share one Kafka cluster. "
        "[letters, digits, . _ -]",
    )
    partitions: int = Field(
        default=12, ge=1, le=1000, description="Partitions of a topic when it is created; limits the number of workers."
    )
    replication: int = Field(
        default=1,
        ge=1,
        le=9,
        description="Replication factor of each topic when it is created; 3 in production, 1 with a single broker.",
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT",
        description="Security protocol of the Kafka connection. [PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL]",
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = Field(
        default="PLAIN",
        description="SASL mechanism of the Kafka login. [PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER]",
    )
    kafka_sasl_username: str = Field(default="", description="Kafka user name for SASL.")
    kafka_sasl_password: SecretStr = Field(default=SecretStr(""), description="Kafka password for SASL; never shown.")
    kafka_oauth_url: Annotated[str, AfterValidator(_token_endpoint)] = Field(
        default="",
        description="Token endpoint for OAUTHBEARER: it gives tokens for client id and secret (client credentials).",
    )
    kafka_oauth_client_id: str = Field(default="", description="Client id of this process at that endpoint.")
    kafka_oauth_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Client secret of this process at that endpoint; never shown."
    )
    kafka_oauth_scope: str = Field(
        default="", description="Scopes to ask that endpoint for, with spaces between them; empty: the endpoint's own."
    )
    kafka_oauth_audience: str = Field(
        default="", description="Audience to ask that endpoint for, where it wants one; empty: none is sent."
    )
    kafka_oauth_ca_file: Annotated[str, AfterValidator(_readable)] = Field(
        default="",
        description="File of the certificate authority that signed that endpoint's certificate; empty: the system's.",
    )
    kafka_oauth_token_file: Annotated[str, AfterValidator(_readable)] = Field(
        default="",
        description="File that holds the token for OAUTHBEARER, such as the one that Kubernetes projects and renews; "
        "read again for each connection. Instead of TOCSIN_KAFKA_OAUTH_URL.",
    )
    kafka_ca_file: Annotated[str, AfterValidator(_readable)] = Field(
        default="",
        description="File of the certificate authority that signed the brokers' certificates; empty: the system's.",
    )
    kafka_cert_file: Annotated[str, AfterValidator(_readable)] = Field(
        default="",
        description="File of this client's certificate (PEM), for brokers that ask for one; may hold its key, too.",
    )
    kafka_key_file: Annotated[str, AfterValidator(_readable)] = Field(
        default="", description="File of that certificate's private key (PEM, not encrypted); empty: it is beside it."
    )

    @property
    def _sasl(self) -> bool:
        return self.kafka_security_protocol.startswith("SASL")

    @property
    def _by_token(self) -> bool:
        return self._sasl and self.kafka_sasl_mechanism == "OAUTHBEARER"

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        password = self.kafka_sasl_username and self.kafka_sasl_password.get_secret_value()
        if self._sasl and not self._by_token and not password:
            raise ValueError(
                f"TOCSIN_KAFKA_SECURITY_PROTOCOL = {self.kafka_security_protocol} needs "
                "TOCSIN_KAFKA_SASL_USERNAME and TOCSIN_KAFKA_SASL_PASSWORD: set both"
            )
        if self.kafka_sasl_username and not self._sasl:
            raise ValueError(
                "TOCSIN_KAFKA_SASL_USERNAME is set, but TOCSIN_KAFKA_SECURITY_PROTOCOL is not SASL_PLAINTEXT or "
                "SASL_SSL: set it, or the password would not be used"
            )
        return self

    @model_validator(mode="after")
    def _token_is_whole(self) -> Self:
        endpoint, file = self.kafka_oauth_url, self.kafka_oauth_token_file
        if (endpoint or file) and not self._by_token:
            raise ValueError(
                f"TOCSIN_KAFKA_OAUTH_{'URL' if endpoint else 'TOKEN_FILE'} is set, but the login is another: set "
                "TOCSIN_KAFKA_SECURITY_PROTOCOL = SASL_SSL and TOCSIN_KAFKA_SASL_MECHANISM = OAUTHBEARER"
            )
        if self._by_token and bool(endpoint) == bool(file):
            raise ValueError(
                "TOCSIN_KAFKA_SASL_MECHANISM = OAUTHBEARER needs a token: set either TOCSIN_KAFKA_OAUTH_URL or "
                "TOCSIN_KAFKA_OAUTH_TOKEN_FILE"
            )
        if endpoint and not (self.kafka_oauth_client_id and self.kafka_oauth_client_secret.get_secret_value()):
            raise ValueError(
                "TOCSIN_KAFKA_OAUTH_URL needs TOCSIN_KAFKA_OAUTH_CLIENT_ID and TOCSIN_KAFKA_OAUTH_CLIENT_SECRET: "
                "set both"
            )
        return self

    @model_validator(mode="after")
    def _certificate_is_whole(self) -> Self:
        if self.kafka_key_file and not self.kafka_cert_file:
            raise ValueError("TOCSIN_KAFKA_KEY_FILE needs TOCSIN_KAFKA_CERT_FILE: set both")
        if self.kafka_cert_file and not self.kafka_security_protocol.endswith("SSL"):
            raise ValueError(
                "TOCSIN_KAFKA_CERT_FILE is set, but TOCSIN_KAFKA_SECURITY_PROTOCOL is not SSL or SASL_SSL: set it, or "
                "the certificate would not be used"
            )
        return self
