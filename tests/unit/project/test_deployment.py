"""Deployment files: commands exist with their options, probes and rights are whole, every process is there."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest
from ruamel.yaml import YAML

from config.environment import unknown_variables
from streams.agents import metrics
from streams.health.metrics_reference import metric_rows
from tests.support.docs import ROOT
from tocsin.cli.commands import COMMANDS, load_command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST: Final = YAML(typ="safe").load(ROOT / "deploy" / "kubernetes" / "tocsin.yaml")
UNITS: Final = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
PROCESSES: Final = {"worker", "listen", "slack", "web", "heartbeat", "moderation", "community"}


def of_kind(kind: str) -> dict[str, Any]:
    """Return the objects of a kind by name."""
    return {one["metadata"]["name"]: one for one in MANIFEST["items"] if one["kind"] == kind}


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the pods of deployments and jobs."""
    for kind in ("Deployment", "Job"):
        for name, one in of_kind(kind).items():
            yield name, one["spec"]["template"]["spec"]


def check_command(words: list[str]) -> None:
    """Check that a `tocsin` command exists, with the options that it gets."""
    found: Any = load_command(words[0])
    for word in words[1:]:
        found = getattr(found, "commands", {}).get(word, found)
    known = {option for parameter in found.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize(("name", "pod"), list(pods()))
def test_a_pod_runs_without_rights_on_a_file_system_that_is_read_only(name: str, pod: dict[str, Any]) -> None:
    """Its commands exist; what it mounts is there; only scratch and state can be written."""
    assert pod["securityContext"]["runAsNonRoot"], name
    assert pod["automountServiceAccountToken"] is False
    volumes = {one["name"] for one in pod["volumes"]}
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        assert container["args"][0] == "tocsin"
        check_command(container["args"][1:])
        rights = container["securityContext"]
        assert (rights["readOnlyRootFilesystem"], rights["capabilities"]) == (True, {"drop": ["ALL"]})
        assert {one["name"] for one in container["volumeMounts"]} <= volumes
        assert {one["configMapRef"]["name"] for one in container["envFrom"] if "configMapRef" in one} <= {
            "tocsin",
            *({"tocsin-web"} if name == "tocsin-web" else ()),
        }
        own = {name} if name != "tocsin-apply" else set()
        assert {one["secretRef"]["name"] for one in container["envFrom"] if "secretRef" in one} == {
            "tocsin-kafka",
            *own,
        }


def test_every_process_is_deployed_with_probes_that_it_answers() -> None:
    """On the port that the settings give the metrics, at the paths that the server has."""
    deployed = of_kind("Deployment")
    assert {name.removeprefix("tocsin-") for name in deployed} == PROCESSES
    settings = of_kind("ConfigMap")["tocsin"]["data"]
    assert unknown_variables(settings | of_kind("ConfigMap")["tocsin-web"]["data"]) == []
    for one in deployed.values():
        template = one["spec"]["template"]
        (container,) = template["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert str(ports["metrics"]) == settings["TOCSIN_METRICS_PORT"]
        assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "metrics"}
        assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "metrics"}
        assert container["startupProbe"]["httpGet"]["path"] == "/livez"
        labels = template["metadata"]["labels"]
        assert one["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_workers_scale_with_lag_up_to_the_partitions_and_one_stays() -> None:
    """By a metric that exists."""
    (scaler,) = of_kind("HorizontalPodAutoscaler").values()
    (rule,) = scaler["spec"]["metrics"]
    assert rule["pods"]["metric"]["name"] in {row.name for row in metric_rows(metrics)}
    assert scaler["spec"]["maxReplicas"] == int(of_kind("ConfigMap")["tocsin"]["data"]["TOCSIN_PARTITIONS"])
    assert scaler["spec"]["minReplicas"] > of_kind("PodDisruptionBudget")["tocsin-worker"]["spec"]["maxUnavailable"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_a_command_that_exists(path: Path) -> None:
    """Without rights, and again when it ends."""
    unit = configparser.RawConfigParser(strict=False)
    unit.read(path)
    program, *words = unit["Service"]["ExecStart"].split()
    assert program.endswith("/bin/tocsin")
    check_command(words)
    assert (unit["Service"]["Restart"], unit["Service"]["NoNewPrivileges"]) == ("always", "yes")
    assert int(unit["Service"]["TimeoutStopSec"]) >= 30
    files = [line for line in path.read_text("utf-8").splitlines() if line.startswith("EnvironmentFile=")]
    name = path.stem.removeprefix("tocsin-")
    assert files == ["EnvironmentFile=/etc/tocsin/tocsin.env", f"EnvironmentFile=-/etc/tocsin/{name}.env"]


def test_there_is_a_unit_for_every_process() -> None:
    """Each a command."""
    assert {path.stem.removeprefix("tocsin-") for path in UNITS} == PROCESSES
    assert COMMANDS.keys() >= PROCESSES


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """By its own tool; the program is replaced by one that is here."""
    for path in UNITS:
        text = path.read_text("utf-8").replace("/opt/tocsin/.venv/bin/tocsin", "/bin/true")
        (tmp_path / path.name).write_text(text)
    units = sorted(map(str, tmp_path.glob("*.service")))
    checked = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False, timeout=240
    )
    assert (checked.returncode, checked.stderr) == (0, "")
