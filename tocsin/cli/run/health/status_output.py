"""Status in the terminal and as JSON: the verdict first, then each part of the installation, then the brands."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from streams.health.brand_activity import minute_rows
from streams.listening.health import coverage, span
from streams.listening.members import listeners_line
from streams.monitoring.http_server import installed_version
from tocsin.cli.output import print_line, print_table, printable
from tocsin.cli.run.health.undelivered import undelivered_lines, with_undelivered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentions.model.batches import ClockSkew
    from streams.health.brand_activity import BrandActivity
    from tocsin.cli.run.health.status_report import StatusReport

DAY_MS: Final = 24 * 3_600_000
SEVERITIES: Final = ("critical", "warning", "info")


def iso_minute(at: int | None) -> str | None:
    """Return an instant (ms) in UTC to the minute."""
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="minutes")


def record(report: StatusReport, *, minutes: bool) -> dict[str, Any]:
    """Return the report as JSON data."""
    seen, canary = report.seen, report.seen.canary
    return {
        "ok": not any(one.level == "critical" for one in report.problems),
        "version": installed_version(),
        "problems": [one._asdict() for one in report.problems],
        "workers": [one._asdict() for one in seen.group.members],
        "partitions": seen.partitions,
        "lag": {
            one.stage: {"records": one.records, "oldest_seconds": round(one.waited(seen.at), 1)}
            for one in seen.backlogs
        },
        "rejected_last_hour": seen.rejected,
        "open_incidents": _by_severity(report),
        "heartbeat": None if canary is None else {"last": _iso(canary.sent_at), "age_seconds": _age(report)},
        "slack": {"checked": _slack_checked(report), "error": _slack_error(report)},
        "sources": [
            {"source": one.source, "brands": one.brands, "state": one.state, "reason": one.reason}
            for one in seen.sources
        ],
        "listeners": [one._asdict() for one in seen.listeners],
        "clock_skews": [_skew_record(number, skew) for number, skew in _skews(report)],
        "brands": with_undelivered((_brand_record(one, minutes=minutes) for one in report.brands), report.undelivered),
    }


def _skew_record(partition: int, skew: ClockSkew) -> dict[str, Any]:
    ahead = {"ahead_seconds": skew.ahead / 1000, "seen_at": _iso(skew.seen_at)}
    return {"partition": partition, "source": skew.source} | ahead


def _brand_record(one: BrandActivity, *, minutes: bool) -> dict[str, Any]:
    totals = None if one.state is None else one.state.totals
    found: dict[str, Any] = {
        "brand": one.brand,
        "read_up_to": iso_minute(one.read_up_to),
        "learning": one.learning,
        "history_hours": one.history // 60,
        "last_hour": one.last_hour,
        "last_hour_negative": one.last_hour_negative,
        "breaching": [] if one.state is None else sorted(one.state.episodes),
        "mentions": 0 if totals is None else totals.mentions,
        "duplicates": 0 if totals is None else totals.duplicates,
        "late": 0 if totals is None else totals.late,
    }
    if minutes:
        found["minutes"] = [row | {"minute": iso_minute(row["minute"])} for row in minute_rows(one)]
    return found


def print_report(report: StatusReport) -> None:
    """Print the report for people."""
    prefix = f", prefix {report.prefix}" if report.prefix else ""
    wrong = sum(one.level == "critical" for one in report.problems)
    verdict = f"{wrong} problem{'s' if wrong > 1 else ''}" if wrong else "watching"
    print_line(printable(f"Tocsin {installed_version()} at {report.brokers}{prefix}: {verdict}"))
    for one in report.problems:
        mark = "PROBLEM" if one.level == "critical" else "warning"
        print_line(printable(f"{mark}  {one.what}"))
        print_line(printable(f"{'':9}{one.remedy}"))
    print_line()
    for name, text in _parts(report):
        print_line(printable(f"{name:9}  {text}"))
    for line in undelivered_lines(report.undelivered, report.seen.at):
        print_line(line)
    print_line()
    _print_brands(report)
    for partition, skew in _skews(report):
        ahead = f"{skew.ahead / 1000:.0f} s ahead of the clock at {iso_minute(skew.seen_at)}"
        print_line(f"mentions partition {partition}: {printable(skew.source)} {ahead}, counted as then")


def _parts(report: StatusReport) -> Iterator[tuple[str, str]]:
    """Yield the parts of the installation, each with its state in words."""
    seen = report.seen
    read = seen.partitions - len(seen.group.unassigned(seen.partitions))
    yield "workers", f"{len(seen.group.members)} alive, {read} of {seen.partitions} partitions read"
    for one in seen.group.members:
        yield "", f"{one.host} reads {_ranges(one.partitions)} ({one.id})"
    yield "lag", ", ".join(f"{one.stage} {one.records:,}{_waits(one.waited(seen.at))}" for one in seen.backlogs)
    if seen.rejected:
        yield "rejected", f"{seen.rejected:,} mentions in the last hour: `tocsin dead-letters` says why"
    yield "incidents", ", ".join(f"{number} {name}" for name, number in _by_severity(report).items()) or "none open"
    yield "Slack", _slack(report)
    yield "heartbeat", _heartbeat(report)
    yield "sources", coverage(seen.sources, seen.at) or "none listed (docs/sources.md)"
    if seen.listeners:
        yield "", listeners_line(seen.listeners)
    learning = [one.brand for one in report.brands if one.learning]
    learns = f", {len(learning)} of them still learning" if learning else ""
    yield "brands", f"{len(report.brands)}{learns}"
    marks = [one.emitted for one in report.watermarks.values() if one.emitted is not None]
    if marks:
        yield "time", f"event time {iso_minute(min(marks))} to {iso_minute(max(marks))}"


def _waits(seconds: float) -> str:
    return f" (oldest {seconds:.0f} s)" if seconds >= 1 else ""


def _ranges(numbers: tuple[int, ...]) -> str:
    """Return partitions as people write them.

    >>> _ranges((0, 1, 2, 5)), _ranges(())
    ('partitions 0-2, 5', 'no partition')
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    return f"partition{'s' if len(numbers) > 1 else ''} {shown}" if numbers else "no partition"


def _by_severity(report: StatusReport) -> dict[str, int]:
    counts = Counter(one.severity for one in report.incidents)
    return {name: counts[name] for name in SEVERITIES if counts[name]}


def _slack_checked(report: StatusReport) -> str | None:
    canary = report.seen.canary
    if canary is not None and canary.checked_at is not None:
        return _iso(canary.checked_at)
    return None if report.slack_checked is None else _iso(report.seen.at)


def _slack_error(report: StatusReport) -> str | None:
    """Return what Slack has against alerts; None where it was not asked."""
    canary = report.seen.canary
    return canary.slack_error if canary is not None and canary.checked_at is not None else report.slack_checked


def _slack(report: StatusReport) -> str:
    error, canary = _slack_error(report), report.seen.canary
    if error is None:
        return "not checked: TOCSIN_SLACK_TOKEN is not set here, and no heartbeat runs"
    by = "the token, from here" if canary is None else "by the heartbeat"
    return f"refuses: {error}" if error else f"accepts alerts (checked {by})"


def _heartbeat(report: StatusReport) -> str:
    if report.seen.canary is None:
        return "none within the last hour (docs/heartbeat.md)"
    age = _age(report)
    return "nothing comes through" if age is None else f"came through {_ago(age)} ago"


def _ago(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else span(seconds)  # noqa: PLR2004  two minutes


def _age(report: StatusReport) -> float | None:
    canary = report.seen.canary
    return None if canary is None or canary.sent_at is None else (report.seen.at - canary.sent_at) / 1000


def _print_brands(report: StatusReport) -> None:
    if not report.brands:
        print_line("no brand has had a mention yet, and none is applied: `tocsin config apply config/brands.yaml`")
        return
    counts = ["total", "duplicates", "late"]
    heads = ["brand", "read up to (UTC)", "last hour", "negative", "breaching", "baseline", *counts]
    print_table(heads, [_row(one) for one in report.brands])


def _row(one: BrandActivity) -> list[object]:
    found = _brand_record(one, minutes=False)
    known = f"learning, {one.history // 60} of {one.warm_up // 60} h" if one.learning else "known"
    return [
        one.brand,
        found["read_up_to"] or "no mention yet",
        one.last_hour,
        one.last_hour_negative,
        ", ".join(found["breaching"]),
        known,
        found["mentions"],
        found["duplicates"],
        found["late"],
    ]


def _skews(report: StatusReport) -> list[tuple[int, ClockSkew]]:
    """Return the latest timestamp of each source partition that was ahead of its worker's clock in the last day."""
    latest: dict[int, ClockSkew] = {}
    for partition, skew in (item for one in report.watermarks.values() for item in one.skews.items()):
        before = latest.get(partition)
        if skew.seen_at >= report.seen.at - DAY_MS and (before is None or skew.seen_at > before.seen_at):
            latest[partition] = skew
    return sorted(latest.items())


def _iso(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
