"""Response part of a card: who is called now and next, what to do first, and whether the official reply is posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.oncall.escalation_targets import NEXT_ON_CALL, ON_CALL, external_target, step_at
from alerts.rendering.escaping import mention
from alerts.rendering.rich_text import RichText, bold, fill_message, join, link, mentions, plain, time, user
from alerts.rendering.text import format_duration, translate

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from alerts.rendering.route import Route
    from detectors.model.signal_text import Language

MOVE_CHARS: Final = 200

_TIME: Final = "{time}"
_SHORTEST_WAIT: Final = 30_000
"""A wait (ms) below which a step is due now."""


def build_calls(incident: Incident, route: Route, language: Language, *, named: bool) -> RichText:
    """Return who is paged since when, and who is called next; empty where nobody is or was called.

    `named` mentions people: only in a message that Slack makes no sound for, such as an edit.
    """
    if incident.status == "resolved":
        return ()
    return join([_paged(incident, route, language, named=named), _next(incident, route, language, named=named)], " · ")


def _paged(incident: Incident, route: Route, language: Language, *, named: bool) -> RichText:
    if incident.paged_at is None:
        return ()
    if not named:
        return ()  # the message that pages mentions them itself
    steps = incident.escalation_steps
    called = step_target(steps - 1, route, language) if steps else mentions(route.mention)
    return fill_message(language, "paged", target=called, moment=time(incident.paged_at, _TIME)) if called else ()


def _next(incident: Incident, route: Route, language: Language, *, named: bool) -> RichText:
    at = incident.next_escalation_at
    if at is None:
        exhausted = incident.status == "open" and incident.paged_at is not None
        return fill_message(language, "calls_over") if exhausted else ()
    wait = at - incident.updated_at
    span = format_duration(wait, language) if wait > _SHORTEST_WAIT else translate(language, "now")
    step = step_at(route.steps, incident.escalation_steps)
    target = step_target(incident.escalation_steps, route, language) if named or external_target(step) else ()
    key = "calls_next" if target else "calls_next_step"
    return fill_message(language, key, target=target, moment=time(at, _TIME), span=span)


def step_mention(step: int, route: Route) -> str:
    """Return the mention of whom an escalation step calls in Slack; none where it leads to another system."""
    named = step_at(route.steps, step)
    if external_target(named):
        return ""
    return {ON_CALL: route.mention, NEXT_ON_CALL: route.next_mention or route.mention}.get(named) or mention((named,))


def step_target(step: int, route: Route, language: Language) -> RichText:
    """Return whom an escalation step calls, in Slack or outside."""
    target = external_target(step_at(route.steps, step))
    if target is None:
        return mentions(step_mention(step, route))
    return fill_message(language, f"outside_{target.notifier}", address=plain(target.address, 60))


def build_moves(incident: Incident, route: Route, language: Language) -> tuple[RichText, ...]:
    """Return the brand's first moves, numbered, and its runbook; nothing once the incident is over."""
    if incident.status == "resolved":
        return ()
    moves = [plain(f"{number}. ") + plain(move, MOVE_CHARS) for number, move in enumerate(route.first_moves, 1)]
    runbook = link(route.runbook_url, translate(language, "runbook"))
    if not moves and not runbook:
        return ()
    heading = bold(translate(language, "first_moves")) if moves else ()
    return (join([heading, runbook], " · "), *moves)


def build_official_reply(incident: Incident, language: Language) -> RichText:
    """Return who marked the official reply as posted, and when; empty where nobody has."""
    if incident.official_reply_by is None or incident.official_reply_at is None:
        return ()
    actor, moment = user(incident.official_reply_by), time(incident.official_reply_at, _TIME)
    return fill_message(language, "official_reply_status", actor=actor, moment=moment)
