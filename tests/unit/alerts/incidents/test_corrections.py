"""Corrections of an incident: it quotes what its mentions say now, and says how many are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from alerts.incidents import router
from alerts.incidents.corrections import correct
from alerts.incidents.model import decode_incident, encode
from alerts.incidents.policy import Policy
from alerts.incidents.state import TriageState, decode, new_state
from alerts.incidents.state import encode as encode_state
from alerts.rendering.card import build_card
from alerts.rendering.route import Route
from detectors.model.correction import Correction
from detectors.model.signal import TOPIC_BURST
from detectors.model.topic import CopiedPost, Topic, TopicPost
from tests.support.alerts import DRIVERS, MINUTE, START, now, run, signal

if TYPE_CHECKING:
    from alerts.rendering.rich_text import RichText

MIRA, TOM = (replace(example, key=key) for key, example in enumerate(DRIVERS.examples, 1))
QUOTING = replace(DRIVERS, examples=(MIRA, TOM))
POSTS = [TopicPost(f"post {key}", "forum", START + key, 0, -0.5, key) for key in (1, 2)]
TOPIC = Topic(
    1, "gate 12", ("refund",), (), (), START, START, 9, 8, 1, None, 9.0, "steady", None, 0.5, 0.5, POSTS[0], POSTS[1],
    (CopiedPost(4, POSTS[0]), CopiedPost(1, POSTS[1])),
)  # fmt: skip


def words(text: RichText) -> str:
    """Return a rich text without its styles."""
    return "".join(span.text for span in text)


def deletion(key: int, minute: float = -2, *, counted: bool = True) -> Correction:
    """Return the deletion of a mention that was published `minute` after START."""
    published = START + int(minute * MINUTE)
    return Correction("acme", key, START + 3 * MINUTE, published, deleted=True, counted=counted)


def opened() -> TriageState:
    """Return a brand with an incident that quotes two mentions, and a topic of theirs."""
    topical = replace(signal(1, detector=TOPIC_BURST, start=1, drivers=QUOTING), topic=TOPIC)
    return run(signal(drivers=QUOTING), topical)[0]


def test_a_deleted_mention_is_quoted_nowhere_and_counted_as_deleted() -> None:
    """The card is edited: nobody is paged, nothing is said in the thread."""
    state, (told,) = correct(opened(), deletion(1))
    raw = encode(told.incident).decode()
    assert MIRA.text not in raw
    assert "post 1" not in raw
    assert "post 2" in raw
    assert (told.incident.deleted, told.reason, told.reply, told.page) == (1, "updated", False, False)
    assert told.revision == told.incident.revision == (opened().incident or told.incident).revision + 1
    assert decode_incident(encode(told.incident)) == told.incident
    assert decode(encode_state(state)) == state


def test_figures_and_findings_stay() -> None:
    """What was notified was so."""
    before = opened().incident
    after = correct(opened(), deletion(1))[0].incident
    assert before is not None
    assert after is not None
    assert [one.signal.evidence for one in after.findings.values()] == [
        one.signal.evidence for one in before.findings.values()
    ]
    assert (after.updated_at, after.history, after.status) == (before.updated_at, before.history, before.status)


def test_a_correction_that_comes_again_changes_nothing() -> None:
    """As any record may."""
    for one in (deletion(1), deletion(7, counted=True), replace(deletion(2), deleted=False, text="all is well")):
        state, _ = correct(opened(), one)
        again, told = correct(state, one)
        assert again is state
        assert told == []


def test_an_edited_mention_is_quoted_as_it_is_now() -> None:
    """In its place."""
    edit = Correction("acme", 2, START, START, deleted=False, text="I have my refund now", compound=0.4)
    state, (told,) = correct(opened(), edit)
    assert state.incident is not None
    assert TOM.text not in encode(told.incident).decode()
    assert told.incident.deleted == 0
    (example,) = [e for e in told.incident.findings["negative_spike"].signal.contributors.examples if e.key == 2]
    assert (example.text, example.compound, example.author) == ("I have my refund now", 0.4, "tom")


def test_what_was_deleted_before_an_incident_opens_is_part_of_what_it_says() -> None:
    """If it was published in its time; so does one that is over, for as long as it lasted."""
    state, told = correct(new_state("acme"), deletion(5, -8))
    assert told == []
    state, _ = correct(state, deletion(6, -300))
    state, _ = run(signal(drivers=QUOTING), case=state)
    assert state.incident is not None
    assert state.incident.deleted == 1
    over, _ = run(now(600), case=state)
    later, told = correct(over, deletion(9, 599))
    assert told == []
    assert later.incident == over.incident
    assert correct(over, deletion(10, 0.0))[1][0].incident.deleted == 2


def test_the_card_says_so_in_both_languages() -> None:
    """With a topic whose posts are gone, too."""
    state = opened()
    for key in (1, 2):
        state, told = correct(state, deletion(key))
    cards = {name: build_card(told[0].incident, Route("#a", language=name), page=False) for name in ("en", "fr")}
    assert "2 mentions deleted since, still counted" in map(words, cards["en"].notes)
    assert "2 mentions supprimées depuis, toujours comptées" in map(words, cards["fr"].notes)
    assert cards["en"].topic is not None
    assert "(deleted)" in words(cards["en"].topic.posts[0])
    assert cards["en"].examples == ()


class _Group:
    def alert_policy(self, _: str) -> Policy:
        return Policy()

    def group_members(self, _: str) -> tuple[str, tuple[str, ...]]:
        return "rails", ("acme", "brio")


def test_the_incident_of_a_group_that_a_brand_joined_is_corrected() -> None:
    """It quotes mentions of both; one that the brand has no part in is left alone."""
    host = run(signal(drivers=QUOTING), case=new_state("acme"))[0]
    assert host.incident is not None
    joined = replace(host, incident=replace(host.incident, affected_brands=("acme", "brio"), group="rails"))
    gone = replace(deletion(1), brand="brio")
    changed, told = router.route({"acme": joined}, gone, _Group())
    assert [note.incident.deleted for note in told] == [1]
    assert {state.brand for state in changed} == {"acme", "brio"}
    assert router.route({"acme": host}, gone, _Group())[1] == []
