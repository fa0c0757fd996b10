"""Certificates for 127.0.0.1 that signed themselves, valid or over, and TLS before a broker with them."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from contextlib import ExitStack


def write_certificate(path: Path, until: timedelta) -> Path:
    """Write a certificate with its key, valid for two days up to `until` from now; return the path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, path.stem)])
    ends = datetime.now(UTC) + until
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=2))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


class ExpiringCertificate:
    """TLS before a broker, with a certificate that can expire."""

    def __init__(self, stack: ExitStack, broker: Any) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._valid = write_certificate(folder / "valid.pem", timedelta(days=1))
        self._expired = write_certificate(folder / "expired.pem", timedelta(hours=-1))
        trusted = folder / "trusted.pem"
        trusted.write_bytes(self._valid.read_bytes() + self._expired.read_bytes())
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self._valid)
        self._link = broker.open_link(self._context)
        stack.callback(self._link.close)
        self.environment = {
            "TOCSIN_BROKERS": self._link.bootstrap,
            "TOCSIN_KAFKA_SECURITY_PROTOCOL": "SSL",
            "TOCSIN_KAFKA_CA_FILE": str(trusted),
        }

    def expire(self) -> None:
        """Show the expired one from now on, and close what is open, as a broker does that is restarted with it."""
        self._context.load_cert_chain(self._expired)
        self._link.cut()

    def renew(self) -> None:
        """Show the valid one again."""
        self._context.load_cert_chain(self._valid)
