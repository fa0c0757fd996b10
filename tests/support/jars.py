"""Jars of Apache Kafka: Maven fetches them once into a cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

KAFKA_VERSION: Final = "4.1.2"
LOG4J_VERSION: Final = "2.25.3"
JAVA_AT_LEAST: Final = 17

_POM: Final = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tocsin</groupId> <artifactId>kafka-for-tests</artifactId> <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId> <artifactId>kafka_2.13</artifactId> <version>{kafka}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId> <artifactId>log4j-slf4j-impl</artifactId> <version>{log4j}</version>
    </dependency>
  </dependencies>
</project>
"""


class KafkaMissingError(RuntimeError):
    """Apache Kafka cannot be run here; the message says what to install."""


def find_java() -> str:
    """Return the `java` command.

    Raises:
        KafkaMissingError: there is none, or it is older than Kafka needs.
    """
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None) or shutil.which("java")
    if java is None:
        raise KafkaMissingError(f"no java on the PATH: install Java {JAVA_AT_LEAST} (Debian: default-jre-headless)")
    words = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', words)
    if found is None or int(found[1]) < JAVA_AT_LEAST:
        raise KafkaMissingError(f"{java} is not Java {JAVA_AT_LEAST} or newer: {words.strip()!r}")
    return java


def fetch_jars(version: str = KAFKA_VERSION) -> Path:
    """Return a folder with the jars of Apache Kafka, fetched by Maven the first time (43 MB).

    Raises:
        KafkaMissingError: Maven is not installed, or it could not fetch them.
    """
    folder = _cache() / f"kafka-{version}"
    if not folder.is_dir():
        maven = shutil.which("mvn")
        if maven is None:
            raise KafkaMissingError("no mvn on the PATH: install Maven (Debian: maven)")
        folder.parent.mkdir(parents=True, exist_ok=True)
        _fetch(maven, version, folder)
    return folder


def _fetch(maven: str, version: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as scratch:
        pom, jars = Path(scratch, "pom.xml"), Path(scratch, "jars")
        pom.write_text(_POM.format(kafka=version, log4j=LOG4J_VERSION), encoding="utf-8")
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={jars}", "-DincludeScope=runtime"]
        done = subprocess.run([maven, "-q", "-B", "-f", pom, *goal], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise KafkaMissingError(
                f"Maven could not fetch Kafka {version}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        try:
            jars.rename(folder)
        except OSError:  # another run was quicker: its jars are as good
            if not folder.is_dir():
                raise


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tocsin"
