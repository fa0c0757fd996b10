"""`tocsin slack`: runs the Slack app."""

from __future__ import annotations

from typing import Annotated

import typer

from tocsin.cli.environment import load_installation
from tocsin.cli.options import EmbeddedOption
from tocsin.cli.output import print_status
from tocsin.errors import UsageError


def command(
    *,
    http: Annotated[
        int | None,
        typer.Option(min=1, max=65_535, help="Receive signed requests at /slack on this port, instead of Socket Mode."),
    ] = None,
    embedded: EmbeddedOption = False,
) -> None:
    """Run the Slack app until stopped: buttons, modals, the Home tab and the command /tocsin.

    Socket Mode needs no open port but TOCSIN_SLACK_APP_TOKEN; HTTP needs TOCSIN_SLACK_SIGNING_SECRET. Run one, or
    several for safety: Slack sends each interaction to one of them.

    Examples:
      tocsin slack
      tocsin slack --http 8080
    """
    from slack_sdk.errors import SlackApiError  # noqa: PLC0415  slow to load

    from alerts.notifiers.slack.errors import code_of  # noqa: PLC0415
    from streams.kafka.admin import create_topics  # noqa: PLC0415
    from streams.lifecycle import log_to_stderr  # noqa: PLC0415
    from streams.shutdown import run_until_stopped  # noqa: PLC0415
    from tocsin.slack_app.main import serve  # noqa: PLC0415

    here = load_installation(embedded=embedded)
    settings = here.settings
    needed = settings.slack_app_token if http is None else settings.slack_signing_secret
    name = "TOCSIN_SLACK_APP_TOKEN" if http is None else "TOCSIN_SLACK_SIGNING_SECRET"
    for secret, variable in ((settings.slack_token, "TOCSIN_SLACK_TOKEN"), (needed, name)):
        if not secret.get_secret_value():
            raise UsageError(f"tocsin slack needs {variable} in the environment (docs/slack.md says how to get one)")
    made = create_topics(here.connection, here.topics.all(), settings.partitions, settings.replication)
    log_to_stderr(settings.log_level, settings.log_format)
    try:
        if run_until_stopped(serve(settings, here.connection, here.topics, made[0].partitions, http)):
            print_status("stopped")
    except SlackApiError as error:
        raise UsageError(f"Slack refuses {name}: {code_of(error)} (docs/slack.md)") from None
