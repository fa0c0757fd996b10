"""Access: what a session may do with a brand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from config.brands.responders import permission

if TYPE_CHECKING:
    from config.brands.model import Brand
    from tocsin.web.session import Session

Role = Literal["view", "act", "configure"]
"""What somebody may do: look; acknowledge, silence, judge; change thresholds. Each includes those before it."""


def may(session: Session, brand: Brand, role: Role) -> bool:
    """Return whether a session may do something with a brand.

    With the token everything is allowed; through a proxy, looking is, and the rest as the brand's responders say.
    """
    return role == "view" or session.method != "proxy" or permission(brand, session.user) != "not_allowed"
