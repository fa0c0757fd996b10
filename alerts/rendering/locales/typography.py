"""French typography: the spaces before double punctuation and inside quotation marks do not break a line."""

from __future__ import annotations

import re
from typing import Final

_NARROW: Final = re.compile(r" (?=[;!?%])")
_WIDE: Final = re.compile(r" (?=[:»])|(?<=«) ")


def non_breaking(text: str) -> str:
    r"""Return French text with its non-breaking spaces.

    >>> non_breaking("« Pic : 3 » ; fin")
    '«\xa0Pic\xa0: 3\xa0»\u202f; fin'
    """
    return _WIDE.sub("\u00a0", _NARROW.sub("\u202f", text))
