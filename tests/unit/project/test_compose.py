"""Does what compose and the image start exist, and is it safe? Checked without Docker."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from config.environment import from_environ, variable_of
from config.settings import Settings
from tests.support.compose import Service, read_services
from tests.support.container import settings
from tests.support.jars import KAFKA_VERSION
from tocsin.cli.commands import COMMANDS
from tocsin.cli.run.notifiers import has_slack_app

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
MAKE_TARGETS = set(re.findall(r"(?m)^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    """Return the services as compose would start them on a clean machine."""
    return read_services(ROOT / "docker-compose.yml", {})


def _ours(services: dict[str, Service]) -> list[Service]:
    return [service for service in services.values() if service.image == "tocsin"]


def test_ours_run_commands_that_exist(services: dict[str, Service]) -> None:
    """Each of our services runs a subcommand of `tocsin`."""
    names = {
        "topics",
        "brands",
        "worker",
        "slack",
        "heartbeat",
        "calendars",
        "web",
        "listen",
        "moderation",
        "community",
    }
    assert {service.name for service in _ours(services)} == names
    for service in _ours(services):
        assert service.command[0] == "tocsin"
        assert service.command[1] in COMMANDS


def test_environment_is_understood(services: dict[str, Service]) -> None:
    """Each variable that a service sets is one that Tocsin reads, with a value that it accepts."""
    known = {variable_of(field) for field in Settings.model_fields}
    for service in _ours(services):
        assert {name for name in service.environment if not name.startswith("OTEL_EXPORTER_OTLP_")} <= known
        assert from_environ(service.environment).brokers == ("kafka:9092",)


def test_variables_are_filled_from_the_environment() -> None:
    """What is set outside replaces the default."""
    services = read_services(ROOT / "docker-compose.yml", {"TOCSIN_BROKERS": "k1:9092,k2:9092"})
    assert from_environ(services["worker"].environment).brokers == ("k1:9092", "k2:9092")


RECEIVERS = {"pagerduty_key", "webhook_url", "webhook_secret", "smtp_password"}
SECRETS = {
    "topics": set[str](),
    "brands": set[str](),
    "calendars": set[str](),
    "moderation": {"moderation_webhook_url", "moderation_webhook_secret", "discourse_key", "facebook_token"},
    "community": set[str](),
    "worker": {"slack_token", *RECEIVERS},
    "listen": {
        "listen_token",
        "listen_secret",
        "webhook_secrets",
        "mastodon_token",
        "stack_exchange_key",
        "youtube_key",
        "x_token",
        "google_play_key",
        "app_store_connect_key",
        "app_store_connect_key_id",
    },
    "slack": {"slack_token", "slack_app_token", "slack_signing_secret"},
    "heartbeat": {"heartbeat_ping_url", *RECEIVERS},
    "web": {"web_token", "oidc_client_secret"},
}
"""The secrets that each service gets besides those of its login to Kafka."""
KAFKA_SECRETS = {"kafka_sasl_password", "kafka_oauth_client_secret"}


def test_each_service_gets_its_own_secrets_and_no_other() -> None:
    """A container that is taken over gives away what its command reads, not what the others do."""
    fields = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    environ = {variable_of(name): f"<{name}>" for name in fields}
    services = read_services(ROOT / "docker-compose.yml", environ)
    for name, secrets in SECRETS.items():
        shown = " ".join(services[name].environment.values())
        assert {one for one in fields if f"<{one}>" in shown} == secrets | KAFKA_SECRETS, name
    assert fields - set().union(*SECRETS.values()) == {*KAFKA_SECRETS, "anonymise_key"}
    assert "env_file: # addresses of calendars" in (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


def test_a_worker_knows_that_there_are_buttons_without_the_token_of_the_app() -> None:
    """Cards carry buttons where the Slack app runs."""
    with_app = read_services(ROOT / "docker-compose.yml", {"TOCSIN_SLACK_APP_TOKEN": "a token"})
    without = read_services(ROOT / "docker-compose.yml", {})
    assert has_slack_app(from_environ(with_app["worker"].environment))
    assert not has_slack_app(from_environ(without["worker"].environment))


def test_the_pages_alone_may_write_the_configuration() -> None:
    """The editor replaces the file in one step, so its folder is mounted, and of no program's code."""
    compose = YAML(typ="safe").load(ROOT / "docker-compose.yml")["services"]
    mounts = {name: one for name, raw in compose.items() for one in raw.get("volumes", ()) if "/brands" in one}
    assert mounts == {
        "brands": "${TOCSIN_BRANDS_DIR:-./brands}:/opt/tocsin/brands:ro",
        "web": "${TOCSIN_BRANDS_DIR:-./brands}:/opt/tocsin/brands",
    }
    assert compose["web"]["command"][-1] == "brands/brands.yaml" == compose["brands"]["command"][3]


def test_no_secret_is_written_down() -> None:
    """Neither the compose file nor the example environment holds a token or a password."""
    for name in ("docker-compose.yml", ".env.example", "Dockerfile"):
        text = re.sub(r"\$\{[A-Z_]+:(-|\+set)?\}", "", (ROOT / name).read_text(encoding="utf-8"))  # references
        assert not re.search(r"xox[abp]-|(PASSWORD|TOKEN)[=:] *[^\s$]", text), name


def test_clients_find_the_broker(services: dict[str, Service]) -> None:
    """Kafka advertises to the services the address that they are given."""
    advertised = services["kafka"].environment["KAFKA_ADVERTISED_LISTENERS"]
    assert f"PLAINTEXT://{services['worker'].environment['TOCSIN_BROKERS']}" in advertised


def test_kafka_is_the_tested_version(services: dict[str, Service]) -> None:
    """Compose starts the Kafka that the tests run on."""
    assert services["kafka"].image == f"apache/kafka:{KAFKA_VERSION}"


def test_single_broker_settings_agree(services: dict[str, Service]) -> None:
    """What makes one broker enough is set in compose as in the container that tests use."""
    for name, value in settings(9092).items():
        if "FACTOR" in name or "ISR" in name or "AUTO_CREATE" in name:
            assert services["kafka"].environment[name] == value


def test_nobody_starts_too_early(services: dict[str, Service]) -> None:
    """Topics wait for a healthy Kafka, brands and workers for the topics; what others wait for has a health check."""
    assert services["topics"].after == {"kafka": "service_healthy"}
    assert services["kafka"].health
    for name in ("brands", "worker"):
        assert services[name].after == {"topics": "service_completed_successfully"}


def test_two_workers_with_a_health_check(services: dict[str, Service]) -> None:
    """One worker may die: there are two, and each is asked for its metrics on the port that it serves."""
    worker = services["worker"]
    assert worker.replicas == 2
    assert worker.environment["TOCSIN_METRICS_PORT"] in " ".join(worker.health)


def test_image_is_built_by_make() -> None:
    """The image's own build steps are targets of the Makefile."""
    steps = re.findall(r"(?m)^RUN make (\S+)", DOCKERFILE)
    assert steps
    assert set(steps) <= MAKE_TARGETS


def test_image_holds_every_package() -> None:
    """Each package of the wheel is copied into the image and let through by .dockerignore."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {name.split(".")[0] for name in project["tool"]["setuptools"]["packages"]}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    copied = set(re.findall(r"(?m)^COPY (\w+) \1$", DOCKERFILE))
    assert copied == packages
    assert set(re.findall(r"(?m)^!(\w+)$", ignored)) >= packages


def test_image_runs_as_nobody_special() -> None:
    """The last user of the image is not root."""
    assert re.findall(r"(?m)^USER (\S+)", DOCKERFILE)[-1] == "tocsin"
