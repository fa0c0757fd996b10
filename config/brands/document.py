"""Structure of `brands.yaml`: its top-level keys and groups, and the source of its JSON Schema."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from config.brands.model import Brand, BrandDefaults


class Group(BaseModel):
    """Brands that belong together, such as the brands of one client of an agency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    defaults: BrandDefaults = Field(default=BrandDefaults(), description="Overrides the organisation's `defaults`.")


class Document(BaseModel):
    """The whole file, as an editor completes it: the source of the JSON Schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Tocsin brands")

    organisation: str = Field(default="", description="Name of your organisation, shown in reports.", max_length=80)
    defaults: BrandDefaults = Field(default=BrandDefaults(), description="Settings that every brand inherits.")
    groups: dict[str, Group] = Field(default={}, description="Groups of brands, by name.")
    brands: tuple[Brand, ...] = Field(description="The brands to watch.", min_length=1)


class TopLevelKeys(BaseModel):
    """Top-level keys of the file. Their entries are validated later, after inheritance."""

    model_config = ConfigDict(extra="forbid")

    organisation: str = Field(default="", max_length=80)
    defaults: dict[str, Any] = {}
    groups: dict[str, GroupKeys] = {}
    brands: list[dict[str, Any]] = Field(min_length=1)


class GroupKeys(BaseModel):
    """Keys of a group. Its defaults are validated later, after inheritance."""

    model_config = ConfigDict(extra="forbid")

    defaults: dict[str, Any] = {}
