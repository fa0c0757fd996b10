"""May somebody act on a brand?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.brands.model import Brand
from config.brands.responders import permission

if TYPE_CHECKING:
    from config.brands.responders import Permission


@pytest.mark.parametrize(
    ("may_act", "groups", "verdict"),
    [
        ((), (), "everyone"),
        (("U0ANA", "S0DESK"), (), "named"),
        (("U0BEN", "S0DESK"), ("S0OTHER", "S0DESK"), "in_a_named_group"),
        (("U0BEN", "S0DESK"), ("S0OTHER",), "not_allowed"),
        (("U0BEN", "S0DESK"), (), "not_allowed"),
    ],
)
def test_each_answer_has_its_reason(may_act: tuple[str, ...], groups: tuple[str, ...], verdict: Permission) -> None:
    """A brand that names nobody is everyone's; else one is named, or in a group that is."""
    assert permission(Brand(name="acme", responders=may_act), "U0ANA", groups) == verdict
