"""A brand's names, keywords, exclusions and own accounts, as the score stage needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mentions.watchlist.normalise import normalise, normalise_handle
from mentions.watchlist.query import check, is_query, parse, plain_terms
from mentions.watchlist.word_boundaries import PREFIXES, spellings, transliterated, without_spaces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mentions.watchlist.query import Query

MAX_TERM: Final = 256
MAX_TERMS: Final = 2_000


def _searchable(value: str) -> str:
    if not normalise(value):
        raise ValueError(f"{ascii(value)[:60]} holds nothing that could be found in a text: give letters or digits")
    return value


Term = Annotated[str, Field(min_length=1, max_length=MAX_TERM), AfterValidator(_searchable)]
Keyword = Annotated[Term, AfterValidator(check)]
Terms = Annotated[tuple[Term, ...], Field(max_length=MAX_TERMS)]
Keywords = Annotated[tuple[Keyword, ...], Field(max_length=MAX_TERMS)]


class BrandTerms(BaseModel):
    """A brand in the score stage. Its terms match regardless of case, accents and width."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Term = Field(description="The brand's name: what its mentions are keyed by.")
    aliases: Terms = Field(default=(), description="Other names by which a mention's `brand` field may call it.")
    keywords: Keywords = Field(
        default=(), description="Words and phrases by which mentions without `brand` are found. None: by `brand` only."
    )
    exclusions: Terms = Field(
        default=(), description="Words and phrases that keep a mention from being found by keywords."
    )
    context: Terms = Field(
        default=(), description="Words of which one must stand in a text besides a keyword. None: no such condition."
    )
    own_accounts: Terms = Field(
        default=(), description="The brand's own accounts, id or handle: what they write is left out."
    )
    languages: tuple[str, ...] = Field(
        default=(),
        description="Languages whose sentiment is scored, as primary subtags. None given: all that the scorer knows.",
    )
    revision: int = Field(default=0, ge=0, description="Revision of the brand's configuration.")

    def search_terms(self) -> set[str]:
        """Return the search terms: keywords in their spellings, also as hashtags, and the own accounts' handles."""
        if not self.keywords:
            return set()
        words = _spelled(keyword for keyword in self.keywords if not is_query(keyword))
        plain = {without_spaces(word) for word in words if word[0] not in PREFIXES} - {""}
        tags = {prefix + tag for prefix in PREFIXES for tag in plain}
        return words | tags | {f"@{handle}" for handle in self.handles()}

    def queries(self) -> tuple[Query, ...]:
        """Return those of the keywords that are queries."""
        return tuple(parse(keyword) for keyword in self.keywords if is_query(keyword))

    def handles(self) -> set[str]:
        """Return the folded names of its own accounts, without @."""
        return set(map(normalise_handle, self.own_accounts)) - {""}

    def names(self) -> set[str]:
        """Return all names of the brand, normalised and without # and @; punctuation alone is not a name."""
        looked_for = [term for keyword in self.keywords for term in plain_terms(keyword)]
        given = (self.name, *self.aliases, *looked_for, *self.own_accounts)
        words = {name.lstrip(f"{PREFIXES} ") for name in _spelled(given)}
        called = words | {without_spaces(word) for word in words}
        return {name for name in called if any(map(str.isalnum, name))}


def _spelled(terms: Iterable[str]) -> set[str]:
    """Return terms, folded, in all their spellings."""
    return {
        spelling for term in terms for word in (term, transliterated(term)) for spelling in spellings(normalise(word))
    }
