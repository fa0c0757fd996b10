"""Accounts that share the same text or link within seconds of each other, as CooRTweet finds them.

Two accounts are a pair where both shared an object, a text or a link, within INTERVAL seconds. In a retweet storm any
two people may be a pair once; a pair that shares two different objects so is what people seldom are by chance.
Reference: Righetti and Balluff, CooRTweet: A Generalized R Software for Coordinated Network Detection, Computational
Communication Research 7 (2025), whose usual interval is ten seconds and whose usual participation is two objects.

Cost: each share is compared with the next COMPARED of the same object within the interval.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from detectors.crowd.post import NO_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.crowd.post import Post

INTERVAL: Final = 10  # seconds
COMPARED: Final = 20
PARTICIPATION: Final = 2
"""Different objects that make a pair of accounts repeat itself."""


def sharing_accounts(posts: Iterable[Post]) -> tuple[set[int], set[int]]:
    """Return the authors of some pair, and those of a pair that shared PARTICIPATION objects or more."""
    known = [post for post in posts if post.author != NO_KEY]
    shares: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for kind, keys in (("text", [post.text for post in known]), ("link", [post.link for post in known])):
        several = {key for key, count in Counter(keys).items() if count > 1 and key != NO_KEY}
        for key, post in zip(keys, known, strict=True) if several else ():
            if key in several:
                shares[kind, key].append((post.at, post.author))
    pairs: dict[tuple[int, int], set[tuple[str, int]]] = defaultdict(set)
    for shared, sharers in shares.items():
        sharers.sort()
        for place, (at, author) in enumerate(sharers):
            for later, other in sharers[place + 1 : place + 1 + COMPARED]:
                if later - at > INTERVAL:
                    break
                if other != author:
                    pairs[min(author, other), max(author, other)].add(shared)
    once = {author for pair in pairs for author in pair}
    return once, {author for pair, shared in pairs.items() if _participation(shared) for author in pair}


def _participation(shared: set[tuple[str, int]]) -> bool:
    """Return whether objects are enough; a text with its link is one object."""
    texts = sum(kind == "text" for kind, _ in shared)
    return max(texts, len(shared) - texts) >= PARTICIPATION
