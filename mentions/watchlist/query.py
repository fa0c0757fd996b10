"""Boolean queries as keywords: AND, OR, NOT, NEAR/n, quotes, parentheses, and * at the end of a word.

Operators are in capitals, as in every listening tool; words beside each other are a phrase. NEAR binds more tightly
than NOT and AND, and these more tightly than OR. A keyword without any of that is plain, and costs what it always did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Span = tuple[int, int]
"""Where something stands in a text: from, up to."""

Hits = Mapping[int, Sequence[Span]]
"""Where the leaves of a query stand, by their number."""

MAX_LEAVES: Final = 100
MAX_DEPTH: Final = 20
SHORTEST_STEM: Final = 3
"""Letters before a *: a shorter stem would match half the language."""

_QUOTES: Final = str.maketrans("“”„«»", '"""""')
_operator = re.compile(r"(?:^|[\s)\"])(?:AND|OR|NOT|NEAR/\d+)(?=$|[\s(\"])").search
_marks = re.compile(r'"|\w\*(?=$|[\s)])').search
_regex = re.compile(r"/.*[\[\]\\|()^$*+?{].*/").fullmatch
_token = re.compile(r'\s*(?:(?P<quoted>"[^"]*"?)|(?P<paren>[()])|(?P<word>[^\s()"]+))')
_near = re.compile(r"NEAR/(\d{1,2})").fullmatch
_words = re.compile(r"\w+").findall


class QueryError(ValueError):
    """A query that cannot be read; the message says where and what to write."""


@dataclass(frozen=True)
class Leaf:
    """A word or phrase; with a star, whatever begins so."""

    term: str
    star: bool = False


@dataclass(frozen=True)
class Node:
    """An operator with what it joins: leaves by their numbers."""

    operator: str  # and, or, not, near
    parts: tuple[Node | int, ...]
    distance: int = 0  # words between the parts of near, at most


@dataclass(frozen=True)
class Query:
    """A query: what joins its leaves, and the leaves."""

    root: Node | int
    leaves: tuple[Leaf, ...]

    def is_met(self, hits: Hits, text: str) -> bool:
        """Return whether a folded text, in which the leaves stand at `hits`, is one of those that are asked for."""
        return _is_met(self.root, hits, text)

    def positive(self) -> tuple[Leaf, ...]:
        """Return the leaves of which one must stand in a text: those under no NOT."""
        return tuple(self.leaves[number] for number in _positive(self.root))


def is_query(keyword: str) -> bool:
    """Return whether a keyword is a query rather than a plain word or phrase.

    >>> is_query("bread and butter"), is_query("pippin AND cider"), is_query('"zenner bank"'), is_query("hallow*")
    (False, True, True, True)
    """
    plain = keyword.translate(_QUOTES)
    return bool(_marks(plain) or (_operator(plain) and len(plain.split()) > 1))


def parse(keyword: str) -> Query:
    """Return a query.

    Raises:
        QueryError: it cannot be read.
    """
    return _Parser(keyword.translate(_QUOTES)).parse()


def check(keyword: str) -> str:
    """Return a keyword, if it is plain or a sound query.

    Raises:
        QueryError: it is neither.
    """
    if _regex(keyword):
        raise QueryError("is a regular expression, which is not read: list the words, or write a query (hallow*, OR)")
    if is_query(keyword):
        parse(keyword)
    return keyword


def plain_terms(keyword: str) -> tuple[str, ...]:
    """Return the words and phrases that a keyword looks for: itself, or those of a query that must stand in a text.

    >>> plain_terms("hallowfirth"), plain_terms('orange AND (panne OR "pas de réseau") NOT jus')
    (('hallowfirth',), ('orange', 'panne', 'pas de réseau'))
    """
    if not is_query(keyword):
        return (keyword,)
    return tuple(leaf.term for leaf in parse(keyword).positive())


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._tokenise())
        self._place = 0
        self._leaves: list[Leaf] = []

    def _tokenise(self) -> Iterator[tuple[str, str, int]]:
        start = 0
        while self._text[start:].strip():
            found = _token.match(self._text, start)
            assert found is not None, "every character begins a token"
            kind = str(found.lastgroup)
            yield kind, found[kind], found.start(kind)
            start = found.end()

    def parse(self) -> Query:
        root = self._or(0)
        if self._place < len(self._tokens):
            raise self._wrong("does not belong here: is an operator or a parenthesis missing?")
        if not _positive(root):
            raise QueryError("says only what must not be there: say what must be there, too")
        return Query(root, tuple(self._leaves))

    def _peek(self) -> str:
        return self._tokens[self._place][1] if self._place < len(self._tokens) else ""

    def _take(self, operator: str) -> bool:
        taken = self._peek() == operator and self._tokens[self._place][0] != "quoted"
        self._place += taken
        return taken

    def _or(self, depth: int) -> Node | int:
        parts = [self._and(depth)]
        while self._take("OR"):
            parts.append(self._and(depth))
        return parts[0] if len(parts) == 1 else Node("or", tuple(parts))

    def _and(self, depth: int) -> Node | int:
        parts = [self._not(depth)]
        while self._take("AND") or self._peek() == "NOT":
            parts.append(self._not(depth))
        return parts[0] if len(parts) == 1 else Node("and", tuple(parts))

    def _not(self, depth: int) -> Node | int:
        if self._take("NOT"):
            return Node("not", (self._close(depth),))
        return self._close(depth)

    def _close(self, depth: int) -> Node | int:
        left = self._operand(depth)
        while found := _near(self._peek()):
            self._place += 1
            right = self._operand(depth)
            for part in (left, right):
                if _holds(part, {"and", "not"}):
                    raise QueryError(f"{found[0]} stands between words or groups of OR, not of AND or NOT")
            left = Node("near", (left, right), int(found[1]))
        return left

    def _operand(self, depth: int) -> Node | int:
        if depth > MAX_DEPTH:
            raise QueryError(f"nests deeper than {MAX_DEPTH} parentheses: simplify it")
        if self._take("("):
            inner = self._or(depth + 1)
            if not self._take(")"):
                raise self._wrong("stands where a closing parenthesis was expected")
            return inner
        return self._leaf()

    def _leaf(self) -> int:
        words: list[str] = []
        while self._place < len(self._tokens):
            kind, text, _ = self._tokens[self._place]
            if kind == "paren" or (kind == "word" and (text in {"AND", "OR", "NOT"} or _near(text))):
                break
            if kind == "quoted" and words:
                break
            self._place += 1
            if kind == "quoted":
                if len(text) == 1 or text[-1] != '"':
                    raise QueryError("has a quotation mark that does not close: add it, or remove the first")
                return self._add(text[1:-1], quoted=True)
            words.append(text)
        if not words:
            raise self._wrong("stands where a word was expected")
        return self._add(" ".join(words), quoted=False)

    def _add(self, phrase: str, *, quoted: bool) -> int:
        star = phrase.endswith("*") and not quoted
        term = phrase.rstrip("*").strip() if star else phrase.strip()
        if not any(map(str.isalnum, term)):
            raise QueryError(f"{phrase!r} holds no letter or digit: nothing could be found")
        if "*" in term:
            raise QueryError(f"{phrase!r}: * stands at the end of a word or phrase only")
        if star and sum(map(str.isalnum, term)) < SHORTEST_STEM:
            raise QueryError(f"{phrase!r}: at least {SHORTEST_STEM} letters stand before *")
        if len(self._leaves) == MAX_LEAVES:
            raise QueryError(f"has more than {MAX_LEAVES} words: use several keywords")
        self._leaves.append(Leaf(term, star))
        return len(self._leaves) - 1

    def _wrong(self, what: str) -> QueryError:
        if self._place >= len(self._tokens):
            return QueryError(what.replace("stands", "ends", 1))
        _, text, start = self._tokens[self._place]
        return QueryError(f"{text!r} at character {start + 1} {what}")


def _holds(node: Node | int, operators: set[str]) -> bool:
    return isinstance(node, Node) and (
        node.operator in operators or any(_holds(part, operators) for part in node.parts)
    )


def _positive(node: Node | int) -> list[int]:
    if isinstance(node, int):
        return [node]
    return [] if node.operator == "not" else [leaf for part in node.parts for leaf in _positive(part)]


def _is_met(node: Node | int, hits: Hits, text: str) -> bool:
    if isinstance(node, int):
        return bool(hits.get(node))
    if node.operator == "near":
        return bool(_spans(node, hits, text))
    if node.operator == "not":
        return not _is_met(node.parts[0], hits, text)
    met = (_is_met(part, hits, text) for part in node.parts)
    return all(met) if node.operator == "and" else any(met)


def _spans(node: Node | int, hits: Hits, text: str) -> list[Span]:
    """Return where a node stands: a leaf, any of a group of OR, or what NEAR joins."""
    if isinstance(node, int):
        return list(hits.get(node, ()))
    if node.operator == "or":
        return [span for part in node.parts for span in _spans(part, hits, text)]
    left, right = (_spans(part, hits, text) for part in node.parts)
    joined = []
    for one in left:
        for other in right:
            first, second = sorted((one, other))
            if first[1] <= second[0] and len(_words(text[first[1] : second[0]])) <= node.distance:
                joined.append((first[0], second[1]))
    return joined
