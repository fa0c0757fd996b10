"""Settings of the sign-in to the web pages through an identity provider (OpenID Connect)."""

from __future__ import annotations

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from config.addresses import is_protected


def _issuer(value: str) -> str:
    parts = urlsplit(value)
    if not value or (is_protected(parts) and not parts.query and not parts.fragment):
        return value
    raise ValueError(
        "must be an https address as the provider writes it, such as https://login.example.com/realms/main"
    )


class SignInSettings(BaseModel):
    """Settings of OpenID Connect."""

    model_config = ConfigDict(frozen=True)

    oidc_issuer: Annotated[str, AfterValidator(_issuer)] = Field(
        default="",
        description="Issuer of the OpenID Connect provider that people log in to `tocsin web` with, exactly as its "
        "discovery document names it; empty: no such login. Needs TOCSIN_OIDC_CLIENT_ID, TOCSIN_OIDC_CLIENT_SECRET "
        "and TOCSIN_WEB_URL.",
    )
    oidc_client_id: str = Field(default="", description="Client id of `tocsin web` at that provider.")
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Client secret of `tocsin web` at that provider; never shown."
    )
    oidc_scopes: str = Field(
        default="openid profile email",
        pattern=r"^openid( [\w.:/-]+)*$",
        description="Scopes that are asked for, with spaces between them; some providers send groups for `groups`.",
    )
    oidc_groups_claim: str = Field(
        default="groups",
        description="Claim of the ID token that lists a person's groups or roles, such as groups, roles or "
        "realm_access.roles.",
    )

    @model_validator(mode="after")
    def _sign_in_is_whole(self) -> Self:
        needed = (self.oidc_client_id, self.oidc_client_secret.get_secret_value(), getattr(self, "web_url", ""))
        if self.oidc_issuer and not all(needed):
            raise ValueError(
                "TOCSIN_OIDC_ISSUER needs TOCSIN_OIDC_CLIENT_ID, TOCSIN_OIDC_CLIENT_SECRET and TOCSIN_WEB_URL: set all"
            )
        return self
