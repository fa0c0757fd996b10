"""Access: what a session may do with a brand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.brands.responders import permission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.brands.access import Role
    from config.brands.model import Brand
    from config.brands.overrides import BrandWithOverrides
    from tocsin.web.session import Session


def may(session: Session, brand: Brand, role: Role) -> bool:
    """Return whether a session may do something with a brand.

    With the token everything is allowed. Through a proxy, looking is, and the rest as the brand's responders say.
    Through an identity provider, what the brand's `access` says, and nothing else.
    """
    if session.method == "oidc":
        return brand.access.allows(role, session.groups)
    return role == "view" or session.method != "proxy" or permission(brand, session.user) != "not_allowed"


def sees_all(session: Session, brands: Mapping[str, BrandWithOverrides]) -> bool:
    """Return whether a session sees every brand."""
    return all(may(session, one.brand, "view") for one in brands.values())


def shown_diff(text: str, *, whole: bool) -> str:
    """Return a diff of the configuration as somebody may see it; else the changed lines without those around them.

    A change is one brand's lines, and their neighbours may be another client's.
    """
    if whole:
        return text
    return "".join(
        line for line in text.splitlines(keepends=True) if line[:1] in "+-" and line[:3] not in ("+++", "---")
    )
