"""Permission of a user to act on a brand's incidents, with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Container

    from config.brands.model import Brand

Permission = Literal["everyone", "named", "in_a_named_group", "not_allowed"]


def permission(brand: Brand, user: str, groups: Container[str] = ()) -> Permission:
    """Return whether `user`, a member of `groups`, may act on the brand's incidents, and why."""
    if not brand.responders:
        return "everyone"
    if user in brand.responders:
        return "named"
    return "in_a_named_group" if any(one in groups for one in brand.responders) else "not_allowed"
