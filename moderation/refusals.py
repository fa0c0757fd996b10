"""Refusals of the queue in the language of who reads them; `moderation.lifecycle` words them in English. Pure."""

from __future__ import annotations

import re
from typing import Final, Literal

_STATES: Final = {
    "open": "ouvert",
    "claimed": "pris en charge",
    "escalated": "confié à quelqu’un d’autre",
    "decided": "décidé",
    "appealed": "contesté",
    "withdrawn": "retiré",
    "upheld": "confirmé",
    "overturned": "infirmé",
}

_FRENCH: Final = (
    ("no such item", "cet élément n’existe pas"),
    ("no such post", "cette publication n’existe pas"),
    (
        "the post is deleted: there is nothing left to decide",
        "la publication est supprimée, il n’y a plus rien à décider",
    ),
    ("already decided by (?P<who>.+)", "déjà décidé par {who}"),
    ("already (?P<state>.+)", "déjà {state}"),
    ("decided by (?P<who>.+): appeal instead", "décidé par {who} : contestez plutôt"),
    ("claimed by (?P<who>.+)", "pris en charge par {who}"),
    ("escalated: another person has to decide", "quelqu’un d’autre doit décider, comme vous l’avez demandé"),
    ("not claimed by you", "vous ne l’avez pas pris en charge"),
    ("claim it first: your claim has ended", "prenez-le d’abord en charge : votre prise en charge a expiré"),
    ("claim it first", "prenez-le d’abord en charge"),
    ("not decided", "pas encore décidé"),
    ("not appealed", "pas contesté"),
    ("you decided it: another person has to rule", "vous l’avez décidé : quelqu’un d’autre doit trancher"),
    ("carried out already", "déjà exécuté"),
    ("(?P<who>.+) carries it out", "{who} l’exécute"),
    ("the card is posted", "la carte est publiée"),
    ("(?P<who>.+) posts the card", "{who} publie la carte"),
)


def refusal_text(why: str, language: Literal["en", "fr"]) -> str:
    """Return why a record changed nothing, as a person of a language reads it.

    >>> refusal_text("already decided by ana", "fr"), refusal_text("not decided", "en")
    ('déjà décidé par ana', 'not decided')
    """
    if language == "en":
        return why
    for english, french in _FRENCH:
        found = re.fullmatch(english, why)
        if found is not None:
            values = found.groupdict()
            return french.format(**values | {"state": _STATES.get(values.get("state", ""), values.get("state", ""))})
    return why
