"""Notifiers outside Slack that the environment sets up: PagerDuty, webhook, email."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alerts.delivery.external_alert import ExternalNotifier
    from config.settings import Settings


def has_slack_app(settings: Settings) -> bool:
    """Return whether the Slack app is set up, which answers the buttons."""
    return bool(settings.slack_app_token.get_secret_value() or settings.slack_signing_secret.get_secret_value())


def external_notifiers(settings: Settings) -> dict[str, ExternalNotifier]:
    """Return the channels by the name of their escalation step; those whose variables are not set are left out."""
    from alerts.notifiers.email import EmailNotifier, SmtpConfig  # noqa: PLC0415  slow to load
    from alerts.notifiers.pagerduty import PagerDutyNotifier  # noqa: PLC0415
    from alerts.notifiers.webhook import WebhookNotifier  # noqa: PLC0415

    found: dict[str, ExternalNotifier] = {}
    if key := settings.pagerduty_key.get_secret_value():
        found["pagerduty"] = PagerDutyNotifier(key, settings.pagerduty_url)
    if url := settings.webhook_url.get_secret_value():
        found["webhook"] = WebhookNotifier(url, settings.webhook_secret.get_secret_value())
    if settings.smtp_host:
        password = settings.smtp_password.get_secret_value()
        place = settings.smtp_host, settings.smtp_from, settings.smtp_port, settings.smtp_security
        found["email"] = EmailNotifier(SmtpConfig(*place, settings.smtp_username, password))
    return found
