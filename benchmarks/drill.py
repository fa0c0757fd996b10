"""Operator's drill: each fault on a real Kafka, and how soon status, alert rules and a webhook show it. `make drill`.

The fault of the certificate has an installation of its own, whose processes reach the broker over TLS.

With `prometheus` on the PATH the shipped alert rules are evaluated, too.
"""

from __future__ import annotations

import argparse
import http.server
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kafka import KafkaProducer

from tests.support.brokers import start_real
from tests.support.certificates import ExpiringCertificate
from tests.support.installation import Installation
from tests.support.ports import pick_ports
from tests.support.served_slack import environment, served_slack

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.installation import Worker
    from tocsin.demo.fake_slack.server import FakeSlack

PATIENCE: Final = 120.0
"""Seconds that a fault is given to show."""

RULES: Final = Path(__file__).resolve().parents[1] / "deploy" / "prometheus" / "alerts.yaml"
PROCESSES: Final = ("worker", "heartbeat", "listen")
BRANDS: Final = """brands:
  - name: Hallowfirth
    slack_channel: "#alerts"
    on_call: [U0ANA]
    sources: [{{kind: feed, url: "{feed}", every: 30s, private_addresses: true}}]
    detect: {{static_threshold: {{window: 10m, mentions: 5}}}}
"""

FEED: Final = """<rss version="2.0"><channel><title>x</title>
<item><guid>{number}</guid><title>Hallowfirth ferry number {number} leaves</title></item></channel></rss>"""
"""A feed with news whenever it is asked: a quiet one is asked up to six times less often."""


class Shown(NamedTuple):
    """How soon a fault showed, in seconds, and in which words; None: not within PATIENCE."""

    fault: str
    status: float | None
    words: str
    alerts: dict[str, float]
    outside: float | None


class Receiver:
    """A receiver outside Slack, and a feed: it keeps when each alert came."""

    def __init__(self) -> None:
        kept: list[tuple[float, str]] = []
        self.alerts = kept
        self.feeding = True
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                kept.append((time.monotonic(), body.decode(errors="replace")))
                self.send_response(200)
                self.end_headers()

            def do_GET(self) -> None:
                self.send_response(200 if owner.feeding else 500)
                self.end_headers()
                self.wfile.write(FEED.format(number=time.monotonic_ns()).encode())

            def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  the library's name
                """Log nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"


class Drill:
    """An installation with worker, heartbeat and listener, and what an operator sees of it."""

    def __init__(self, stack: ExitStack, *, over_tls: bool = False) -> None:
        self.broker: Any = start_real()
        stack.callback(self.broker.close)
        self.certificate = ExpiringCertificate(stack, self.broker) if over_tls else None
        self.slack: FakeSlack = stack.enter_context(served_slack())
        self.receiver = Receiver()
        self.known_rejections = 0
        ports = pick_ports()
        self.ports = {name: next(ports) for name in PROCESSES}
        settings = environment(self.slack) | {
            "TOCSIN_WEBHOOK_URL": self.receiver.url,
            "TOCSIN_WEBHOOK_SECRET": "whsec_" + "c2VjcmV0c2VjcmV0c2VjcmV0",
            "TOCSIN_HEARTBEAT_NOTIFY": "webhook",
            **(self.certificate.environment if self.certificate else {}),
        }
        self.here = stack.enter_context(Installation(self.broker, settings))
        brands = Path(self.here.path("brands.yaml"))
        brands.write_text(BRANDS.format(feed=f"{self.receiver.url}/feed"))
        applied = self.here.command("config", "apply", str(brands), "--yes")
        assert applied.returncode == 0, applied.stderr
        self.running = {name: self.start(name) for name in PROCESSES}
        self.prometheus = self._start_prometheus(stack)

    def start(self, name: str) -> Worker:
        """Start one of PROCESSES."""
        self.here.environment["TOCSIN_METRICS_PORT"] = str(self.ports[name])
        return self.here.worker(command=name)

    def _start_prometheus(self, stack: ExitStack) -> str:
        if shutil.which("prometheus") is None:
            return ""
        folder, port = Path(stack.enter_context(tempfile.TemporaryDirectory())), next(pick_ports())
        targets = ", ".join(f'"127.0.0.1:{number}"' for number in self.ports.values())
        (folder / "prometheus.yml").write_text(
            f"global: {{scrape_interval: 5s, evaluation_interval: 5s}}\nrule_files: [{RULES}]\n"
            f"scrape_configs: [{{job_name: tocsin, static_configs: [{{targets: [{targets}]}}]}}]\n"
        )
        arguments = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
        listening = f"--web.listen-address=127.0.0.1:{port}"
        process = subprocess.Popen(["prometheus", *arguments, listening], stderr=subprocess.DEVNULL)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        return f"http://127.0.0.1:{port}"

    def status(self) -> tuple[bool, str]:
        """Return whether `tocsin status` is content, and its first problem or error."""
        done = self.here.command("status", "--json")
        if not done.stdout:
            return False, done.stderr.strip()
        found = json.loads(done.stdout)
        problems = [one["what"] for one in found["problems"]] + [
            f"clock ahead: {one['source']} {one['ahead_seconds']:.0f} s" for one in found["clock_skews"]
        ]
        if found["rejected_last_hour"] > self.known_rejections:
            self.known_rejections = found["rejected_last_hour"]
            problems.append(f"rejected: {self.known_rejections} in the last hour")
        return not problems, problems[0] if problems else ""

    def firing(self) -> set[str]:
        """Return the alerts that fire."""
        if not self.prometheus:
            return set()
        with suppress(OSError), urllib.request.urlopen(f"{self.prometheus}/api/v1/alerts", timeout=5) as answer:
            alerts = json.load(answer)["data"]["alerts"]
            return {one["labels"]["alertname"] for one in alerts if one["state"] == "firing"}
        return set()

    def settle(self) -> None:
        """Wait until nothing is wrong."""
        deadline = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < deadline and not (self.status()[0] and not self.firing()):
            time.sleep(2)

    def try_fault(self, fault: str, cause: Callable[[], object], repair: Callable[[], object]) -> Shown:
        """Cause a fault, note how soon it shows and where, and repair it."""
        started, told = time.monotonic(), len(self.receiver.alerts)
        cause()
        status, words, alerts = None, "", dict[str, float]()
        while time.monotonic() - started < PATIENCE:
            ok, what = self.status()
            if status is None and not ok:
                status, words = time.monotonic() - started, what
            for name in self.firing() - alerts.keys():
                alerts[name] = time.monotonic() - started
            outside = [at - started for at, _ in self.receiver.alerts[told:]]
            if status is not None and (alerts or not self.prometheus) and (outside or time.monotonic() - started > 90):
                break
            time.sleep(1)
        repair()
        outside = [at - started for at, _ in self.receiver.alerts[told:]]
        return Shown(fault, status, words, alerts, outside[0] if outside else None)

    def send(self, value: bytes, *, topic: str = "mentions", timestamp_ms: int | None = None) -> None:
        """Send a record as a producer would."""
        producer = KafkaProducer(bootstrap_servers=self.broker.bootstrap)
        name = f"{self.here.topics.prefix}{topic}"
        producer.send(name, value, timestamp_ms=timestamp_ms, partition=0).get(timeout=30)
        producer.close()

    def storm(self) -> None:
        """Send mentions that open an incident."""
        now = int(time.time() * 1000)
        for number in range(20):
            mention = {"id": f"{now}-{number}", "text": "it sinks, awful", "channel": "x", "brand": "Hallowfirth"}
            self.send(json.dumps(mention | {"published_at": now}).encode())


def faults(drill: Drill) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Return each fault with how it is caused and repaired."""

    def restart(name: str) -> None:
        drill.running[name] = drill.start(name)

    def archive() -> None:
        drill.slack.archived.add("C0000001")
        drill.storm()

    def hour_ahead() -> None:
        at = int(time.time() * 1000) + 3_600_000
        mention = {"id": str(at), "text": "late?", "channel": "x", "brand": "Hallowfirth", "published_at": at}
        drill.send(json.dumps(mention).encode(), timestamp_ms=at)

    def restart_broker() -> None:
        drill.broker.kill()
        drill.broker.start()

    def poison() -> None:
        drill.send(b"\xff\xfe not JSON")
        drill.send(b"\x00garbage", topic="mentions.scored")

    return {
        "all workers killed": (drill.running["worker"].kill, lambda: restart("worker")),
        "Slack token revoked": (
            lambda: setattr(drill.slack, "token_error", "token_revoked"),
            lambda: setattr(drill.slack, "token_error", ""),
        ),
        "channel archived": (archive, drill.slack.archived.clear),
        "source answers errors": (
            lambda: setattr(drill.receiver, "feeding", False),
            lambda: setattr(drill.receiver, "feeding", True),
        ),
        "listener killed": (drill.running["listen"].kill, lambda: restart("listen")),
        "heartbeat killed": (drill.running["heartbeat"].kill, lambda: restart("heartbeat")),
        "broker stopped": (drill.broker.stop, drill.broker.start),
        "disk of the broker full": (drill.broker.fill_disk, restart_broker),
        "poison record": (poison, lambda: None),
        "clock an hour ahead": (hour_ahead, lambda: None),
    }


def certificate_fault(drill: Drill) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Return the fault of an installation over TLS."""
    assert drill.certificate is not None
    return {"certificate of the broker expired": (drill.certificate.expire, drill.certificate.renew)}


def main() -> int:
    """Run the drill and print a line for each fault; 1 if one does not show within a minute."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", default="", help="part of a fault's name")
    given = arguments.parse_args()
    late = 0
    for over_tls, names in ((False, faults), (True, certificate_fault)):
        with ExitStack() as stack:
            drill = Drill(stack, over_tls=over_tls)
            for fault, (cause, repair) in names(drill).items():
                if given.only not in fault:
                    continue
                drill.settle()
                shown = drill.try_fault(fault, cause, repair)
                late += shown.status is None or shown.status > 60
                print(json.dumps(shown._asdict()), flush=True)
    return int(late > 0)


if __name__ == "__main__":
    sys.exit(main())
