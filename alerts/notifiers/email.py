"""E-mail notifier: alerts by SMTP, one mail thread for each incident."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from alerts.delivery.ports import DeliveryError
from alerts.rendering.escaping import clean

if TYPE_CHECKING:
    from alerts.delivery.external_alert import ExternalAlert

Security = Literal["starttls", "tls", "none"]

TIMEOUT: Final = 15.0  # seconds
_SUBJECT: Final = 200
_TRANSIENT: Final = range(400, 500)
_REMEDY: Final = "check TOCSIN_SMTP_HOST, _PORT, _SECURITY, _USERNAME, _PASSWORD and _FROM"


class SmtpConfig(msgspec.Struct, frozen=True):
    """SMTP settings. The password is in no `repr`."""

    host: str
    sender: str
    port: int = 587
    security: Security = "starttls"
    username: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Return the server without its password."""
        return f"Server({self.host}:{self.port}, {self.security})"


class EmailNotifier:
    """Sends alerts to mailboxes; `address` says which."""

    def __init__(self, server: SmtpConfig) -> None:
        """Take the server."""
        self._server = server

    async def send(self, alert: ExternalAlert, address: str) -> None:
        """Send the alert as a mail; it answers the incident's first one, so that a mail program keeps them together."""
        try:
            await asyncio.to_thread(self._send, build_email(alert, self._server.sender, address))
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _refused(min(codes, default=550)) from None
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code) from None
        except TimeoutError:
            raise DeliveryError("timeout", f"the mail server did not answer: {_REMEDY}", retryable=True) from None
        except (smtplib.SMTPException, OSError) as error:
            kind = type(error).__name__
            raise DeliveryError(
                "unreachable", f"the mail server cannot be used ({kind}): {_REMEDY}", retryable=True
            ) from None

    def _send(self, message: EmailMessage) -> None:
        server = self._server
        if server.security == "tls":
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT, context=ssl.create_default_context()
            )
        else:
            client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        with client:
            if server.security == "starttls":
                client.starttls(context=ssl.create_default_context())
            if server.username:
                client.login(server.username, server.password)
            client.send_message(message)


def build_email(alert: ExternalAlert, sender: str, address: str) -> EmailMessage:
    """Return the mail of an alert. Its id is the same at every attempt."""
    message = EmailMessage()
    domain = sender.rpartition("@")[2] or "tocsin"
    first = f"<{alert.incident}@{domain}>"
    message["From"] = sender
    message["To"] = address
    message["Subject"] = clean(f"{_WORDS[alert.event]}{alert.text}")[:_SUBJECT]
    message["Message-ID"] = f"<{alert.idempotency_key}@{domain}>"
    message["In-Reply-To"] = first
    message["References"] = first
    message["Auto-Submitted"] = "auto-generated"
    if alert.event == "trigger" and alert.severity == "critical":
        message["Importance"] = "high"
    since = datetime.fromtimestamp(alert.opened_at / 1000, UTC)
    lines = [clean(alert.text), "", f"{since:%Y-%m-%d %H:%M} UTC · {alert.severity} · {alert.incident}"]
    message.set_content("\n".join([*lines, *([alert.link] if alert.link else [])]) + "\n")
    return message


_WORDS: Final = {"trigger": "[Tocsin] ", "acknowledge": "[Tocsin] (ack) ", "resolve": "[Tocsin] (resolved) "}


def _refused(code: int) -> DeliveryError:
    return DeliveryError(f"smtp_{code}", f"the mail server answered {code}: {_REMEDY}", retryable=code in _TRANSIENT)
