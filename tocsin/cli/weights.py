"""The `--weights` option, and the scorer it stands for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from mentions.sentiment import Scorer

WeightsOption = Annotated[
    Path | None,
    typer.Option(help="Weights trained on your own labels by `tocsin train`, on top of the shipped ones."),
]


def load_scorer(weights: Path | None) -> Scorer:
    """Return the scorer with the shipped weights, or with these on top.

    Raises:
        UsageError: the file does not exist, or holds no weights of this version.
    """
    from mentions.sentiment import Scorer  # noqa: PLC0415  slow to load

    try:
        return Scorer.with_brand_weights(weights)
    except ValueError as error:
        raise UsageError(str(error)) from error
