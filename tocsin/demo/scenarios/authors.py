"""Authors of the demo's mentions: invented handles on invented channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tocsin.demo.scenarios.rng import Rng

_CHANNELS: Final = ("microblog",) * 13 + ("forum",) * 3 + ("video",) * 2 + ("reviews", "blog")
_INFLUENCERS: Final = {
    "Hallowfirth": (("harbourwatch", 214_000), ("islandnewsdesk", 88_500), ("ferryspotter_jo", 41_200)),
    "Pippinworth": (("biscuit_of_the_day", 132_000), ("teatime_tom", 37_800)),
    "Voltanelle": (("conso_en_clair", 96_400), ("factures_et_cie", 23_900)),
}
_ENGLISH: Final = (
    (
        "salty",
        "quiet",
        "north",
        "little",
        "grumpy",
        "rusty",
        "marsh",
        "tidal",
        "woolly",
        "late",
        "happy",
        "old",
        "blue",
    ),
    ("heron", "kettle", "postie", "anorak", "gull", "teapot", "otter", "pebble", "lantern", "badger", "rower", "moth"),
)
_FRENCH: Final = (
    ("petite", "le_vrai", "mamie", "papi", "brave", "douce", "jolie", "drole_de", "bonne", "sacre"),
    ("loutre", "marmite", "bruyere", "cigogne", "lanterne", "galette", "hirondelle", "gourde", "noisette", "mouette"),
)


@dataclass(frozen=True)
class Author:
    """An author of mentions."""

    handle: str
    followers: int
    channel: str


def pick_author(brand: str, rng: Rng) -> Author:
    """Return an author for a mention of this brand; now and then one with many followers."""
    if rng.bernoulli(0.004):
        handle, followers = rng.pick(_INFLUENCERS[brand])
        return Author(handle, followers, "microblog")
    first, last = _FRENCH if brand == "Voltanelle" else _ENGLISH
    handle = f"{rng.pick(first)}_{rng.pick(last)}{int(rng.uniform(1, 9000))}"
    return Author(handle, int(10 ** rng.uniform(0.5, 3.0 + rng.uniform(0.0, 1.2))), rng.pick(_CHANNELS))
