"""Who is watched, with which thresholds, and who is told? The parameters themselves are declared beside the maths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from alerts.policy import Policy as AlertPolicy
from alerts.rota import Rota
from alerts.zone import Zone
from detectors.policy import Policy as DetectPolicy
from mentions.watched import Term, Watched

if TYPE_CHECKING:
    from collections.abc import Iterable

Language = Literal["en", "fr"]


def _text(value: object) -> object:
    if isinstance(value, bool | int | float):
        raise ValueError("must be text: put it in quotes")  # noqa: TRY004  pydantic turns ValueError into a place
    return value


def _slack_channel(value: str) -> str:
    name = value.removeprefix("#")
    known_id = name[:1] in "CG" and name.isalnum() and name.isupper()
    if known_id or (name == name.lower() and name.replace("-", "").replace("_", "").isalnum()):
        return value
    raise ValueError('must be a channel ("#brand-alerts": lower case, no spaces) or its id ("C024BE91L")')


def _slack_id(value: str) -> str:
    if value[:1] in "UWS" and value.isalnum() and value.isupper() and len(value) > 1:
        return value
    raise ValueError(
        'must be a Slack id such as "U024BE7LH" (Slack: profile, More, Copy member ID; groups start with S)'
    )


def _names(given: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in (given.get("name"), *given.get("aliases", ())) if name)


Text = Annotated[Term, BeforeValidator(_text)]
Texts = Annotated[tuple[Text, ...], Field(max_length=500)]
SlackChannel = Annotated[Text, AfterValidator(_slack_channel)]
SlackId = Annotated[Text, AfterValidator(_slack_id)]


class Inherited(BaseModel):
    """What a brand may take over from its group or its organisation: the keys that may stand in `defaults`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = Field(
        default=("en", "fr"),
        description="Languages whose sentiment is scored; texts in others count in the volume only. [en, fr]",
    )
    language: Language = Field(default="en", description="Language in which the alert is written. [en or fr]")
    timezone: Zone = Field(
        default="UTC",
        description="Where the people who are told live, as in the IANA database, such as Europe/Paris: when a snooze "
        "until morning ends. [time zone]",
    )
    slack_channel: SlackChannel | None = Field(
        default=None, description='Where alerts go: "#brand-alerts" (in quotes: # starts a comment) or a channel id.'
    )
    digest: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = Field(
        default=None,
        description='When the daily digest comes to the channel, such as "08:30" (in quotes), by the brand\'s '
        "`timezone`; none: no digest. [time of day]",
    )
    on_call: Annotated[tuple[SlackId, ...], Field(max_length=20)] = Field(
        default=(), description="Slack ids of the people and user groups that a page mentions, such as U024BE7LH."
    )
    may_act: Annotated[tuple[SlackId, ...], Field(max_length=50)] = Field(
        default=(),
        description="Slack ids of the people and user groups who may acknowledge, snooze, judge and resolve; empty: "
        "everyone who sees the message.",
    )
    rota: Rota = Field(default=Rota(), description="Who is on call in which week, besides `on_call`.")
    exclusions: Texts = Field(
        default=(), description="Words or phrases that make a mention none of this brand after all."
    )
    detect: DetectPolicy = Field(default=DetectPolicy(), description="What counts as a breach.")
    alert: AlertPolicy = Field(default=AlertPolicy(), description="How breaches become incidents and pages.")


class Brand(Inherited):
    """One watched brand, all inheritance resolved: nothing else is needed to watch it."""

    name: Text = Field(description="What the brand is called, in alerts and as the key of its data; unique.")
    group: Text | None = Field(
        default=None, description="The group (an agency's client) whose defaults it inherits, a key under `groups`."
    )
    aliases: Texts = Field(
        default=(), description="Other names by which a mention's `brand` field may call it; unique like the name."
    )
    keywords: Annotated[Texts, Field(min_length=1)] = Field(
        default_factory=_names,
        description="Words or phrases that make a mention one of this brand; case and accents do not matter. "
        "Left out: the name and the aliases.",
    )
    own_accounts: Texts = Field(
        default=(), description="The brand's own accounts: what they write is not an opinion about it and is left out."
    )

    @model_validator(mode="after")
    def _lives_by_its_clock(self) -> Self:
        """Let the days and weeks of the watch run by the brand's own clock, where `detect` names no other."""
        if self.detect.learning.timezone == "UTC" != self.timezone:
            learning = self.detect.learning.model_copy(update={"timezone": self.timezone})
            object.__setattr__(self, "detect", self.detect.model_copy(update={"learning": learning}))
        return self

    def watched(self, revision: int) -> Watched:
        """Return what the score stage needs to recognise the brand's mentions."""
        return Watched(
            name=self.name,
            aliases=self.aliases,
            keywords=self.keywords,
            exclusions=self.exclusions,
            own_accounts=self.own_accounts,
            languages=self.languages,
            revision=revision,
        )


class Config(BaseModel):
    """Everything a `brands.yaml` says, all inheritance resolved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    organisation: str = ""
    brands: tuple[Brand, ...]

    def named(self) -> dict[str, Brand]:
        """Return the brands by name."""
        return {brand.name: brand for brand in self.brands}


def grouped(brands: Iterable[Brand]) -> dict[str, tuple[str, ...]]:
    """Return the names of the brands of each group."""
    found: dict[str, list[str]] = {}
    for brand in brands:
        if brand.group is not None:
            found.setdefault(brand.group, []).append(brand.name)
    return {group: tuple(names) for group, names in found.items()}


def default_brand(name: str) -> Brand:
    """Return a brand with built-in defaults that is watched by its name only."""
    return Brand(name=name)
