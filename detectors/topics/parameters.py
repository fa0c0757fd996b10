"""Parameters of the topic burst detector."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from detectors.model.parameters import Switched
from detectors.topics.risk.categories import CATEGORIES, Category

PRIOR_POSTS: Final = 20.0
"""Posts by which a brand's history is filled up, so that a short one does not make everything new."""

PRIOR_UNIT: Final = 0.3
"""Of these, how many hold any one unit."""

WARM_UP_SHARE: Final = 0.1
"""Share of posts that touch a risk category at a brand without history."""


class TopicBurst(Switched):
    """Parameters of the detector. Surprisal is minus the natural log of a tail probability."""

    min_surprisal: float = Field(
        default=6.0,
        gt=0,
        le=60,
        description="Surprisal from which what many write is a topic; a larger value finds fewer [surprisal]",
    )
    paging_surprisal: float = Field(
        default=8.0,
        gt=0,
        le=60,
        description="Surprisal of its words from which a topic may page; a larger value pages less often [surprisal]",
    )
    risk_surprisal: float = Field(
        default=5.0,
        gt=0,
        le=60,
        description="Surprisal of a risk category from which a topic pages; "
        "a larger value pages less often [surprisal]",
    )
    negative_surprisal: float = Field(
        default=5.0,
        gt=0,
        le=60,
        description="Surprisal of its negative share from which a topic pages; "
        "a larger value pages less often [surprisal]",
    )
    min_voices: int = Field(
        default=3,
        ge=2,
        le=10_000,
        description="Fewest people who write of a topic; a larger value fires later and less often [people]",
    )
    min_share: float = Field(
        default=0.08,
        gt=0,
        le=1,
        description="Smallest share of the latest posts' authors; a larger value fires later and less often [share]",
    )
    many_voices: int = Field(
        default=20,
        ge=3,
        le=10_000,
        description="People whose topic pages without risk or negativity above the usual, if half of all write of it "
        "and are negative rather than positive; a larger value pages less often [people]",
    )
    critical_voices: int = Field(
        default=15,
        ge=3,
        le=10_000,
        description="People from whom a topic of a severe category is critical; "
        "a larger value escalates later [people]",
    )
    own_terms: tuple[str, ...] = Field(
        default=(),
        description="Words that name the brand and are no topic; by default its name, aliases, keywords and accounts "
        "[list]",
    )
    ignored_categories: tuple[Category, ...] = Field(
        default=(),
        description=f"Risk categories that do not count for this brand, of {', '.join(CATEGORIES)} [list]",
    )
    extra_terms: dict[Category, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Further risk terms of this brand by category, in any language [terms by category]",
    )
