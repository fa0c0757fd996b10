"""Access to a brand's pages: which groups of the identity provider may look, act, and configure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

Role = Literal["view", "act", "configure"]
"""What somebody may do: look; acknowledge, silence, judge; change thresholds. Each includes those before it."""

ROLES: Final[tuple[Role, ...]] = ("view", "act", "configure")

_Member = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
_Members = Annotated[tuple[_Member, ...], Field(max_length=50)]


class Access(BaseModel):
    """Groups, or verified e-mail addresses, by role. Nobody is named by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    view: _Members = Field(
        default=(),
        description="Groups of the identity provider, or verified e-mail addresses, that see the brand's pages after "
        "a login through TOCSIN_OIDC_ISSUER; empty: nobody but those below. [groups]",
    )
    act: _Members = Field(
        default=(), description="Those who also acknowledge, resolve, judge, silence and moderate. [groups]"
    )
    configure: _Members = Field(default=(), description="Those who also change and apply thresholds. [groups]")

    def allows(self, role: Role, groups: Container[str]) -> bool:
        """Return whether a member of `groups` has a role: by it, or by one that includes it."""
        return any(name in groups for one in ROLES[ROLES.index(role) :] for name in getattr(self, one))

    def members(self) -> Iterator[str]:
        """Yield everybody who is named."""
        yield from (*self.view, *self.act, *self.configure)
