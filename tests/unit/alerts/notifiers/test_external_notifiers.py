"""Do pager, webhook and mail get what they expect, and say what went wrong without a secret?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from alerts.delivery.external_alert import ExternalAlert, build, event_action
from alerts.delivery.ports import DeliveryError
from alerts.notifiers.email import EmailNotifier, SmtpConfig, build_email
from alerts.notifiers.pagerduty import PagerDutyNotifier
from alerts.notifiers.webhook import WebhookNotifier
from tests.support.alerts import action, now, run, signal
from tests.support.external_receivers import SmtpMailbox, WebhookReceiver
from tests.support.ports import pick_ports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KEY = "R0UT1NGKEY"
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four").decode()


@pytest.fixture
async def there() -> AsyncIterator[WebhookReceiver]:
    """Serve somebody else's server."""
    async with WebhookReceiver() as receiver:
        yield receiver


def trigger() -> ExternalAlert:
    """Return the alarm of an escalated critical incident."""
    reported = run(signal(0, severity="critical"), now(11))[1]
    return build(reported[-1], "trigger", "en", "https://tocsin.example")


async def test_a_pager_gets_an_event_of_the_events_api(there: WebhookReceiver) -> None:
    """One key for all events of an incident, so that a repetition adds nothing."""
    await PagerDutyNotifier(KEY, there.url).send(trigger(), "")
    event = json.loads(there.taken[0][1])
    assert (event["routing_key"], event["event_action"]) == (KEY, "trigger")
    assert event["dedup_key"] == "acme-20150219T1432Z"
    assert event["payload"]["severity"] == "critical"
    assert event["payload"]["summary"].startswith("🔴 Critical acme: 83 negative mentions")
    assert event["links"][0]["href"] == "https://tocsin.example/incidents/acme-20150219T1432Z"


async def test_an_acknowledgement_needs_the_key_only(there: WebhookReceiver) -> None:
    """The API takes no payload with it."""
    reported = run(signal(0, severity="critical"), action(1))[1]
    assert event_action(reported[-1]) == "acknowledge"
    await PagerDutyNotifier(KEY, there.url).send(build(reported[-1], "acknowledge", "en"), "")
    assert set(json.loads(there.taken[0][1])) == {"routing_key", "event_action", "dedup_key"}


async def test_a_webhook_is_signed_as_the_specification_says(there: WebhookReceiver) -> None:
    """A receiver that computes the signature by itself finds the same."""
    await WebhookNotifier(there.url, SECRET).send(trigger(), "")
    headers, body = there.taken[0]
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    expected = base64.b64encode(hmac.new(b"a secret of twenty-four", signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["data"]["incident"] == "acme-20150219T1432Z"


@pytest.mark.parametrize(("status", "retryable"), [(429, True), (503, True), (400, False), (302, False)])
async def test_a_refusal_says_whether_it_may_pass_and_holds_no_secret(
    there: WebhookReceiver, status: int, *, retryable: bool
) -> None:
    """The address of a webhook often is the secret."""
    there.answers.append(status)
    with pytest.raises(DeliveryError) as raised:
        await WebhookNotifier(there.url, SECRET).send(trigger(), "")
    assert raised.value.retryable is retryable
    assert "s3cr3t" not in str(raised.value)
    assert raised.value.retry_after == (1.0 if status == 429 else None)


@pytest.mark.parametrize(
    "channel", [PagerDutyNotifier(KEY, "http://127.0.0.1:9/x"), WebhookNotifier("http://127.0.0.1:9/x", "s")]
)
async def test_nobody_there_is_worth_another_try(channel: PagerDutyNotifier | WebhookNotifier) -> None:
    """A connection that is refused may be accepted later."""
    with pytest.raises(DeliveryError) as raised:
        await channel.send(trigger(), "")
    assert (raised.value.code, raised.value.retryable) == ("unreachable", True)


async def test_a_mail_is_one_thread_an_incident_and_marked_as_automatic() -> None:
    """A repeated try has the same id, so that a mail program shows it once."""
    with SmtpMailbox() as box:
        mail = EmailNotifier(SmtpConfig("127.0.0.1", "tocsin@example.com", box.port, "none"))
        await mail.send(trigger(), "ana@example.com")
        await mail.send(trigger(), "ana@example.com")
    first, second = box.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["References"] == "<acme-20150219T1432Z@example.com>"
    assert (first["To"], first["Importance"], first["Auto-Submitted"]) == ("ana@example.com", "high", "auto-generated")
    assert "83 negative mentions" in first["Subject"]


@pytest.mark.parametrize(("answer", "retryable"), [("451 try later", True), ("554 no", False)])
async def test_a_mail_server_s_refusal_says_whether_it_may_pass(answer: str, *, retryable: bool) -> None:
    """4xx passes, 5xx needs a person."""
    with SmtpMailbox() as box:
        box.refusals.append(answer)
        with pytest.raises(DeliveryError) as raised:
            await EmailNotifier(SmtpConfig("127.0.0.1", "tocsin@example.com", box.port, "none")).send(
                trigger(), "a@example.com"
            )
    assert raised.value.retryable is retryable


async def test_a_mail_server_that_is_not_there_is_stated_so_without_the_password() -> None:
    """Neither the error nor the server's `repr` shows it."""
    server = SmtpConfig("127.0.0.1", "tocsin@example.com", next(pick_ports()), "none", "tocsin", "p4ssw0rd")
    with pytest.raises(DeliveryError) as raised:
        await EmailNotifier(server).send(trigger(), "a@example.com")
    assert raised.value.retryable
    assert "p4ssw0rd" not in f"{raised.value} {server!r}"


def test_a_hostile_brand_writes_no_header() -> None:
    """A line break in a name ends no header of a mail."""
    mail = build_email(replace(trigger(), text="x\r\nBcc: y@z"), "t@example.com", "a@example.com")
    assert mail["Bcc"] is None
    assert mail["Subject"] == "[Tocsin] x Bcc: y@z"
