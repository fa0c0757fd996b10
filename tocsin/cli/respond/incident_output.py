"""Incidents in the terminal: the row of a list, the JSON record, and the details of one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tocsin.cli.output import print_line, print_table, printable
from tocsin.cli.respond.local_time import format_minute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.incidents.model import Incident


def row(one: Incident, zone: str) -> list[str]:
    """Return the cells of an incident in the list; times are in `zone`."""
    from alerts.incidents.findings import topic_of, words_of  # noqa: PLC0415
    from alerts.rendering.topic_part import about_text  # noqa: PLC0415  slow to load

    brands, about = ", ".join(one.all_brands), about_text(topic_of(one), words_of(one), "en") or "–"
    return [
        format_minute(one.opened_at, zone),
        one.severity,
        one.status,
        brands,
        one.id,
        ", ".join(_detectors(one)),
        about,
    ]


def record(one: Incident) -> dict[str, Any]:
    """Return an incident as JSON data."""
    from alerts.incidents.findings import topic_of, words_of  # noqa: PLC0415
    from alerts.rendering.event_log import topic_record, words_record  # noqa: PLC0415  slow to load

    topic, words = topic_of(one), words_of(one)
    return {
        "incident": one.id,
        "brand": one.brand,
        "brands": list(one.all_brands),
        "group": one.group or None,
        "kind": one.kind or "crisis",
        "status": one.status,
        "severity": one.severity,
        "opened_at": _iso(one.opened_at),
        "updated_at": _iso(one.updated_at),
        "resolved_at": _iso(one.resolved_at),
        "acknowledged_by": one.acknowledged_by,
        "verdict": one.verdict,
        "revision": one.revision,
        "detectors": _detectors(one),
        "topic": topic_record(topic) if topic else None,
        "words": words_record(words) if words else None,
    }


def detailed_record(one: Incident) -> dict[str, Any]:
    """Return an incident as JSON data, with the evidence of each detector and the history."""
    import msgspec  # noqa: PLC0415

    findings = {name: msgspec.to_builtins(finding.signal.evidence) for name, finding in one.findings.items()}
    history = [
        {"at": _iso(entry.at), "who": entry.actor, "what": entry.reason, "text": entry.text} for entry in one.history
    ]
    times = {"snoozed_until": _iso(one.snoozed_until), "escalate_at": _iso(one.next_escalation_at)}
    return record(one) | times | {"escalated": one.escalation_steps, "findings": findings, "history": history}


def print_incident(one: Incident, names: Mapping[str, str], zone: str) -> None:
    """Print an incident's state, what each detector found, and its history, with times in `zone`.

    `names` are those of people in Slack.
    """
    from alerts.rendering.text import current_text  # noqa: PLC0415  slow to load

    print_line(f"{printable(one.id)}  {one.severity}, {one.status}")
    for name, value in _facts(one, names, zone).items():
        print_line(f"  {name:13}  {printable(value)}")
    print_line()
    findings = [(name, finding.signal.severity, current_text(finding, "en")) for name, finding in one.findings.items()]
    print_table(["detector", "severity", "found"], findings)
    print_line()
    print_table(
        ["at", "who", "what", "text"],
        [[format_minute(e.at, zone), names.get(e.actor, e.actor), e.reason, e.text] for e in one.history],
    )


def _detectors(one: Incident) -> list[str]:
    return sorted({finding.signal.detector for finding in one.findings.values()})


def _facts(one: Incident, names: Mapping[str, str], zone: str) -> dict[str, str]:
    from alerts.incidents.findings import topic_of, words_of  # noqa: PLC0415
    from alerts.rendering.topic_part import quoted_words, topic_and_categories  # noqa: PLC0415  slow to load

    instants = {
        "opened": one.opened_at,
        "updated": one.updated_at,
        "resolved": one.resolved_at,
        "snoozed until": one.snoozed_until,
        "next step": one.next_escalation_at,
    }
    topic, words = topic_of(one), words_of(one)
    facts = {"brand": ", ".join(one.all_brands)} | ({"topic": topic_and_categories(topic, "en")} if topic else {})
    facts |= {"words": quoted_words(words, "en")} if words else {}
    facts |= {name: format_minute(at, zone) for name, at in instants.items() if at is not None}
    people = {
        "acknowledged": names.get(one.acknowledged_by or "", one.acknowledged_by),
        "official reply": names.get(one.official_reply_by or "", one.official_reply_by),
        "verdict": one.verdict,
    }
    return facts | {name: text for name, text in people.items() if text}


def _iso(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
