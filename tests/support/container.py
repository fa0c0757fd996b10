"""A real Apache Kafka in a container, for machines with Docker and without Java."""

from __future__ import annotations

import shutil
import subprocess
import time
import uuid
from typing import Final, Self

from tests.support.jars import KAFKA_VERSION, KafkaMissingError
from tests.support.ports import is_listening, pick_ports

_CONTROLLER_PORT: Final = 9099
_PATIENCE_SECONDS: Final = 120.0


def settings(port: int) -> dict[str, str]:
    """Return the environment of the `apache/kafka` image for one broker on this port; any setting replaces them all."""
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": f"PLAINTEXT://:{port},CONTROLLER://:{_CONTROLLER_PORT}",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@localhost:{_CONTROLLER_PORT}",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }


class ContainerKafka:
    """A throwaway Apache Kafka in a container, with the same manners as `tests.support.kafka.LocalKafka`."""

    version: Final = KAFKA_VERSION

    def __init__(self) -> None:
        self._docker = _find_docker()
        self._name = f"tocsin-kafka-{uuid.uuid4().hex[:12]}"
        self._port = next(pick_ports())
        environment = [word for name, value in settings(self._port).items() for word in ("-e", f"{name}={value}")]
        publish = f"127.0.0.1:{self._port}:{self._port}"
        self._ask("create", "--name", self._name, "-p", publish, *environment, f"apache/kafka:{self.version}")

    @property
    def bootstrap(self) -> str:
        """Return `host:port` for clients; the same across restarts."""
        return f"127.0.0.1:{self._port}"

    def start(self) -> Self:
        """Start the broker and wait until it answers.

        Raises:
            RuntimeError: it kept silent.
        """
        self._ask("start", self._name)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"Kafka in container {self._name} did not start: see docker logs {self._name}")
            time.sleep(0.2)
        return self

    def stop(self) -> None:
        """Stop the broker as an operator would."""
        self._ask("stop", self._name)

    def kill(self) -> None:
        """Kill the broker with SIGKILL."""
        self._ask("kill", self._name)

    def restart(self) -> None:
        """Stop and start on the same data and ports."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze the broker: connections stay open, nothing is answered."""
        self._ask("pause", self._name)

    def resume(self) -> None:
        """Let a frozen broker run again."""
        self._ask("unpause", self._name)

    def close(self) -> None:
        """Remove the container and its data."""
        self._ask("rm", "-f", "-v", self._name)

    def _answers(self) -> bool:
        # Docker's proxy accepts connections before Kafka does, so the broker itself is asked.
        tool = ["/opt/kafka/bin/kafka-broker-api-versions.sh", "--bootstrap-server", self.bootstrap]
        command = [self._docker, "exec", self._name, *tool]
        return is_listening(self._port) and subprocess.run(command, capture_output=True, check=False).returncode == 0

    def _ask(self, *words: str) -> None:
        done = subprocess.run([self._docker, *words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"docker {words[0]} failed: {done.stderr.strip()}")


def _find_docker() -> str:
    docker = shutil.which("docker")
    if docker is None:
        raise KafkaMissingError("no docker on the PATH")
    if subprocess.run([docker, "info"], capture_output=True, check=False).returncode != 0:
        raise KafkaMissingError("docker is installed but its engine does not answer")
    return docker
