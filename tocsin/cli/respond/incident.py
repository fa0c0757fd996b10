"""`tocsin incident`: list incidents, show one, and do to it what the buttons in Slack do."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from streams.clock import wall_ms
from tocsin.cli.environment import load_installation
from tocsin.cli.known_names import check_brand
from tocsin.cli.options import ActionIdOption, BrandOption, ByOption, JsonOption
from tocsin.cli.output import print_json, print_line, print_status, print_table, printable
from tocsin.cli.respond import actions
from tocsin.cli.respond.incident_output import detailed_record, print_incident, record, row
from tocsin.cli.respond.local_time import brand_zones
from tocsin.cli.slack_names import slack_names
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from alerts.incidents.model import ActionKind

AFTER_THE_END: Final = frozenset({"verdict", "note"})
"""What can still be said of an incident that is resolved."""

app = typer.Typer(
    help="List incidents, show one, and acknowledge, snooze, resolve or judge it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


class Verdict(StrEnum):
    """What an incident really was."""

    CRISIS = "crisis"
    PLANNED = "planned"
    NOT_A_CRISIS = "not_a_crisis"


_Id = Annotated[str, typer.Argument(metavar="INCIDENT", help="The incident, by its id.")]
_Incident = Annotated[
    str | None,
    typer.Argument(metavar="[INCIDENT]", help="The incident, by its id. Left out: the latest of --brand."),
]


@app.command("list")
def list_(
    *,
    brand: BrandOption = None,
    open_only: Annotated[bool, typer.Option("--open", help="Only incidents that are not resolved.")] = False,
    json: JsonOption = False,
) -> None:
    """List the incidents, the latest first.

    Examples:
      tocsin incident list --open
      tocsin incident list --brand Hallowfirth --json
    """
    here = load_installation()
    found = [
        one
        for one in actions.read_incidents(here)
        if (brand is None or brand in one.all_brands) and not (open_only and one.status == "resolved")
    ]
    if json:
        for one in found:
            print_json(record(one))
    elif found:
        zones = brand_zones(here)
        print_table(
            ["opened", "severity", "status", "brand", "incident", "detectors", "topic"],
            [row(one, zones.get(one.brand, "UTC")) for one in found],
        )
    else:
        if brand is not None:
            check_brand(here, brand)
        print_line("no incident" + (" is open" if open_only else ""))


@app.command()
def show(incident: _Id, *, json: JsonOption = False) -> None:
    """Show one incident: its state, what each detector found, and its history.

    Examples:
      tocsin incident show hallowfirth-2c3a51-20260310T1341Z
    """
    here = load_installation()
    found = actions.find_incident(here, incident)
    if json:
        print_json(detailed_record(found))
    else:
        people = [*(entry.actor for entry in found.history), found.acknowledged_by or ""]
        zone = brand_zones(here).get(found.brand, "UTC")
        print_incident(found, slack_names(here.settings, people), zone)


@app.command()
def ack(incident: _Incident = None, *, by: ByOption, brand: BrandOption = None, key: ActionIdOption = None) -> None:
    """Acknowledge an incident: its escalation stops.

    Examples:
      tocsin incident ack hallowfirth-2c3a51-20260310T1341Z --by ana
      tocsin incident ack --brand Hallowfirth --by ana --id deploy-4711
    """
    _send("ack", incident, brand, by, key)


@app.command()
def unack(incident: _Incident = None, *, by: ByOption, brand: BrandOption = None, key: ActionIdOption = None) -> None:
    """Take an acknowledgement back: escalation starts again.

    Examples:
      tocsin incident unack --brand Hallowfirth --by ana
    """
    _send("unack", incident, brand, by, key)


@app.command()
def snooze(
    incident: _Incident = None,
    *,
    by: ByOption,
    lasting: Annotated[str, typer.Option("--for", help="For how long, such as 30m or 2h.")] = "2h",
    brand: BrandOption = None,
    key: ActionIdOption = None,
) -> None:
    """Hold back the notifications of an incident for a while; only a rise to critical gets through.

    Examples:
      tocsin incident snooze --brand Hallowfirth --by ana --for 30m
    """
    _send("snooze", incident, brand, by, key, until=wall_ms() + actions.duration_ms(lasting))


@app.command()
def unsnooze(
    incident: _Incident = None, *, by: ByOption, brand: BrandOption = None, key: ActionIdOption = None
) -> None:
    """End a snooze.

    Examples:
      tocsin incident unsnooze --brand Hallowfirth --by ana
    """
    _send("unsnooze", incident, brand, by, key)


@app.command()
def reply(
    incident: _Incident = None,
    *,
    by: ByOption,
    text: Annotated[str, typer.Option("--text", help="Where it is, or what it says.")] = "",
    brand: BrandOption = None,
    key: ActionIdOption = None,
) -> None:
    """Mark the brand's official reply as posted: that acknowledges the incident, and its escalation stops.

    Examples:
      tocsin incident reply --brand Hallowfirth --by ana --text https://example.com/statement
    """
    _send("official_reply", incident, brand, by, key, text=text)


@app.command("open")
def open_(
    text: Annotated[str, typer.Argument(help="What is happening.")],
    *,
    by: ByOption,
    brand: Annotated[str, typer.Option("--brand", help="The brand that it is about.")],
    key: ActionIdOption = None,
) -> None:
    """Open an incident by hand: it pages the people on call, and ends when somebody resolves it.

    If one is open already, the text is a note in it.

    Examples:
      tocsin incident open "a journalist called about the brakes" --brand Hallowfirth --by ana
    """
    from alerts.incidents.model import Action  # noqa: PLC0415

    here = load_installation()
    check_brand(here, brand)
    actions.send(here, Action(actions.action_id(key), brand, "open", by, wall_ms(), text=text))
    print_status(f"reported: {printable(brand)}")


@app.command()
def page(incident: _Incident = None, *, by: ByOption, brand: BrandOption = None, key: ActionIdOption = None) -> None:
    """Page the people on call now, whatever the severity.

    Examples:
      tocsin incident page --brand Hallowfirth --by ana
    """
    _send("page", incident, brand, by, key)


@app.command()
def assign(
    whom: Annotated[str, typer.Argument(metavar="USER", help="Slack id of the person who takes over.")],
    incident: _Incident = None,
    *,
    by: ByOption,
    brand: BrandOption = None,
    key: ActionIdOption = None,
) -> None:
    """Hand an incident over to somebody, who is paged and has acknowledged it.

    Examples:
      tocsin incident assign U024BE7LH --brand Hallowfirth --by ana
    """
    _send("assign", incident, brand, by, key, text=whom)


@app.command()
def resolve(incident: _Incident = None, *, by: ByOption, brand: BrandOption = None, key: ActionIdOption = None) -> None:
    """Resolve an incident by hand.

    Examples:
      tocsin incident resolve --brand Hallowfirth --by ana
    """
    _send("resolve", incident, brand, by, key)


@app.command()
def verdict(
    judgement: Annotated[Verdict, typer.Argument(metavar="VERDICT", help="What it really was.", case_sensitive=False)],
    incident: _Incident = None,
    *,
    by: ByOption,
    text: Annotated[str, typer.Option("--text", help="The reason.")] = "",
    brand: BrandOption = None,
    key: ActionIdOption = None,
) -> None:
    """Say what an incident really was: crisis, planned, or not_a_crisis. `tocsin tune` learns from verdicts.

    Examples:
      tocsin incident verdict not_a_crisis --brand Hallowfirth --by ana --text "a joke"
    """
    _send("verdict", incident, brand, by, key, text=text, verdict=judgement.value)


@app.command()
def note(
    text: Annotated[str, typer.Argument(help="The note.")],
    incident: _Incident = None,
    *,
    by: ByOption,
    brand: BrandOption = None,
    key: ActionIdOption = None,
) -> None:
    """Add a note to an incident's history and thread.

    Examples:
      tocsin incident note "statement goes out at 15:00" --brand Hallowfirth --by ana
    """
    _send("note", incident, brand, by, key, text=text)


def _send(kind: ActionKind, incident: str | None, brand: str | None, by: str, key: str | None, **fields: Any) -> None:
    """Send an action about an incident, or about the latest of a brand.

    Raises:
        CommandError: there is no such incident, or brand, or it is resolved and only a verdict or a note may follow.
    """
    from alerts.incidents.model import Action  # noqa: PLC0415

    name, now = actions.action_id(key), wall_ms()
    if incident is None and brand is None:
        raise UsageError("name an INCIDENT, or the latest of a brand by --brand")
    here = load_installation()
    target = actions.find_target(here, incident, brand)
    if target.status == "resolved" and kind == "resolve":
        print_status(f"is resolved already: {printable(target.id)}")
        return
    if target.status == "resolved" and kind not in AFTER_THE_END:
        raise CommandError(f"{printable(target.id)}: is resolved: only a verdict or a note can follow")
    actions.send(here, Action(name, target.brand, kind, by, now, incident, **fields))
    print_status(f"{kind} sent: {printable(target.id)}")
