"""The table of `tocsin` subcommands, and the root group that imports only the one that is called."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperGroup


class CommandSpec(NamedTuple):
    """A subcommand: its module is imported only when it is called."""

    module: str
    summary: str


COMMANDS: Final[dict[str, CommandSpec]] = {
    "demo": CommandSpec("tocsin.cli.run.demo", "Show an invented crisis, from first mention to Slack message."),
    "init": CommandSpec("tocsin.cli.run.init", "Write a first brands.yaml, with sources that work."),
    "up": CommandSpec("tocsin.cli.run.local.up", "Run everything on this machine, in one command."),
    "worker": CommandSpec("tocsin.cli.run.worker", "Run a worker: score, watch, triage, notify."),
    "slack": CommandSpec("tocsin.cli.run.slack", "Run the Slack app: buttons, modals, Home tab and /tocsin."),
    "web": CommandSpec("tocsin.cli.run.web", "Serve the web pages: brands, incidents and thresholds."),
    "heartbeat": CommandSpec("tocsin.cli.run.heartbeat", "Check end to end that alerts get through to Slack."),
    "ingest": CommandSpec("tocsin.cli.run.ingest", "Send mentions from files or standard input to Kafka."),
    "listen": CommandSpec("tocsin.cli.run.listen", "Read the brands' sources, and take mentions over HTTP."),
    "status": CommandSpec("tocsin.cli.run.health.status", "Show each brand's activity and how far it is read."),
    "dead-letters": CommandSpec(
        "tocsin.cli.run.dead_letters", "Print the records that were rejected, with the reason."
    ),
    "broker": CommandSpec("tocsin.cli.run.local.broker", "Run the local broker alone, as tocsin up does."),
    "topics": CommandSpec("tocsin.cli.run.topics", "Create, list and delete the Kafka topics."),
    "incident": CommandSpec(
        "tocsin.cli.respond.incident", "List, show, acknowledge, snooze, resolve or judge incidents."
    ),
    "moderation": CommandSpec(
        "tocsin.cli.respond.moderation", "Moderate: take mentions in, decide, see how well it goes."
    ),
    "silence": CommandSpec("tocsin.cli.respond.silence", "Silence a brand for a while, list the silences, expire one."),
    "weekly": CommandSpec("tocsin.cli.respond.weekly", "Print or write a brand's week, a client's or all of them."),
    "monthly": CommandSpec("tocsin.cli.respond.monthly", "Write a client's report of one month."),
    "brief": CommandSpec("tocsin.cli.respond.brief", "Print a brand's morning brief: state, figures, whom to answer."),
    "oncall": CommandSpec("tocsin.cli.respond.oncall", "Show who is on call for each brand, and who takes over when."),
    "config": CommandSpec("tocsin.cli.configure.config", "Check, compare and apply the brand configuration."),
    "calendar": CommandSpec("tocsin.cli.configure.calendar", "Fetch the on-call calendars."),
    "forget": CommandSpec("tocsin.cli.privacy.forget", "Take an author out of everything that is kept."),
    "export": CommandSpec("tocsin.cli.privacy.export", "Print everything that is kept of an author."),
    "record": CommandSpec("tocsin.cli.analyse.record", "Record what the workers read into one file that replays."),
    "replay": CommandSpec("tocsin.cli.analyse.replay", "Replay mentions through the live functions, without Kafka."),
    "report": CommandSpec("tocsin.cli.analyse.report", "Write one HTML page on what happened to a brand."),
    "community": CommandSpec("tocsin.cli.analyse.community", "Show who writes about a brand, over days and weeks."),
    "labels": CommandSpec("tocsin.cli.analyse.labels", "Check, merge and export the labels of past incidents."),
    "tune": CommandSpec("tocsin.cli.analyse.tune", "Propose better thresholds from labelled incidents."),
    "score": CommandSpec("tocsin.cli.analyse.score", "Score the sentiment of texts on standard input."),
    "train": CommandSpec("tocsin.cli.analyse.train", "Train a brand's own sentiment weights on its labels."),
}


def load_command(name: str) -> Any:
    """Return the click command of a subcommand: its module's typer `app`, or else its `command` function."""
    module = import_module(COMMANDS[name].module)
    group = getattr(module, "app", None)
    if group is None:
        group = typer.Typer(add_completion=False, rich_markup_mode=None)
        group.command(name)(module.command)
    loaded = typer.main.get_command(group)
    loaded.name = name
    _keep_examples(loaded)
    return loaded


class LazyGroup(TyperGroup):
    """The root group: knows its subcommands by name and summary, and imports the one that is called or completed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the subcommands in the order of the table."""
        del ctx
        return list(self.commands)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the subcommand among the placeholders, then load the real one."""
        name, placeholder, rest = super().resolve_command(ctx, args)
        return name, placeholder if name is None else load_command(name), rest


def placeholders() -> dict[str, Any]:
    """Return what the root's help needs of each subcommand: its name and summary."""
    return {name: typer.core.TyperCommand(name=name, help=spec.summary) for name, spec in COMMANDS.items()}


def _keep_examples(command: Any) -> None:
    """Keep indented lines of the help as they are; click would join them."""
    command.help = re.sub(r"(?m)^(?=[^\n]*:\n(?: {2,}[^\n]*\n?)+)", "\b\n", command.help or "")
    for subcommand in getattr(command, "commands", {}).values():
        _keep_examples(subcommand)
