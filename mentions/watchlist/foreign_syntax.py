"""Query syntax of other tools: signs in a keyword that are no operators here, so that it finds nothing or too much."""

from __future__ import annotations

import re
from typing import Final

_quoted = re.compile(r'"[^"]*"|“[^”]*”|«[^»]*»')

_SIGNS: Final = (
    (
        re.compile(r"(?<=\s)NEAR(?:/(?!\d{1,2}(?![^\s(]))\S*)?(?=\s)"),
        "say how many words may lie between: NEAR/5",
    ),
    (re.compile(r"(?<=\s)near/\d+(?=\s)"), "operators are in capitals: NEAR/5"),
    (re.compile(r"(?<=\w)~\d*"), "for words near each other write NEAR/5"),
    (re.compile(r"(?<![^\s(])\*\w+"), "* stands at the end of a word only: list the words"),
    (re.compile(r"\w+\?\w+"), "list the spellings, with OR between them"),
    (re.compile(r"(?<=\s)-\w+"), "for a text without a word write NOT"),
    (re.compile(r"(?<![^\s(])\+\w+(?=.*\s\+\w)"), "for a text with both words write AND"),
    (re.compile(r"(?<=\s)\|+(?=\s)"), "write OR"),
    (re.compile(r"(?<=\s)&&(?=\s)"), "write AND"),
    (re.compile(r"(?<=[a-zà-ÿ]\s)(?:ET|UND)(?=\s)"), "write AND"),
    (re.compile(r"(?<=[a-zà-ÿ]\s)(?:OU|ODER)(?=\s)"), "write OR"),
    (re.compile(r"(?<=[a-zà-ÿ]\s)(?:SAUF|NICHT)(?=\s)"), "write NOT"),
    (
        re.compile(r"(?<![^\s(])(?:author|title|site|domain|url|lang|language|country|from|hashtag|text):(?=\S)"),
        "the text alone is searched",
    ),
)


def foreign_sign(keyword: str) -> tuple[str, str] | None:
    """Return the first sign that another tool would read as an operator, and what to write; None if there is none.

    What stands in quotes is meant as it stands.

    >>> foreign_sign("orange -juice")
    ('-juice', 'for a text without a word write NOT')
    >>> foreign_sign("orange NOT juice"), foreign_sign("coba-kola"), foreign_sign('"orange -juice"')
    (None, None, None)
    """
    bare = _quoted.sub('""', keyword)
    found = ((sign.search(bare), remedy) for sign, remedy in _SIGNS)
    return next(((match[0], remedy) for match, remedy in found if match), None)
