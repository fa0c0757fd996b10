"""In which words are people told? Every string that a manager reads, in English and in French."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.escape import clean, clip, width
from alerts.findings import leading, ratio
from detectors.wording import number, percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.incident import Finding, Incident, Notification
    from detectors.signal import Evidence
    from detectors.wording import Language

LINE_CHARS: Final = 110
BRAND_CHARS: Final = 40

WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "watch": "Watch",
        "warning": "Warning",
        "critical": "Critical",
        "over": "Over",
        "line": "{badge} {brand}: {fact}",
        "count": "{observed} {metric} in {window}",
        "share": "{metric} {observed} over {window}",
        "usual": ", usually {expected}",
        "times": " ({ratio}×)",
        "rarely": ", usually under 1",
        "silent_channel": "no mention from {subject} for {window}",
        "no_usual": ", limit {threshold} (no history yet)",
        "limit": ", limit {threshold}",
        "mentions": "mentions",
        "negative mentions": "negative mentions",
        "positive mentions": "enthusiastic mentions",
        "far-reaching negative mentions": "far-reaching negative mentions",
        "one of mentions": "mention",
        "one of negative mentions": "negative mention",
        "one of far-reaching negative mentions": "far-reaching negative mention",
        "negative share": "negative share",
        "abusive share": "abusive share",
        "minutes": "{count} min",
        "hours": "{count} h",
        "hours_minutes": "{hours} h {minutes} min",
        "days": "{count} days",
        "since": "Since {moment}",
        "lasted": "From {start} to {end} ({span})",
        "grows": "{ratio}× what it was {span} before",
        "peak": "Peak at {moment}: {fact}",
        "acknowledged_by": "Acknowledged by {who} at {moment}",
        "snoozed_until": "Snoozed until {moment}",
        "status_open": "Open",
        "status_acknowledged": "In hand",
        "status_resolved": "Resolved",
        "verdict_crisis": "Judged a real crisis",
        "verdict_planned": "Judged planned",
        "verdict_not_a_crisis": "Judged not a crisis",
        "reopened": "Reopened {count}×",
        "channels": "*Where* {items}",
        "terms": "*Words* {items}",
        "authors": "*Who* {items}",
        "reach": "{name} {count} (reach {reach})",
        "example": "“{text}” — {author}, {channel}, {moment}",
        "unknown_author": "unknown author",
        "open_link": "open",
        "counterfactual": "Fires from {threshold}. With a threshold above {observed} it would not have fired now.",
        "coverage": "{live} of {total} sources live",
        "silent": "silent: {names}",
        "page": "{mention} please look",
        "more": "… and {count} more findings",
        "opened": "Opened: {fact}",
        "reopened_reply": "It is back: {fact}",
        "raised_severity": "Now {severity}: {fact}",
        "new_detector": "Also: {fact}",
        "doubled": "Doubled: {fact}",
        "escalated": "Nobody has acknowledged for {span}, step {text} of the escalation: {whom}. {fact}",
        "outside_pagerduty": "PagerDuty",
        "outside_webhook": "the webhook",
        "outside_email": "mail to {address}",
        "nobody": "nobody is named",
        "ack_expired": "Still growing since it was acknowledged, open again: {fact}",
        "updated": "{fact}",
        "resolved": "Over after {span}. Peak: {fact}",
        "resolved_by": "Resolved by {who} after {span}. Peak: {fact}",
        "acknowledged": "Acknowledged by {who}",
        "snoozed": "Snoozed by {who}",
        "judged": "Judged by {who}",
        "noted": "{who}: {text}",
    },
    "fr": {
        "watch": "À suivre",
        "warning": "Alerte",
        "critical": "Critique",
        "over": "Terminé",
        "line": "{badge} {brand} : {fact}",
        "count": "{observed} {metric} en {window}",
        "share": "{metric} {observed} sur {window}",
        "usual": ", d’habitude {expected}",
        "times": " ({ratio}×)",
        "rarely": ", d’habitude moins de 1",
        "silent_channel": "aucune mention sur {subject} depuis {window}",
        "no_usual": ", seuil {threshold} (pas encore d’historique)",
        "limit": ", seuil {threshold}",
        "mentions": "mentions",
        "negative mentions": "mentions négatives",
        "positive mentions": "mentions enthousiastes",
        "far-reaching negative mentions": "mentions négatives à forte audience",
        "one of mentions": "mention",
        "one of negative mentions": "mention négative",
        "one of far-reaching negative mentions": "mention négative à forte audience",
        "negative share": "part négative",
        "abusive share": "part injurieuse",
        "minutes": "{count} min",
        "hours": "{count} h",
        "hours_minutes": "{hours} h {minutes} min",
        "days": "{count} jours",
        "since": "Depuis {moment}",
        "lasted": "De {start} à {end} ({span})",
        "grows": "{ratio}× le niveau d’il y a {span}",
        "peak": "Pic à {moment} : {fact}",
        "acknowledged_by": "Pris en charge par {who} à {moment}",
        "snoozed_until": "En pause jusqu’à {moment}",
        "status_open": "Ouvert",
        "status_acknowledged": "Pris en charge",
        "status_resolved": "Terminé",
        "verdict_crisis": "Jugé vraie crise",
        "verdict_planned": "Jugé prévu",
        "verdict_not_a_crisis": "Jugé sans gravité",
        "reopened": "Rouvert {count}×",
        "channels": "*Où* {items}",
        "terms": "*Mots* {items}",
        "authors": "*Qui* {items}",
        "reach": "{name} {count} (portée {reach})",
        "example": "« {text} » — {author}, {channel}, {moment}",
        "unknown_author": "auteur inconnu",
        "open_link": "ouvrir",
        "counterfactual": "Se déclenche à {threshold}. Avec un seuil au-dessus de {observed}, "
        "rien ne se serait déclenché maintenant.",
        "coverage": "{live} sources actives sur {total}",
        "silent": "muettes : {names}",
        "page": "{mention} merci de regarder",
        "more": "… et {count} autres constats",
        "opened": "Ouvert : {fact}",
        "reopened_reply": "C’est reparti : {fact}",
        "raised_severity": "Désormais {severity} : {fact}",
        "new_detector": "En plus : {fact}",
        "doubled": "Doublé : {fact}",
        "escalated": "Personne ne s’en charge depuis {span}, étape {text} de l’escalade : {whom}. {fact}",
        "outside_pagerduty": "PagerDuty",
        "outside_webhook": "le webhook",
        "outside_email": "courriel à {address}",
        "nobody": "personne n’est désigné",
        "ack_expired": "Toujours en hausse depuis la prise en charge, de nouveau ouvert : {fact}",
        "updated": "{fact}",
        "resolved": "Terminé après {span}. Pic : {fact}",
        "resolved_by": "Clos par {who} après {span}. Pic : {fact}",
        "acknowledged": "Pris en charge par {who}",
        "snoozed": "Mis en pause par {who}",
        "judged": "Jugé par {who}",
        "noted": "{who} : {text}",
    },
}

BADGES: Final = {"watch": "🔵", "warning": "🟠", "critical": "🔴", "over": "✅"}
"""Colours that differ in brightness too; the word stands beside them."""


def tongue(language: str) -> Language:
    """Return the language if there are words in it, else English."""
    return "fr" if language == "fr" else "en"


def say(language: Language, key: str, **values: object) -> str:
    """Return a string with its values set in."""
    return WORDS[language][key].format(**values)


def line(incident: Incident, language: Language) -> str:
    """Return the one line of at most 110 characters: how bad, which brand, what, how much, versus usual."""
    over = incident.status == "resolved"
    fact = (peak if over else present)(leading(incident.findings.values()), language)
    state = "over" if over else incident.severity
    badge = f"{BADGES[state]} {say(language, state)}"
    room = LINE_CHARS - width(say(language, "line", badge=badge, brand="", fact=fact))
    brand = clip(clean(incident.brand) or "?", min(BRAND_CHARS, max(room, 12)))
    return clip(say(language, "line", badge=badge, brand=brand, fact=fact), LINE_CHARS)


def present(finding: Finding, language: Language) -> str:
    """Return what a finding says now, with the usual beside it."""
    return _seen(finding, finding.signal.evidence, language)


def peak(finding: Finding, language: Language) -> str:
    """Return what a finding said when it was furthest from usual."""
    return _seen(finding, finding.peak, language)


def _seen(finding: Finding, evidence: Evidence, language: Language) -> str:
    """Return figures in the words of their detector: a silence is about a channel, all others about a figure."""
    if finding.signal.detector != "silence" or not finding.signal.drivers.channels:
        return said(evidence, language)
    subject = clip(clean(finding.signal.drivers.channels[0][0]), 30)
    text = say(language, "silent_channel", subject=subject, window=_window(evidence, language))
    return text + _usual(evidence, number, language)


def said(evidence: Evidence, language: Language) -> str:
    """Return figures with the usual beside them: `83 negative mentions in 10 min, usually 6 (14×)`."""
    share = evidence.metric.endswith("share")
    figure = percent if share else number
    text = say(
        language,
        "share" if share else "count",
        observed=figure(evidence.observed, language),
        metric=_metric(evidence, language),
        window=_window(evidence, language),
    )
    return text + _usual(evidence, figure, language) + ("" if share else _times(evidence, language))


def _metric(evidence: Evidence, language: Language) -> str:
    """Return what is counted, in the singular where it is one."""
    known = WORDS[language]
    name = known.get(evidence.metric) or clip(clean(evidence.metric), 30)
    return known.get(f"one of {evidence.metric}", name) if evidence.observed == 1 else name


def _window(evidence: Evidence, language: Language) -> str:
    return span(evidence.window_end - evidence.window_start, language)


def _usual(evidence: Evidence, figure: Callable[[float, Language], str], language: Language) -> str:
    """Return `, usually 6`, or what takes its place."""
    if evidence.expected is None:
        key = "limit" if evidence.history else "no_usual"
        return say(language, key, threshold=figure(evidence.threshold, language))
    if figure is number and evidence.expected < 1:
        return say(language, "rarely")
    return say(language, "usual", expected=figure(evidence.expected, language))


def _times(evidence: Evidence, language: Language) -> str:
    """Return ` (14×)`, or nothing where a ratio says nothing."""
    if evidence.expected is None or evidence.expected < 1 or evidence.observed < evidence.expected:
        return ""
    return say(language, "times", ratio=number(ratio(evidence), language))


def span(ms: int, language: Language) -> str:
    """Return a length of time: `45 min`, `1 h 12 min`, `3 days`.

    >>> span(4_320_000, "en"), span(600_000, "fr")
    ('1 h 12 min', '10 min')
    """
    minutes = max(1, round(ms / 60_000))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return say(language, "minutes", count=minutes)
    if hours >= 48:  # noqa: PLR2004  beyond, hours mean little
        return say(language, "days", count=round(hours / 24))
    if not rest:
        return say(language, "hours", count=hours)
    return say(language, "hours_minutes", hours=hours, minutes=rest)


def fact(notification: Notification, language: Language) -> str:
    """Return the figures that a notification is about; once it is over, those of the peak."""
    finding = notification.incident.findings[notification.detector]
    over = notification.incident.status == "resolved"
    return (peak if over else present)(finding, language)


def told(
    notification: Notification, language: Language, *, fact: str, who: str = "", text: str = "", whom: str = ""
) -> str:
    """Return what a thread reply says; `fact`, `who`, `text` and `whom` come escaped for where it is shown."""
    incident, reason = notification.incident, notification.reason
    key = {"reopened": "reopened_reply"}.get(reason, reason)
    if reason == "resolved" and who:
        key = "resolved_by"
    return say(
        language,
        key,
        fact=fact,
        severity=say(language, incident.severity).lower(),
        span=span((incident.resolved_at or notification.at) - incident.opened_at, language),
        who=who,
        text=text,
        whom=whom or say(language, "nobody"),
    )
