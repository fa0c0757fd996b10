"""Command-line options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]

BrandOption = Annotated[str | None, typer.Option("--brand", "-b", help="Only this brand.")]

ByOption = Annotated[str, typer.Option("--by", help="Who does it: a name, or a Slack user id.")]

ActionIdOption = Annotated[
    str | None,
    typer.Option("--id", help="Idempotency key: a command repeated with the same one takes effect once."),
]

EmbeddedOption = Annotated[bool, typer.Option("--embedded", help="The broker is the demo's embedded one.", hidden=True)]

SortOption = Annotated[
    bool,
    typer.Option("--sort", help="Sort the mentions by time of publication first; above 32 MB through temporary files."),
]
