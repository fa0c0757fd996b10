"""Are the environment's settings read, and wrong ones told by the variable's name?"""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from config.environment import from_environ, unknown_variables, variable_of
from config.errors import ConfigError
from config.settings import Settings

TOKEN = "xoxb-1234567890-abcdefghij"


def message(environ: dict[str, str]) -> str:
    """Return what is told about an environment that is wrong."""
    with pytest.raises(ConfigError) as caught:
        from_environ(environ)
    return str(caught.value)


def test_an_empty_environment_is_a_laptop() -> None:
    """Without any variable the broker is on this machine and alerts stay in the terminal."""
    settings = from_environ({})
    assert settings == Settings()
    assert settings.brokers == ("localhost:9092",)
    assert settings.slack_token.get_secret_value() == ""


def test_every_field_has_its_variable() -> None:
    """The name of a variable is the name of its field, so that none can be forgotten."""
    environ = {
        "TOCSIN_BROKERS": "kafka-1:9092, kafka://kafka-2:9093,",
        "TOCSIN_PREFIX": "acme.",
        "TOCSIN_PARTITIONS": "24",
        "TOCSIN_REPLICATION": "3",
        "TOCSIN_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "TOCSIN_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
        "TOCSIN_KAFKA_SASL_USERNAME": "tocsin",
        "TOCSIN_KAFKA_SASL_PASSWORD": "secret",
        "TOCSIN_KAFKA_CA_FILE": __file__,
        "TOCSIN_KAFKA_CERT_FILE": __file__,
        "TOCSIN_KAFKA_KEY_FILE": __file__,
        "TOCSIN_SLACK_TOKEN": TOKEN,
        "TOCSIN_SLACK_URL": "http://localhost:8080/api/",
        "TOCSIN_METRICS_PORT": "9000",
        "TOCSIN_LOG_FORMAT": "json",
        "TOCSIN_LOG_LEVEL": "debug",
    }
    assert set(environ) <= {variable_of(name) for name in Settings.model_fields}
    settings = from_environ(environ)
    assert settings.brokers == ("kafka-1:9092", "kafka-2:9093")
    assert settings.topic("mentions") == "acme.mentions"
    assert (settings.partitions, settings.replication, settings.metrics_port) == (24, 3, 9000)
    assert settings.slack_token.get_secret_value() == TOKEN
    assert settings.kafka_sasl_password.get_secret_value() == "secret"


def test_the_address_of_slack_ends_with_a_slash() -> None:
    """Method names are put right behind it."""
    for url in ("http://localhost:8080/api", "http://localhost:8080/api/"):
        assert from_environ({"TOCSIN_SLACK_URL": url}).slack_url == "http://localhost:8080/api/"


def test_an_empty_variable_counts_as_not_set() -> None:
    """Compose files pass on variables that nobody set as empty ones."""
    environ = {variable_of(name): " " for name in Settings.model_fields}
    assert from_environ(environ) == Settings()


@pytest.mark.parametrize(
    ("variable", "value", "rule"),
    [
        ("TOCSIN_PARTITIONS", "many", 'TOCSIN_PARTITIONS = "many": must be a whole number (default 12)'),
        ("TOCSIN_PARTITIONS", "0", 'TOCSIN_PARTITIONS = "0": must be ≥ 1 (default 12)'),
        ("TOCSIN_METRICS_PORT", "70000", 'TOCSIN_METRICS_PORT = "70000": must be ≤ 65535 (default 0)'),
        ("TOCSIN_BROKERS", "kafka", 'TOCSIN_BROKERS = "kafka": must be host:port'),
        ("TOCSIN_BROKERS", "kafka:99999", "must be host:port"),
        ("TOCSIN_BROKERS", ",", "TOCSIN_BROKERS"),
        ("TOCSIN_PREFIX", "a/b", 'TOCSIN_PREFIX = "a/b": '),
        ("TOCSIN_KAFKA_CA_FILE", "/nowhere/ca.pem", 'TOCSIN_KAFKA_CA_FILE = "/nowhere/ca.pem": is no file'),
        ("TOCSIN_SLACK_URL", "slack.com", 'TOCSIN_SLACK_URL = "slack.com": '),
        ("TOCSIN_LOG_FORMAT", "jsn", 'TOCSIN_LOG_FORMAT = "jsn": must be one of console, json: did you mean "json"?'),
        ("TOCSIN_KAFKA_SECURITY_PROTOCOL", "SASL", "must be one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"),
    ],
)
def test_a_wrong_value_is_reported_with_its_variable_and_the_rule(variable: str, value: str, rule: str) -> None:
    """Operators know variables, not fields."""
    assert rule in message({variable: value})
    assert message({variable: value}).startswith("environment")


def test_all_wrong_variables_are_reported_at_once() -> None:
    """Nobody restarts a container once for each mistake."""
    text = message({"TOCSIN_PARTITIONS": "x", "TOCSIN_METRICS_PORT": "y"})
    assert "TOCSIN_PARTITIONS" in text
    assert "TOCSIN_METRICS_PORT" in text


def test_a_log_in_that_is_not_whole_is_reported() -> None:
    """A password that would not be used, or a protocol without one, is a mistake, not a default."""
    assert "needs TOCSIN_KAFKA_SASL_USERNAME" in message({"TOCSIN_KAFKA_SECURITY_PROTOCOL": "SASL_SSL"})
    assert "would not be used" in message({"TOCSIN_KAFKA_SASL_USERNAME": "tocsin"})
    assert "would not be used" in message({"TOCSIN_KAFKA_CERT_FILE": __file__})
    assert "needs TOCSIN_KAFKA_CERT_FILE" in message({"TOCSIN_KAFKA_KEY_FILE": __file__})


def test_no_secret_is_ever_shown() -> None:
    """Neither the settings' text nor a message about them holds a token or a password."""
    environ = {"TOCSIN_SLACK_TOKEN": TOKEN, "TOCSIN_KAFKA_SASL_PASSWORD": "secret-password"}
    settings = from_environ(environ)
    reported = message(environ | {"TOCSIN_PARTITIONS": "x", "TOCSIN_LOG_LEVEL": TOKEN})
    for text in (repr(settings), str(settings), settings.model_dump_json(), reported):
        assert TOKEN not in text
        assert "secret-password" not in text


def test_every_field_that_holds_a_secret_hides_it() -> None:
    """A new secret cannot be added as plain text: its name gives it away. The path of a file is none."""
    for name, field in Settings.model_fields.items():
        if not name.endswith("_file") and any(word in name for word in ("token", "password", "secret", "key")):
            assert field.annotation is SecretStr


def test_a_variable_that_nobody_reads_is_warned_about() -> None:
    """A slip of the pen in a variable's name would otherwise be silent."""
    environ = {"TOCSIN_BROKER": "x", "TOCSIN_COLOUR": "y", "HOME": "/", "TOCSIN_PREFIX": ""}
    assert unknown_variables(environ) == [
        "TOCSIN_BROKER is not a variable of Tocsin: did you mean TOCSIN_BROKERS?",
        "TOCSIN_COLOUR is not a variable of Tocsin",
    ]
