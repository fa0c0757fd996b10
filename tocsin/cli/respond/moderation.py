"""`tocsin moderation`: the intake service, and the queue from the terminal."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from streams.clock import wall_ms
from tocsin.cli.environment import load_installation
from tocsin.cli.options import BrandOption, ByOption, EmbeddedOption, JsonOption
from tocsin.cli.output import print_json, print_line, print_status, printable
from tocsin.cli.respond import moderation_output as output
from tocsin.cli.respond.moderation_session import act, find, read_queue, submit
from tocsin.cli.weights import WeightsOption, load_scorer
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from moderation.model import Item
    from moderation.queue import Queue

app = typer.Typer(
    help="Moderate: run the intake, work on the queue, see how well it goes (docs/moderation.md).",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

ItemArgument = Annotated[str, typer.Argument(metavar="ITEM", help="The item, by the beginning of its id.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why; the history shows it.")]
PolicyOption = Annotated[str | None, typer.Option("--policy", help="Only this policy.")]


@app.command()
def run(weights: WeightsOption = None, *, embedded: EmbeddedOption = False) -> None:
    """Take mentions into the queues of the brands that moderate, until stopped. Several may run.

    Carries decisions out where the environment says how: TOCSIN_MODERATION_WEBHOOK_URL, TOCSIN_DISCOURSE_KEY,
    TOCSIN_FACEBOOK_TOKEN (docs/moderation.md).

    Examples:
      tocsin moderation run
    """
    from streams.kafka.admin import create_topics  # noqa: PLC0415  slow to load
    from streams.lifecycle import log_to_stderr  # noqa: PLC0415
    from streams.moderation.acting.service import actors_of, follow_and_act  # noqa: PLC0415
    from streams.moderation.intake_service import IntakeService  # noqa: PLC0415
    from streams.monitoring.http_server import serve  # noqa: PLC0415
    from streams.shutdown import run_until_stopped  # noqa: PLC0415

    here = load_installation(embedded=embedded)
    log_to_stderr(here.settings.log_level, here.settings.log_format)
    made = create_topics(here.connection, here.topics.all(), here.settings.partitions, here.settings.replication)
    web_url = here.settings.web_url
    service = IntakeService(here.connection, here.topics, load_scorer(weights), made[0].partitions, web_url)
    serve(here.settings.metrics_port, service.probes.answer)
    actors = actors_of(here.settings)

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(service.run())
            if actors:
                group.create_task(follow_and_act(here.connection, here.topics, made[0].partitions, actors))

    if run_until_stopped(work()):
        print_status("stopped")


@app.command("list")
def list_(
    *,
    brand: BrandOption = None,
    policy: PolicyOption = None,
    decided: Annotated[bool, typer.Option("--decided", help="Those that are decided, the latest first.")] = False,
    json: JsonOption = False,
) -> None:
    """List what waits for a decision: overdue items first, then the most severe. The texts are not shown.

    Examples:
      tocsin moderation list
      tocsin moderation list --brand Hallowfirth --policy threat --json
    """
    from moderation.queue import Filter  # noqa: PLC0415  slow to load

    queue, now = read_queue(), wall_ms()
    wanted = Filter(brands=[brand] if brand else (), policies=[policy] if policy else ())
    items = queue.waiting(now, wanted)
    if decided:
        done = [item for item in queue.items() if item.state == "decided" and wanted.lets_through(item)]
        items = sorted(done, key=lambda item: item.decided_at, reverse=True)
    if json:
        for item in items:
            print_json(output.item_record(item))
    elif items:
        output.print_items(items, now)
    else:
        print_line("nothing is decided" if decided else "nothing waits")


@app.command()
def show(item: ItemArgument, *, json: JsonOption = False) -> None:
    """Show an item with its text, links and history.

    Examples:
      tocsin moderation show 5b1f
    """
    found = find(read_queue(), item)
    if json:
        print_json(output.item_record(found))
    else:
        output.print_item(found, wall_ms())


@app.command("next")
def next_(*, by: ByOption, brand: BrandOption = None, policy: PolicyOption = None) -> None:
    """Claim the next item for 15 minutes and show it: overdue first, then the most severe, and nobody else's.

    Examples:
      tocsin moderation next --by ana
    """
    from moderation.queue import Filter  # noqa: PLC0415  slow to load

    wanted = Filter(brands=[brand] if brand else (), policies=[policy] if policy else ())

    def find_next(queue: Queue) -> Item:
        found = queue.next_for(by, wall_ms(), wanted)
        if found is None:
            raise CommandError("nothing waits")
        return found

    output.print_item(submit("claim", find_next, by), wall_ms())


@app.command()
def claim(item: ItemArgument, *, by: ByOption) -> None:
    """Claim an item for 15 minutes.

    Examples:
      tocsin moderation claim 5b1f --by ana
    """
    act("claim", item, by)


@app.command()
def release(item: ItemArgument, *, by: ByOption) -> None:
    """Give a claim back.

    Examples:
      tocsin moderation release 5b1f --by ana
    """
    act("release", item, by)


@app.command()
def skip(item: ItemArgument, *, by: ByOption) -> None:
    """Leave an item to others.

    Examples:
      tocsin moderation skip 5b1f --by ana
    """
    act("skip", item, by)


@app.command()
def escalate(item: ItemArgument, *, by: ByOption, note: NoteOption = "") -> None:
    """Ask for another person's judgement.

    Examples:
      tocsin moderation escalate 5b1f --by ana --note "is this a real address?"
    """
    act("escalate", item, by, note)


@app.command()
def decide(
    item: ItemArgument,
    outcome: Annotated[
        str,
        typer.Argument(
            help='"no action", "hide requested", "author watched", "reported to platform" or "reported to police".'
        ),
    ],
    *,
    by: ByOption,
    note: NoteOption = "",
) -> None:
    """Decide an item that you have claimed. Tocsin records the decision; it hides nothing by itself.

    Examples:
      tocsin moderation decide 5b1f "hide requested" --by ana
      tocsin moderation decide 5b1f "no action" --by ana --note "a song's title"
    """
    from moderation.model import OUTCOMES  # noqa: PLC0415  slow to load

    if outcome not in OUTCOMES:
        raise UsageError(f"OUTCOME: {printable(outcome)!r} is none of {', '.join(map(repr, OUTCOMES))}")
    act(outcome, item, by, note)


@app.command()
def undo(item: ItemArgument, *, by: ByOption) -> None:
    """Take your own decision back: the item waits again.

    Examples:
      tocsin moderation undo 5b1f --by ana
    """
    act("undo", item, by)


@app.command()
def appeal(item: ItemArgument, *, by: ByOption, note: NoteOption = "") -> None:
    """Object to a decision; another person has to rule.

    Examples:
      tocsin moderation appeal 5b1f --by lea --note "it quotes the insult"
    """
    act("appeal", item, by, note)


@app.command()
def rule(
    item: ItemArgument,
    *,
    by: ByOption,
    uphold: Annotated[bool, typer.Option("--uphold/--overturn", help="Whether the decision stands.")],
    note: NoteOption = "",
) -> None:
    """Rule on an appeal.

    Examples:
      tocsin moderation rule 5b1f --overturn --by marc
    """
    act("uphold" if uphold else "overturn", item, by, note)


@app.command()
def stats(*, brand: BrandOption = None, json: JsonOption = False) -> None:
    """Show precision by policy, what is missed, times to claim and to decide, and appeals.

    Examples:
      tocsin moderation stats
    """
    from moderation.statistics import compute_statistics  # noqa: PLC0415  slow to load

    figures = compute_statistics(item for item in read_queue().items() if brand in (None, item.brand))
    if json:
        print_json(figures._asdict())
    else:
        output.print_statistics(figures)


@app.command()
def labels(*, brand: BrandOption = None) -> None:
    """Print what was decided as labels for `tocsin train`, a line of JSON each: text, label, lang, brand.

    Texts of people: treat the file as you treat the queue.

    Examples:
      tocsin moderation labels > labels.jsonl
      tocsin train labels.jsonl --out acme.npz
    """
    from moderation.statistics import labels_of  # noqa: PLC0415  slow to load

    for label in labels_of(item for item in read_queue().items() if brand in (None, item.brand)):
        print_json(label._asdict())


@app.command()
def check(*, lang: Annotated[str | None, typer.Option("--lang", help="The language; else detected.")] = None) -> None:
    """Show what each policy finds in the texts on standard input, one a line. Needs no broker.

    Examples:
      echo "Someone should burn down your offices" | tocsin moderation check
      tocsin moderation check --lang fr < texts.txt
    """
    from moderation.policies.model import Reading  # noqa: PLC0415  slow to load
    from moderation.policies.registry import judge  # noqa: PLC0415

    scorer = load_scorer(None)
    for line in sys.stdin:
        text = line.rstrip("\n")
        analysis = scorer.analyse(text, lang)
        found = judge(Reading(text, lang or analysis.lang, analysis.abuse))
        told = "; ".join(f"{name} ({finding.severity}){_words(text, finding.spans)}" for name, finding in found.items())
        print_line(printable(f"{told or 'nothing'}  <- {text}"))


def _words(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    return ": " + ", ".join(repr(text[start:end]) for start, end in spans) if spans else ""
