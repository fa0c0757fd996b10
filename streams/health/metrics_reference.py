"""Reference of the metrics: `python -m streams.health.metrics_reference > docs/operations/metrics.md`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from prometheus_client.metrics import MetricWrapperBase
from ruamel.yaml import YAML

from streams.agents import metrics, stage_metrics
from streams.exactly_once import quarantine
from streams.heartbeat import monitor
from streams.listening import listener
from streams.monitoring import http_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

ALERTS: Final = Path(__file__).resolve().parents[2] / "deploy" / "prometheus" / "alerts.yaml"

PROCESSES: Final[dict[str, tuple[ModuleType, ...]]] = {
    "`tocsin worker`": (metrics, stage_metrics, quarantine),
    "`tocsin heartbeat`": (monitor,),
    "`tocsin listen`": (listener,),
    "every process": (http_server,),
}

_TEMPLATE: Final = re.compile(r"{{ *\$labels\.(\w+) *}}")

_INTRO: Final = """# Metrics

Every process serves Prometheus metrics at `/metrics` on `TOCSIN_METRICS_PORT`, with
[`/livez` and `/readyz`](README.md#is-a-process-well) beside them. `tocsin worker --processes N` serves the sums of all
N. The code makes this page: `python -m streams.health.metrics_reference`.

"""

_ALERTS: Final = """
## Alert rules

[deploy/prometheus/alerts.yaml](../../deploy/prometheus/alerts.yaml) holds one for each promise; Prometheus loads it
under `rule_files`. The dashboard [deploy/grafana/dashboard.json](../../deploy/grafana/dashboard.json) is imported in
Grafana (Dashboards, New, Import). Let Alertmanager send these outside Slack: what they say may be that Slack takes
nothing.

| alert | severity | when | what to do |
| --- | --- | --- | --- |
"""


class MetricRow(NamedTuple):
    """A metric: its name as Prometheus stores it, its kind, its labels, what it says."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str


def metric_rows(module: ModuleType) -> Iterator[MetricRow]:
    """Yield the metrics that a module defines, in the order of their definition."""
    for found in vars(module).values():
        if isinstance(found, MetricWrapperBase):
            (family,) = found.describe()
            name = f"{family.name}_total" if family.type == "counter" else family.name
            labels = tuple(found._labelnames)  # noqa: SLF001  the library tells them in no other way
            yield MetricRow(name, family.type, labels, family.documentation)


def alert_rules() -> list[dict[str, Any]]:
    """Return the alert rules that are shipped."""
    document = YAML(typ="safe").load(ALERTS)
    return [rule for group in document["groups"] for rule in group["rules"]]


def page() -> str:
    """Return the page."""
    parts = [_INTRO]
    for process, modules in PROCESSES.items():
        parts.append(f"## Of {process}\n\n| metric | kind | what it says |\n| --- | --- | --- |\n")
        for row in (row for module in modules for row in metric_rows(module)):
            labels = f"{{{','.join(row.labels)}}}" if row.labels else ""
            parts.append(f"| `{row.name}{labels}` | {row.kind} | {row.help} |\n")
        parts.append("\n")
    parts[-1] = _ALERTS
    for rule in alert_rules():
        notes = rule["annotations"]
        when = _TEMPLATE.sub(r"*\1*", notes["summary"])
        when = f"{when}, for {rule['for']}" if "for" in rule else when
        parts.append(f"| `{rule['alert']}` | {rule['labels']['severity']} | {when} | {notes['action']} |\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
