"""Which subcommands does `tocsin` have, and where do they live?"""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperGroup


class CommandSpec(NamedTuple):
    """A subcommand: its module is imported only when it is called."""

    module: str
    summary: str


COMMANDS: Final[dict[str, CommandSpec]] = {
    "demo": CommandSpec("tocsin.cli.run.demo", "Show a made-up crisis from its first mention to the Slack message."),
    "worker": CommandSpec("tocsin.cli.run.worker", "Run the agents: score, watch, triage, notify."),
    "slack": CommandSpec("tocsin.cli.run.slack", "Answer the buttons of Slack messages and the command /tocsin."),
    "web": CommandSpec("tocsin.cli.run.web", "Show brands, incidents and thresholds in a browser."),
    "ingest": CommandSpec("tocsin.cli.run.ingest", "Send mentions from files or standard input to Kafka."),
    "heartbeat": CommandSpec(
        "tocsin.cli.run.heartbeat", "See that alerts get through, and tell people outside Slack when they do not."
    ),
    "record": CommandSpec("tocsin.cli.analyse.record", "Record what the workers read of a brand into one file."),
    "replay": CommandSpec("tocsin.cli.analyse.replay", "Run recorded mentions through the live rules, without Kafka."),
    "labels": CommandSpec("tocsin.cli.analyse.labels", "Check, merge and export what past incidents really were."),
    "tune": CommandSpec(
        "tocsin.cli.analyse.tune", "Propose better thresholds from labelled incidents, with their measured effect."
    ),
    "report": CommandSpec(
        "tocsin.cli.analyse.report", "Write one page on what happened to a brand, for people who were not there."
    ),
    "config": CommandSpec("tocsin.cli.configure.config", "Check and apply the brand configuration."),
    "topics": CommandSpec("tocsin.cli.run.topics", "Create and inspect the Kafka topics."),
    "incidents": CommandSpec("tocsin.cli.respond.incident", "List the incidents and their state."),
    "oncall": CommandSpec("tocsin.cli.respond.oncall", "Show who is on call, who takes over when, and when nobody is."),
    "act": CommandSpec(
        "tocsin.cli.respond.act", "Acknowledge, snooze, resolve, judge, note or silence from a terminal."
    ),
    "silences": CommandSpec("tocsin.cli.respond.silence", "List what is not told right now, and who asked for it."),
    "status": CommandSpec("tocsin.cli.run.status", "Show what is running, how far it has read and what is silent."),
    "rejected": CommandSpec("tocsin.cli.run.dead_letters", "Print the mentions that were rejected, with the reason."),
    "score": CommandSpec("tocsin.cli.analyse.score", "Score the sentiment of mentions on standard input."),
    "train": CommandSpec("tocsin.cli.analyse.train", "Learn a brand's own sentiment weights from its labels."),
}


def command_names() -> list[str]:
    """Return the subcommands whose module is installed, in the order of the table."""
    return [name for name, entry in COMMANDS.items() if find_spec(entry.module)]


def load_command(name: str) -> Any:
    """Return the click command of a subcommand: its module's `command` function, or its typer `app`."""
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
    """The root command: knows its subcommands by name and summary, and imports the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the subcommands in the order of the table."""
        del ctx
        return list(self.commands)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the subcommand by its stand-in, then load the real one."""
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, stand_in if name is None else load_command(name), rest


def placeholders() -> dict[str, Any]:
    """Return what the root's help needs of each subcommand: its name and summary."""
    return {name: typer.core.TyperCommand(name=name, help=COMMANDS[name].summary) for name in command_names()}


def _keep_examples(command: Any) -> None:
    """Keep indented lines of the help as they are: click would run them together."""
    command.help = re.sub(r"(?m)^(?=[^\n]*:\n(?: {2,}[^\n]*\n?)+)", "\b\n", command.help or "")
    for below in getattr(command, "commands", {}).values():
        _keep_examples(below)
