"""Process settings from `TOCSIN_…` environment variables: Kafka, Slack, mail, web. Brands are not among them."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from alerts.oncall.escalation_targets import EscalationStep, external_target
from config.addresses import MAX_PORT
from config.kafka_settings import KafkaSettings
from config.sign_in import SignInSettings

_SHORTEST_TOKEN: Final = 16


def _listed(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _outside_slack(value: str) -> str:
    if external_target(value) is None:
        raise ValueError("must lead outside Slack: pagerduty, webhook or mailto:ana@example.com")
    return value


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError:
        raise ValueError("must be an address or a network: 127.0.0.1 or 10.1.0.0/16") from None
    return value


def _long_enough(value: SecretStr) -> SecretStr:
    if 0 < len(value.get_secret_value()) < _SHORTEST_TOKEN:
        raise ValueError("must have 16 characters or more: `openssl rand -hex 24` makes a good one")
    return value


def _with_slash(value: str) -> str:
    return value if value.endswith("/") else f"{value}/"


class Settings(SignInSettings, KafkaSettings):
    """Settings of one process. Each field is read from the variable `TOCSIN_<FIELD>`, in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    removed_brands_days: int = Field(
        default=30,
        ge=0,
        le=3650,
        description="Days for which the incidents, silences and receipts of a brand are kept that was removed from the "
        "configuration; 0: until its open incident is resolved. [days]",
    )
    slack_token: SecretStr = Field(
        default=SecretStr(""),
        description="Slack bot token (xoxb-…); never shown. Without it, alerts go to the terminal.",
    )
    slack_app_token: SecretStr = Field(
        default=SecretStr(""),
        description="Slack app-level token (xapp-…) of Socket Mode, for `tocsin slack`; never shown. With it, or with "
        "TOCSIN_SLACK_SIGNING_SECRET, messages carry buttons.",
    )
    slack_signing_secret: SecretStr = Field(
        default=SecretStr(""), description="Slack signing secret, for `tocsin slack --http PORT`; never shown."
    )
    slack_url: Annotated[str, AfterValidator(_with_slash)] = Field(
        default="https://slack.com/api/", pattern=r"^https?://\S+$", description="Base URL of the Slack Web API."
    )
    web_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="Public URL of `tocsin web`, such as https://tocsin.example.com; "
        "with it, messages link to the page of "
        "their incident.",
    )
    anonymise_key: SecretStr = Field(
        default=SecretStr(""),
        description="Key of the pseudonyms of `tocsin record --anonymise`, so that several recordings share them; "
        "empty: a random key that is not kept. [16 characters or more]",
    )
    pagerduty_key: SecretStr = Field(
        default=SecretStr(""),
        description="Integration key of a PagerDuty service (Events API v2), for the escalation step `pagerduty`; "
        "never shown.",
    )
    pagerduty_url: str = Field(
        default="https://events.pagerduty.com/v2/enqueue",
        pattern=r"^https?://\S+$",
        description="URL that receives PagerDuty events; any compatible service works. "
        "EU accounts: https://events.eu.pagerduty.com/v2/enqueue",
    )
    webhook_url: SecretStr = Field(
        default=SecretStr(""),
        description="URL to which the escalation step `webhook` posts JSON; "
        "never shown, because it often contains a secret.",
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Secret that signs webhook requests (Standard Webhooks: whsec_…); never shown.",
    )
    smtp_host: str = Field(default="", description="Mail server for the escalation steps `mailto:…`; empty: no mail.")
    smtp_port: int = Field(default=587, ge=1, le=MAX_PORT, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="Encryption of the connection to the mail server. [starttls, tls or none]"
    )
    smtp_username: str = Field(default="", description="User name on the mail server; empty: no login.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Password on the mail server; never shown.")
    smtp_from: str = Field(default="", description="Sender of mails, such as tocsin@example.com.")
    heartbeat_channel: str = Field(
        default="",
        pattern=r"^(#\S{1,80}|[CG][A-Z0-9]{6,20})?$",
        description="Slack channel in which the workers edit one message at each probe of `tocsin heartbeat`; empty: "
        "they only check that Slack accepts the token.",
    )
    heartbeat_notify: Annotated[
        tuple[Annotated[EscalationStep, AfterValidator(_outside_slack)], ...], BeforeValidator(_listed)
    ] = Field(
        default=(),
        description="Receivers outside Slack that `tocsin heartbeat` notifies, separated by commas: "
        "pagerduty, webhook, "
        "mailto:duty@example.com; empty: pagerduty and webhook, if they are set up.",
    )
    heartbeat_language: Literal["en", "fr"] = Field(
        default="en", description="Language of the notifications of `tocsin heartbeat` outside Slack. [en or fr]"
    )
    heartbeat_ping_url: SecretStr = Field(
        default=SecretStr(""),
        description="URL fetched after each successful probe, so that an external dead man's switch notices when "
        "`tocsin heartbeat` itself is down; never shown, because such URLs are secrets.",
    )
    web_token: Annotated[SecretStr, AfterValidator(_long_enough)] = Field(
        default=SecretStr(""),
        description="Token to log in to `tocsin web`; never shown. [16 characters or more]",
    )
    web_user_header: str = Field(
        default="",
        pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$|^$",
        description="Header in which a reverse proxy sends the logged-in user, such as X-Forwarded-User; "
        "empty: no header "
        "is trusted. Needs TOCSIN_WEB_PROXIES.",
    )
    web_proxies: Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(_listed)] = Field(
        default=(),
        description="Addresses or networks of the trusted reverse proxies, separated by commas: 127.0.0.1,10.1.0.0/16.",
    )
    listen_token: Annotated[SecretStr, AfterValidator(_long_enough)] = Field(
        default=SecretStr(""),
        description="Token that `POST /v1/mentions` of `tocsin listen --http` asks for; never shown. "
        "[16 characters or more]",
    )
    listen_secret: Annotated[SecretStr, AfterValidator(_long_enough)] = Field(
        default=SecretStr(""),
        description="Secret that signs what is sent to `POST /v1/mentions` (Standard Webhooks: whsec_…); never shown. "
        "[16 characters or more]",
    )
    webhook_secrets: SecretStr = Field(
        default=SecretStr(""),
        description="Secrets of the webhooks that `tocsin listen --http` takes: discourse=…,meta=…; never shown. "
        "[name=secret, separated by commas]",
    )
    moderation_webhook_url: SecretStr = Field(
        default=SecretStr(""),
        description="URL to which `tocsin moderation run` posts each decision as JSON; never shown.",
    )
    moderation_webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Secret that signs those requests (Standard Webhooks: whsec_…); never shown.",
    )
    discourse_url: str = Field(
        default="", description="Address of your own Discourse, whose posts `tocsin moderation run` may hide. [URL]"
    )
    discourse_key: SecretStr = Field(
        default=SecretStr(""), description="API key of a moderator of that Discourse; never shown."
    )
    discourse_user: str = Field(default="system", description="Name of that moderator.")
    facebook_token: SecretStr = Field(
        default=SecretStr(""),
        description="Page access token with which `tocsin moderation run` may hide comments of your own Facebook page; "
        "never shown.",
    )
    facebook_url: str = Field(
        default="https://graph.facebook.com/v23.0", description="Address and version of Facebook's Graph API. [URL]"
    )
    mastodon_token: SecretStr = Field(
        default=SecretStr(""), description="User token for sources of kind mastodon that want a login; never shown."
    )
    stack_exchange_key: SecretStr = Field(
        default=SecretStr(""), description="Key for sources of kind stack-exchange: more requests a day; never shown."
    )
    youtube_key: SecretStr = Field(
        default=SecretStr(""), description="API key for sources of kind youtube; never shown."
    )
    google_play_key: SecretStr = Field(
        default=SecretStr(""),
        description="JSON key of a service account, or its path, for sources of kind google-play; never shown.",
    )
    app_store_connect_key: SecretStr = Field(
        default=SecretStr(""),
        description="Text of a .p8 key, or its path, for sources of kind app-store-connect; never shown.",
    )
    app_store_connect_key_id: SecretStr = Field(default=SecretStr(""), description="Id of that key; never shown.")
    app_store_connect_issuer: str = Field(default="", description="Issuer id that App Store Connect shows beside it.")
    x_token: SecretStr = Field(
        default=SecretStr(""), description="Bearer token of an app on X for sources of kind x; never shown."
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=MAX_PORT,
        description="Port of the Prometheus metrics; 0: no metrics, so that several workers can share a machine.",
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="Format of the log lines: for people or for machines. [console or json]"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Lowest level that is logged. [debug, info, warning or error]"
    )

    @model_validator(mode="after")
    def _second_channels_are_whole(self) -> Settings:
        if bool(self.webhook_url.get_secret_value()) != bool(self.webhook_secret.get_secret_value()):
            raise ValueError("TOCSIN_WEBHOOK_URL and TOCSIN_WEBHOOK_SECRET go together: set both, or neither")
        given = (self.moderation_webhook_url.get_secret_value(), self.moderation_webhook_secret.get_secret_value())
        if bool(given[0]) != bool(given[1]):
            raise ValueError("TOCSIN_MODERATION_WEBHOOK_URL and TOCSIN_MODERATION_WEBHOOK_SECRET go together: set both")
        if bool(self.discourse_url) != bool(self.discourse_key.get_secret_value()):
            raise ValueError("TOCSIN_DISCOURSE_URL and TOCSIN_DISCOURSE_KEY go together: set both, or neither")
        if self.smtp_host and "@" not in self.smtp_from:
            raise ValueError("TOCSIN_SMTP_HOST needs TOCSIN_SMTP_FROM, a sender such as tocsin@example.com: set it")
        return self

    @model_validator(mode="after")
    def _proxies_are_named(self) -> Settings:
        if bool(self.web_user_header) != bool(self.web_proxies):
            raise ValueError("TOCSIN_WEB_USER_HEADER and TOCSIN_WEB_PROXIES go together: set both, or neither")
        return self

    def topic(self, name: str) -> str:
        """Return the full name of a topic."""
        return f"{self.prefix}{name}"
