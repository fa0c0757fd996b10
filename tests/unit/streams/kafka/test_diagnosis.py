"""A broker that cannot be used: the cause by name, and the variable to look at."""

from __future__ import annotations

import logging
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import aiokafka.errors
import kafka.errors
import pytest

from streams.kafka import clients
from streams.kafka.connection import Connection
from streams.kafka.diagnosis import diagnose
from streams.kafka.errors import BrokerError, RefusedError, refusal
from tocsin.cli.errors import describe_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a certificate for localhost that signed itself, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl, to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    wanted = ("-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")
    names = ("-addext", "subjectAltName=DNS:localhost")
    files = ("-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem"))
    subprocess.run([openssl, "req", "-x509", *wanted, *names, *files], check=True, capture_output=True)
    return folder


@contextmanager
def server(certificate: Path | None = None) -> Iterator[int]:
    """Answer connections on loopback, in TLS or, without a certificate, by closing them; yields the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate is not None:
        context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")

    def answer(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    if certificate is None:
                        connection.recv(10)
                    else:
                        context.wrap_socket(connection, server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,), daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def connection(host: str, port: int, protocol: str, ca_file: Path | None = None) -> Connection:
    """Return a connection to a broker on this machine."""
    return Connection((f"{host}:{port}",), protocol, ca_file=None if ca_file is None else str(ca_file))


def test_a_missing_authority_is_named(certificate: Path) -> None:
    """Nobody known here signed the certificate."""
    with server(certificate) as port:
        why = diagnose(connection("localhost", port, "SSL"), [])
    assert why is not None
    assert "certificate refused: self-signed certificate: set TOCSIN_KAFKA_CA_FILE" in why


def test_a_certificate_for_another_host_is_named(certificate: Path) -> None:
    """The authority is the right one."""
    with server(certificate) as port:
        why = diagnose(connection("127.0.0.1", port, "SSL", certificate / "certificate.pem"), [])
    assert why is not None
    assert "IP address mismatch" in why
    assert "name the broker in TOCSIN_BROKERS as its certificate does" in why


def test_a_wrong_protocol_is_named(certificate: Path) -> None:
    """TLS where there is none, and none where there is."""
    with server() as port:
        why = diagnose(connection("localhost", port, "SASL_SSL"), [])
    assert why is not None
    assert "does not speak TLS on this port: check TOCSIN_KAFKA_SECURITY_PROTOCOL (SASL_SSL)" in why
    with server(certificate) as port:
        why = diagnose(connection("localhost", port, "PLAINTEXT"), [])
    assert why is not None
    assert "speaks TLS on this port: check TOCSIN_KAFKA_SECURITY_PROTOCOL (PLAINTEXT)" in why


def test_what_is_as_it_should_be_gets_no_diagnosis(certificate: Path) -> None:
    """Nor does a port where nobody listens."""
    with server(certificate) as port:
        assert diagnose(connection("localhost", port, "SSL", certificate / "certificate.pem"), []) is None
    with server() as port:
        assert diagnose(connection("localhost", port, "PLAINTEXT"), []) is None
    for protocol in ("PLAINTEXT", "SSL"):
        assert diagnose(connection("localhost", port, protocol), []) is None


@pytest.mark.parametrize(
    ("error", "variable"),
    [
        (kafka.errors.SaslAuthenticationFailedError("Authentication failed"), "TOCSIN_KAFKA_SASL_PASSWORD"),
        (aiokafka.errors.AuthenticationFailedError("Authentication failed"), "TOCSIN_KAFKA_SASL_PASSWORD"),
        (aiokafka.errors.SaslAuthenticationFailed("Authentication failed"), "TOCSIN_KAFKA_SASL_PASSWORD"),
        (kafka.errors.UnsupportedSaslMechanismError(), "TOCSIN_KAFKA_SASL_MECHANISM"),
        (aiokafka.errors.UnsupportedSaslMechanismError(), "TOCSIN_KAFKA_SASL_MECHANISM"),
        (kafka.errors.IllegalSaslStateError(), "TOCSIN_KAFKA_SECURITY_PROTOCOL"),
        (kafka.errors.TopicAuthorizationFailedError(), "ACLs"),
    ],
)
def test_a_refusal_names_the_variable(error: Exception, variable: str) -> None:
    """Of both clients, directly or as the cause of another error; the user gets one line and exit code 1."""
    outer = RuntimeError("outer")
    outer.__cause__ = error
    assert variable in str(refusal(error))
    assert refusal(outer) == refusal(error)
    described = describe_error(error)
    if isinstance(error, kafka.errors.KafkaError):
        assert described is not None
        assert variable in described[0]


@pytest.mark.parametrize(
    ("logged", "kind", "words"),
    [
        (kafka.errors.SaslAuthenticationFailedError("no"), RefusedError, "TOCSIN_KAFKA_SASL_PASSWORD"),
        (ConnectionRefusedError(111, "refused"), BrokerError, "is TOCSIN_BROKERS right?"),
    ],
)
def test_what_the_client_only_logs_is_the_cause(
    logged: Exception, kind: type[BrokerError], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It tries again until its time is over and then says that nothing could be reached; the log stays empty."""

    def client(**_: Any) -> None:
        logging.getLogger("kafka.net.manager").warning("Bootstrap connection to %s failed: %s", "node", logged)
        raise kafka.errors.KafkaTimeoutError("Unable to bootstrap")

    with server() as port, pytest.raises(BrokerError, match=words.replace("?", r"\?")) as raised:
        clients._reach(connection("127.0.0.1", port, "PLAINTEXT"), client, {})
    assert type(raised.value) is kind
    assert not caplog.records


def test_a_broker_that_is_down_is_named_before_a_client_tries() -> None:
    """At once, with what the system says."""

    def client(**_: Any) -> None:
        pytest.fail("no client is needed to know it")

    with server() as port:
        pass
    with pytest.raises(BrokerError, match=r"connection refused\. Is it running"):
        clients._reach(connection("127.0.0.1", port, "PLAINTEXT"), client, {})


def test_a_file_without_authorities_is_named(tmp_path: Path) -> None:
    """With the variable."""
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    with pytest.raises(RefusedError, match=r"TOCSIN_KAFKA_CA_FILE = .*ca\.pem: holds no certificate"):
        connection("localhost", 1, "SSL", file).tls()


def test_a_client_shows_its_certificate(certificate: Path) -> None:
    """With its key; a file without one is named, and so is a key that belongs to another."""
    own, key = str(certificate / "certificate.pem"), str(certificate / "key.pem")
    assert Connection(("localhost:9093",), "SSL", cert_file=own, key_file=key).tls() is not None
    with pytest.raises(RefusedError, match=r"TOCSIN_KAFKA_CERT_FILE = .*certificate\.pem: no certificate with its key"):
        Connection(("localhost:9093",), "SSL", cert_file=own).tls()
