"""`tocsin slack`: the app behind the buttons and the slash command."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.errors import UsageError
from tocsin.cli.output import print_status


def command(
    *,
    http: Annotated[
        int | None,
        typer.Option(min=1, max=65_535, help="Listen for signed requests at /slack on this port, not by Socket Mode."),
    ] = None,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="The broker is the demo's embedded one.", hidden=True)
    ] = False,
) -> None:
    """Answer the buttons of Slack messages and the command /tocsin until stopped.

    By Socket Mode, which needs no open port: TOCSIN_SLACK_APP_TOKEN. Or over HTTP: TOCSIN_SLACK_SIGNING_SECRET.
    Run one, or several for safety: Slack gives each tap to one of them.

    Examples:
      tocsin slack
      tocsin slack --http 8080
    """
    from slack_sdk.errors import SlackApiError  # noqa: PLC0415  slow to load

    from streams.kafka.admin import create_topics  # noqa: PLC0415
    from streams.lifecycle import log_to_stderr  # noqa: PLC0415
    from tocsin.slack_app.main import serve  # noqa: PLC0415

    here = load_installation(embedded=embedded)
    settings = here.settings
    needed = settings.slack_app_token if http is None else settings.slack_signing_secret
    name = "TOCSIN_SLACK_APP_TOKEN" if http is None else "TOCSIN_SLACK_SIGNING_SECRET"
    for secret, variable in ((settings.slack_token, "TOCSIN_SLACK_TOKEN"), (needed, name)):
        if not secret.get_secret_value():
            raise UsageError(f"tocsin slack needs {variable} in the environment (docs/slack.md tells how to get one)")
    made = create_topics(here.connection, here.topics.all(), settings.partitions, settings.replication)
    log_to_stderr(settings.log_level, settings.log_format)
    try:
        asyncio.run(serve(settings, here.connection, here.topics, made[0].partitions, http))
    except KeyboardInterrupt:
        print_status("stopped")
    except BaseExceptionGroup as group:
        refused, _ = group.split(SlackApiError)
        if refused is None:
            raise
        codes = {str(getattr(error, "response", {}).get("error")) for error in refused.exceptions}
        raise UsageError(f"Slack refuses {name}: {', '.join(sorted(codes))} (docs/slack.md)") from None
