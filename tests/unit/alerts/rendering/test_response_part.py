"""Response part of the card: who answers, who is next, what to do first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from alerts.incidents.policy import Policy
from alerts.rendering.card import Card, build_card
from alerts.rendering.message import render_message, render_reply
from alerts.rendering.route import Route
from tests.support.alerts import MINUTE, START, Record, action, incident_of, now, run, signal
from tests.support.markup import texts

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from alerts.rendering.rich_text import RichText

STEPS = ("on_call", "next_on_call", "pagerduty")
POLICY = Policy(escalation=STEPS, repeats=0)
ROUTE = Route("#a", "en", "<@U0ANA>", STEPS, next_mention="<@U0BEN>", buttons=True)


def of(incident: Incident, *, edit: bool = True, **changes: Any) -> Card:
    """Return a card of an incident."""
    return build_card(incident, replace(ROUTE, **changes), page=False, edit=edit)


def read(text: RichText) -> str:
    """Return rich text as one string."""
    return "".join(span.text for span in text)


def button_ids(incident: Incident) -> list[str]:
    """Return what can be pressed on the card of an incident."""
    actions = of(incident).actions
    return [] if actions is None else [element.action_id for element in actions.elements]


def test_an_edit_names_who_is_paged_and_who_is_next() -> None:
    """With the instant, and in how many minutes."""
    opened = incident_of(signal(0, severity="critical"), policy=POLICY)
    assert read(of(opened).calls) == "Paged @U0ANA at {time} · next @U0ANA at {time} (in 10 min) unless acknowledged"
    later = incident_of(*(signal(minute, severity="critical") for minute in range(12)), now(12), policy=POLICY)
    assert "Paged @U0ANA at {time} · next @U0BEN at {time} (in " in read(of(later).calls)
    assert "appel" in read(of(later, edit=False, language="fr").calls)


def test_a_post_mentions_nobody_but_whom_it_pages() -> None:
    """A mention in a new message rings, so the next person's name waits for the edit."""
    opened = incident_of(signal(0, severity="critical"), policy=POLICY)
    assert read(of(opened, edit=False).calls) == "next call at {time} (in 10 min) unless acknowledged"
    assert all(span.style != "mention" for span in of(opened, edit=False).calls)


def test_nobody_is_left_to_call() -> None:
    """The end of the chain is said; an acknowledged incident calls nobody."""
    records = [signal(minute, severity="critical") for minute in range(60)]
    assert "PagerDuty" in read(of(incident_of(*records, policy=POLICY)).calls)
    assert "nobody else will be called" in read(of(incident_of(*records, policy=POLICY)).calls)
    acknowledged = incident_of(signal(0), action(1), policy=POLICY)
    assert "next" not in read(of(acknowledged).calls)


def test_first_moves_and_the_runbook_stand_on_an_open_card() -> None:
    """In order, with a link; a link that is no web address is left out, and nothing is left of it once it is over."""
    incident = incident_of(signal(0))
    card = of(incident, first_moves=("Call <!here> now.", "Stop posts."), runbook_url="https://wiki.example/x")
    assert [read(move) for move in card.moves] == ["First moves · Runbook", "1. Call <!here> now.", "2. Stop posts."]
    assert of(incident, runbook_url="javascript:x").moves == ()
    over = incident_of(signal(0), action(1, "resolve"))
    assert of(over, first_moves=("Stop posts.",)).moves == ()
    note = run(signal(0))[1][-1]
    blocks = render_message(note, replace(ROUTE, first_moves=("Call <!here> now.",)), page=False).blocks
    assert "1. Call &lt;!here&gt; now." in "\n".join(texts(blocks))


def test_an_official_reply_stops_the_chase() -> None:
    """It acknowledges, it is said on the card and in the thread, and it is marked once."""
    records: list[Record] = [
        signal(0, severity="critical"),
        action(1, "official_reply", actor="U0ANA", text="https://acme.example/we"),
    ]
    state, sent = run(*records, now(20), policy=POLICY)
    incident = sent[-1].incident
    assert (incident.status, incident.next_escalation_at) == ("acknowledged", None)
    assert (incident.official_reply_by, incident.official_reply_at) == ("U0ANA", START + MINUTE)
    assert "Official reply posted by @U0ANA at {time}" in read(of(incident).status)
    assert render_reply(sent[-1], ROUTE, page=False).text.startswith("Official reply posted by <@U0ANA>: https")
    assert run(action(2, "official_reply"), policy=POLICY, case=state)[1] == []
    assert "tocsin_official_reply" not in button_ids(incident)
    assert "tocsin_official_reply" in button_ids(incident_of(signal(0), action(1)))


def test_a_person_can_page_and_hand_over() -> None:
    """By hand it pages whatever the severity; who takes over is mentioned and has acknowledged."""
    _, sent = run(signal(0, severity="info"), action(1, "page"), action(2, "assign", text="U0BEN"))
    assert [(note.reason, note.page) for note in sent[1:]] == [("paged", True), ("assigned", True)]
    assert "<@U0ANA> please" in "\n".join(texts(render_reply(sent[1], ROUTE, page=True).blocks))
    handed = "\n".join(texts(render_reply(sent[2], ROUTE, page=True).blocks))
    assert "<@U0BEN> please" in handed
    assert "Handed over to <@U0BEN> by ada" in handed
    assert (sent[2].incident.status, sent[2].incident.acknowledged_by) == ("acknowledged", "U0BEN")
