"""What an installation says about the toy detector, as JSON. Run with a `detectors` package that registers it."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alerts.rendering.text import headline
from config.brands.loader import parse
from config.brands.model import default_brand
from config.brands.overrides import PATHS, with_value
from config.schema import schema
from detectors.engine.simulation import simulate
from detectors.policy import Policy
from detectors.registry import BY_NAME, label
from replay.player.policy_set import PolicySet
from replay.player.result import replay
from replay.tuning.candidates import candidates
from tests.support.web_app import BRANDS, day, hidden, web_client
from tocsin.slack_app.modals import threshold

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from mentions.model.batches import Batch, Tick

NAME = "neutral_share"
PATH = f"detect.{NAME}.min_share"
FILE = "brands:\n  - name: acme\n    detect:\n      neutral_share: {min_share: 0.95}\n"


def configured() -> dict[str, Any]:
    """Return what the configuration makes of its section, right and wrong."""
    config = parse(FILE.encode()).config
    assert config is not None
    wrong = parse(FILE.replace("0.95", "1.5").encode(), "b.yaml")
    section = schema()["$defs"]["NeutralShare"]["properties"]["min_share"]
    value = config.brands[0].detect.of(BY_NAME[NAME]).min_share
    changed = with_value(config.brands[0].detect, PATH, 0.5).of(BY_NAME[NAME]).min_share
    return {"value": value, "errors": [str(one) for one in wrong.errors], "schema": section, "overridden": changed}


def fired() -> dict[str, Any]:
    """Return the incident that the whole pipeline opens, and its line in both languages."""
    records: list[Batch | Tick] = list(day().dataset.records["Hallowfirth"])
    brand = default_brand("Hallowfirth")
    off = {one: {"enabled": False} for one in BY_NAME if one in Policy.model_fields and one != NAME}
    detect = Policy.model_validate(off | {NAME: {"min_share": 0.3, "min_mentions": 5}})
    outcome = replay(PolicySet.of([brand.model_copy(update={"detect": detect})]), records, None)
    incident: Incident = next(note.incident for note in outcome.notifications if note.reason == "opened")
    return {
        "detectors": list(incident.findings),
        "lines": {one: headline(incident, one) for one in ("en", "fr")},
    }


def explained() -> dict[str, str]:
    """Return one signal in a sentence of both languages."""
    signals = simulate({"neutral": 6}, {"neutral": 240}, days=0)
    signal = next(one for one in signals if one.detector == NAME)
    return {one: BY_NAME[NAME].explain(signal, one) for one in ("en", "fr")}


async def edited(folder: Path) -> dict[str, Any]:
    """Return the field that the page shows, and the file after somebody saved another value."""
    file = folder / "brands.yaml"
    file.write_text(BRANDS, encoding="utf-8")
    async with web_client(day(), file) as client:
        page = await (await client.get("/brands/Hallowfirth/thresholds")).text()
        form = {"csrf": hidden(page, "csrf"), "version": hidden(page, "version"), PATH: "0.75", "do": "save"}
        answer = await client.post("/brands/Hallowfirth/thresholds", data=form)
    return {"shown": hidden(page, PATH), "status": answer.status, "file": file.read_text(encoding="utf-8")}


def main(folder: Path) -> None:
    """Print everything as one JSON object."""
    print(  # noqa: T201  read by the test
        json.dumps(
            {
                "configured": configured(),
                "fired": fired(),
                "explained": explained(),
                "labels": {one: label(NAME, one) for one in ("en", "fr")},
                "tuned": sorted({path for one in candidates(default_brand("acme")) for path in one if NAME in path}),
                "slack": [threshold.label(path, "fr") for path in threshold.threshold_paths([NAME])[1:]],
                "overridable": sorted(path for path in PATHS if NAME in path),
                "edited": asyncio.run(edited(folder)),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
