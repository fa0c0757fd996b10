"""Risk categories as communication teams use them. A set of categories is an integer with one bit for each."""

from __future__ import annotations

from functools import cache
from typing import Final, Literal, get_args

Category = Literal[
    "death_injury",
    "product_safety_recall",
    "data_leak_security",
    "fraud_money",
    "outage",
    "legal_regulator",
    "discrimination_harassment",
    "labour",
    "environment",
    "boycott",
    "executive_conduct",
    "animal_welfare",
]

CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)
"""In the order of their bits."""

SEVERE: Final[frozenset[str]] = frozenset(
    {"death_injury", "product_safety_recall", "data_leak_security", "discrimination_harassment"}
)
"""Categories that make a topic of many voices critical."""


@cache
def category_numbers(bits: int) -> tuple[int, ...]:
    """Return the places in CATEGORIES of the categories whose bits are set, ascending."""
    return tuple(place for place in range(len(CATEGORIES)) if bits >> place & 1)


def category_names(bits: int) -> tuple[Category, ...]:
    """Return the names of the categories whose bits are set, in their order.

    >>> category_names(0b10001)
    ('death_injury', 'outage')
    """
    return tuple(CATEGORIES[place] for place in category_numbers(bits))


def category_bit(category: str) -> int:
    """Return the bit of a category.

    Raises:
        ValueError: there is no such category.
    """
    for place, name in enumerate(CATEGORIES):
        if name == category:
            return 1 << place
    raise ValueError(f"risk category {category!r} is unknown: use one of {', '.join(CATEGORIES)}")
