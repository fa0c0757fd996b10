"""Brand configuration model: terms, people, detection policy and alert policy of each brand, inheritance resolved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from alerts.incidents.policy import Policy as AlertPolicy
from alerts.oncall.schedule import Schedule
from alerts.rendering.escaping import safe_url
from community.settings import Community
from config.brands.access import Access
from detectors.model.signal import TOPIC_BURST
from detectors.model.timezone import TimeZone
from detectors.policy import Policy as DetectPolicy
from detectors.topics.parameters import TopicBurst
from mentions.watchlist.brand_terms import BrandTerms, Term
from mentions.watchlist.query import check, plain_terms
from moderation.opening_hours import DAYS
from moderation.settings import Moderation
from sources.settings import SourceSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.model.parameters import Parameters

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


def _web_address(value: str) -> str:
    if safe_url(value):
        return value
    raise ValueError("must be an http or https address, such as https://wiki.example.com/crisis")


def _names(given: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in (given.get("name"), *given.get("aliases", ())) if name)


def _weekly_moment(value: str) -> str:
    """Return a day of the week and a time of day.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch(rf"({'|'.join(DAYS)}) ([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('must be a day and a time such as "monday 08:30"')
    return value


Text = Annotated[Term, BeforeValidator(_text)]
Texts = Annotated[tuple[Text, ...], Field(max_length=500)]
Keywords = Annotated[tuple[Annotated[Text, AfterValidator(check)], ...], Field(max_length=500)]
SlackChannel = Annotated[Text, AfterValidator(_slack_channel)]
WebAddress = Annotated[Text, Field(max_length=500), AfterValidator(_web_address)]
SlackId = Annotated[Text, AfterValidator(_slack_id)]


class BrandDefaults(BaseModel):
    """Settings that a brand may inherit from its group or organisation: the keys allowed in `defaults`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = Field(
        default=("en", "fr"),
        description="Languages whose sentiment is scored; "
        "texts in other languages count towards the volume only. [en, fr]",
    )
    language: Language = Field(default="en", description="Language of the alerts. [en or fr]")
    timezone: TimeZone = Field(
        default="UTC",
        description="Time zone of the people who are notified, by its IANA name, such as Europe/Paris; "
        "decides when a snooze "
        "until morning ends. [time zone]",
    )
    slack_channel: SlackChannel | None = Field(
        default=None, description='Where alerts go: "#brand-alerts" (in quotes: # starts a comment) or a channel id.'
    )
    moderation_channel: SlackChannel | None = Field(
        default=None,
        description="Where the Slack app posts a card for each item of the moderation queue; none: no cards, the pages "
        "and the terminal only.",
    )
    digest: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = Field(
        default=None,
        description='Time at which the daily digest is posted, such as "08:30" (in quotes), in the brand\'s '
        "`timezone`; none: no digest. [time of day]",
    )
    brief: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = Field(
        default=None,
        description='Time at which the brand\'s morning brief is posted, such as "07:30" (in quotes), in its '
        "`timezone`; none: no brief. [time of day]",
    )
    weekly: Annotated[str, AfterValidator(_weekly_moment)] | None = Field(
        default=None,
        description='Day and time at which the weekly report is posted, such as "monday 08:30" (in quotes), in the '
        "brand's `timezone`; none: no weekly report. [day and time]",
    )
    weekly_overview_channel: SlackChannel | None = Field(
        default=None,
        description="Where a weekly report over all brands that name this channel is posted, too, such as an agency's "
        "own; none: nowhere.",
    )
    on_call: Annotated[tuple[SlackId, ...], Field(max_length=20)] = Field(
        default=(), description="Slack ids of the people and user groups that a page mentions, such as U024BE7LH."
    )
    responders: Annotated[tuple[SlackId, ...], Field(max_length=50)] = Field(
        default=(),
        description="Slack ids of the people and user groups who may acknowledge, snooze, judge and resolve; empty: "
        "everyone who sees the message.",
    )
    access: Access = Field(
        default=Access(), description="Who gets at the brand's pages through a login by OpenID Connect."
    )
    on_call_schedule: Schedule = Field(
        default=Schedule(), description="On-call schedule: who is on call when, in addition to `on_call`."
    )
    runbook_url: WebAddress | None = Field(
        default=None,
        description="Address of the brand's crisis runbook, http or https; cards and incident pages link to it. [URL]",
    )
    first_moves: Annotated[tuple[Annotated[Text, Field(max_length=200)], ...], Field(max_length=5)] = Field(
        default=(),
        description="What to do first, in order, a sentence each; cards and incident pages show it while an incident "
        "is open.",
    )
    exclusions: Texts = Field(
        default=(), description="Words or phrases that mean a mention is not about this brand after all."
    )
    sources: Annotated[tuple[SourceSettings, ...], Field(max_length=200)] = Field(
        default=(),
        description="Public places that `tocsin listen` reads for the brand: feeds, forums, networks, app stores.",
    )
    moderation: Moderation = Field(
        default=Moderation(), description="Moderation queue: which mentions people look at, and by when."
    )
    community: Community = Field(
        default=Community(), description="Who writes about the brand, over days and weeks: kept only where asked for."
    )
    detect: DetectPolicy = Field(default=DetectPolicy(), description="Detection policy: sensitivity and thresholds.")
    alert: AlertPolicy = Field(
        default=AlertPolicy(), description="Alert policy: how signals become incidents and pages."
    )


class Brand(BrandDefaults):
    """One watched brand with all its settings, inheritance resolved."""

    name: Text = Field(description="Name of the brand, in alerts and as the key of its data; unique.")
    group: Text | None = Field(
        default=None, description="The group (an agency's client) whose defaults it inherits, a key under `groups`."
    )
    aliases: Texts = Field(
        default=(), description="Other names that a mention's `brand` field may use; unique like the name."
    )
    keywords: Annotated[Keywords, Field(min_length=1)] = Field(
        default_factory=_names,
        description="Words or phrases that mean a mention is about this brand; case and accents do not matter. "
        "Queries, too: orange AND (panne OR reseau), skylark NEAR/3 rail, hallow*. Default: the name and the aliases.",
    )
    context: Texts = Field(
        default=(),
        description="For a name that is an everyday word: words or phrases of which one must stand in the mention, "
        "too, unless the name is in a hashtag or handle.",
    )
    own_accounts: Texts = Field(default=(), description="The brand's own accounts; their posts are ignored.")
    competitors: Texts = Field(
        default=(),
        description="Names of other brands of this file with which its weekly report compares its share of voice.",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Let cycles and opening hours follow the brand's time zone, and topics leave out its names, unless told."""
        learning, topics = self.detect.learning, self.detect.parameters(TopicBurst)
        changed: dict[str, Parameters] = {}
        if learning.timezone == "UTC" != self.timezone:
            changed["learning"] = learning.model_copy(update={"timezone": self.timezone})
        if not topics.own_terms:
            looked_for = [term for keyword in self.keywords for term in plain_terms(keyword)]
            names = dict.fromkeys([self.name, *self.aliases, *looked_for, *self.own_accounts])
            changed[TOPIC_BURST] = topics.model_copy(update={"own_terms": tuple(names)})
        if self.moderation.timezone == "UTC" != self.timezone:
            moderation = self.moderation.model_copy(update={"timezone": self.timezone})
            object.__setattr__(self, "moderation", moderation)
        if changed:
            object.__setattr__(self, "detect", self.detect.model_copy(update=changed))
        return self

    def brand_terms(self, revision: int) -> BrandTerms:
        """Return what the score stage needs to recognise the brand's mentions."""
        return BrandTerms(
            name=self.name,
            aliases=self.aliases,
            keywords=self.keywords,
            exclusions=self.exclusions,
            context=self.context,
            own_accounts=self.own_accounts,
            languages=self.languages,
            revision=revision,
        )


class Config(BaseModel):
    """Content of a `brands.yaml`, inheritance resolved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    organisation: str = ""
    brands: tuple[Brand, ...]

    def by_name(self) -> dict[str, Brand]:
        """Return the brands by name."""
        return {brand.name: brand for brand in self.brands}


def by_group(brands: Iterable[Brand]) -> dict[str, tuple[str, ...]]:
    """Return the names of the brands of each group."""
    found: dict[str, list[str]] = {}
    for brand in brands:
        if brand.group is not None:
            found.setdefault(brand.group, []).append(brand.name)
    return {group: tuple(names) for group, names in found.items()}


def default_brand(name: str) -> Brand:
    """Return a brand with the built-in defaults and its name as its only keyword."""
    return Brand(name=name)
