"""When answers open and what each sees until then: both or nothing, at one moment, and no trace of the other before."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from prompts.domain.errors import AnswerAlreadyRevealed, AnswerEmpty, AnswerTooLong, RoundClosed
from prompts.domain.rounds import (
    LightNotice,
    Round,
    RoundState,
    RoundTruth,
    RoundView,
    SealDecision,
    answer_text,
    round_state,
    seal,
    seen_by,
    withdraw,
)

ALEX, SAM = UUID(int=1), UUID(int=2)
DEALT_ON = date(2025, 3, 1)
NOW_AT = datetime(2025, 3, 1, 12, tzinfo=UTC)
ROUND = Round(id=UUID(int=9), couple_id=UUID(int=8), prompt_id="p-word-for-today", dealt_on=DEALT_ON, place=0)
FRESH = RoundTruth(round=ROUND, members=(ALEX, SAM))

open_days = st.integers(0, 2).map(lambda passed: DEALT_ON + timedelta(days=passed))
any_days = st.integers(0, 6).map(lambda passed: DEALT_ON + timedelta(days=passed))


def sealed(
    truth: RoundTruth,
    author_id: UUID,
    text: str = "words",
    *,
    standing_text: str | None = None,
    leave_light: bool = False,
    today_on: date = DEALT_ON,
) -> SealDecision:
    return seal(
        truth,
        author_id,
        text,
        standing_text=standing_text,
        leave_light=leave_light,
        now_at=NOW_AT,
        today_on=today_on,
    )


@given(first=st.sampled_from([ALEX, SAM]), first_on=open_days, second_on=open_days)
def test_the_reveal_takes_both_and_is_one_moment(first: UUID, first_on: date, second_on: date) -> None:
    one = sealed(FRESH, first, today_on=first_on)
    assert not one.reveals
    both = sealed(one.after, FRESH.partner_of(first), today_on=second_on)
    assert both.reveals
    assert both.after.revealed_at == NOW_AT
    assert {seen_by(both.after, viewer, second_on).state for viewer in (ALEX, SAM)} == {RoundState.REVEALED}


@given(me_sealed=st.booleans(), today_on=any_days)
def test_what_a_viewer_sees_does_not_depend_on_the_partner_s_unrevealed_seal(me_sealed: bool, today_on: date) -> None:
    for viewer in (ALEX, SAM):
        partner = FRESH.partner_of(viewer)
        mine = frozenset({viewer}) if me_sealed else frozenset[UUID]()
        without = replace(FRESH, sealed_by=mine)
        # A partner who left a light and took it back looks like one who never did, too.
        assert seen_by(without, viewer, today_on) == seen_by(
            replace(without, sealed_by=mine | {partner}, told_by=frozenset({partner})), viewer, today_on
        )


@given(today_on=any_days, light=st.booleans(), text=st.sampled_from(["words", "other words", " ", "x" * 4_001]))
def test_what_i_may_do_alone_does_not_depend_on_the_partner_s_unrevealed_seal(
    today_on: date, light: bool, text: str
) -> None:
    def outcome(truth: RoundTruth) -> object:
        try:
            decision = sealed(truth, ALEX, text, leave_light=light, today_on=today_on)
        except (AnswerEmpty, AnswerTooLong, RoundClosed) as refused:
            return type(refused)
        return decision.text, decision.changed

    assert outcome(FRESH) == outcome(replace(FRESH, sealed_by=frozenset({SAM})))
    unanswered = withdraw(FRESH, ALEX)
    beside_a_sealed_one = withdraw(replace(FRESH, sealed_by=frozenset({SAM})), ALEX)
    assert (unanswered.changed, unanswered.light) == (beside_a_sealed_one.changed, beside_a_sealed_one.light)


def test_a_round_can_be_answered_on_three_days_and_not_on_the_fourth() -> None:
    last_on = DEALT_ON + timedelta(days=2)
    assert sealed(FRESH, ALEX, today_on=last_on).changed
    with pytest.raises(RoundClosed):
        sealed(FRESH, ALEX, today_on=last_on + timedelta(days=1))


@pytest.mark.parametrize("me_sealed", [True, False])
def test_after_three_days_an_unopened_round_stayed_closed_whatever_the_reason(me_sealed: bool) -> None:
    assert round_state(ROUND, me_sealed, False, ROUND.closes_on) is RoundState.STAYED_CLOSED
    assert round_state(ROUND, me_sealed, True, ROUND.closes_on) is RoundState.REVEALED


@given(text=st.text(max_size=300))
def test_an_answer_is_kept_in_nfc_and_nothing_else_is_touched(text: str) -> None:
    if text.strip():
        kept = answer_text(text)
        assert answer_text(kept) == kept
        assert kept == text or not text.isascii()
    else:
        with pytest.raises(AnswerEmpty):
            answer_text(text)


def test_four_thousand_characters_are_counted_after_nfc() -> None:
    assert len(answer_text("e\u0301" * 4_000)) == 4_000
    assert len(answer_text("\U0001f56f" * 4_000)) == 4_000
    with pytest.raises(AnswerTooLong):
        answer_text("a" * 4_001)


def test_the_same_words_again_change_nothing_before_and_after_the_reveal() -> None:
    once = sealed(FRESH, ALEX, "cafe\u0301")
    again = sealed(once.after, ALEX, "caf\u00e9", standing_text=once.text)
    assert (again.changed, again.after) == (False, once.after)
    opened = sealed(once.after, SAM).after
    assert sealed(opened, ALEX, "caf\u00e9", standing_text=once.text) == SealDecision(
        after=opened, text="caf\u00e9", changed=False, reveals=False, light=None
    )


def test_after_the_reveal_an_answer_is_neither_replaced_nor_withdrawn() -> None:
    opened = sealed(sealed(FRESH, ALEX).after, SAM).after
    with pytest.raises(AnswerAlreadyRevealed):
        sealed(opened, ALEX, "other words", standing_text="words")
    with pytest.raises(AnswerAlreadyRevealed):
        withdraw(opened, SAM)


def test_an_answer_that_stayed_closed_can_still_be_withdrawn() -> None:
    once = sealed(FRESH, ALEX).after
    assert withdraw(once, ALEX).after == FRESH


def test_a_stranger_can_neither_seal_nor_look() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        sealed(FRESH, UUID(int=7))
    with pytest.raises(ValueError, match="not in tuple"):
        seen_by(FRESH, UUID(int=7), DEALT_ON)


def test_a_light_is_announced_once_and_taken_back_with_the_answer() -> None:
    lit = sealed(FRESH, ALEX, leave_light=True)
    assert lit.light is LightNotice.LEFT
    assert seen_by(lit.after, SAM, DEALT_ON) == RoundView(RoundState.OPEN, False, True, None)
    assert sealed(lit.after, ALEX, "more", standing_text="words", leave_light=True).light is None
    gone = withdraw(lit.after, ALEX)
    assert gone.light is LightNotice.TAKEN_BACK
    assert seen_by(gone.after, SAM, DEALT_ON) == seen_by(FRESH, SAM, DEALT_ON)
    assert sealed(gone.after, ALEX, leave_light=True).light is None


def test_sealing_again_without_the_light_takes_it_back() -> None:
    lit = sealed(FRESH, ALEX, leave_light=True)
    quiet = sealed(lit.after, ALEX, standing_text="words")
    assert (quiet.changed, quiet.light) == (False, LightNotice.TAKEN_BACK)
    assert not seen_by(quiet.after, SAM, DEALT_ON).light_left_by_partner


def test_a_light_ends_with_the_round_and_with_the_reveal() -> None:
    lit = sealed(FRESH, ALEX, leave_light=True).after
    assert not seen_by(lit, SAM, ROUND.closes_on).light_left_by_partner
    opened = sealed(lit, SAM, leave_light=True)
    assert (opened.reveals, opened.light, opened.after.lit_by) == (True, None, frozenset())


class TwoPeopleAndARound(RuleBasedStateMachine):
    """Any order of sealing, replacing, withdrawing and passing days keeps what this module's docstring states."""

    @initialize()
    def dealt(self) -> None:
        self.truth = FRESH
        self.today_on = DEALT_ON
        self.words: dict[UUID, str] = {}
        self.notices: dict[UUID, list[LightNotice]] = {ALEX: [], SAM: []}

    @rule(author=st.sampled_from([ALEX, SAM]), text=st.sampled_from(["a", "b"]), light=st.booleans())
    def somebody_seals(self, author: UUID, text: str, light: bool) -> None:
        was_revealed = self.truth.revealed_at is not None
        try:
            decision = sealed(
                self.truth,
                author,
                text,
                standing_text=self.words.get(author),
                leave_light=light,
                today_on=self.today_on,
            )
        except AnswerAlreadyRevealed:
            assert was_revealed
            return
        except RoundClosed:
            assert not was_revealed
            assert self.today_on >= ROUND.closes_on
            return
        assert decision.reveals == (not was_revealed and FRESH.partner_of(author) in self.words)
        self.truth = decision.after
        self.words[author] = decision.text
        self.notices[author] += [decision.light] if decision.light else []

    @rule(author=st.sampled_from([ALEX, SAM]))
    def somebody_withdraws(self, author: UUID) -> None:
        if self.truth.revealed_at is not None:
            return
        decision = withdraw(self.truth, author)
        assert decision.changed == (author in self.words)
        self.truth = decision.after
        self.words.pop(author, None)
        self.notices[author] += [decision.light] if decision.light else []

    @rule()
    def a_day_passes(self) -> None:
        self.today_on += timedelta(days=1)

    @invariant()
    def both_or_nothing(self) -> None:
        assert self.truth.sealed_by == frozenset(self.words)
        assert (self.truth.revealed_at is not None) == (len(self.words) == 2)
        views = [seen_by(self.truth, viewer, self.today_on) for viewer in (ALEX, SAM)]
        assert len({view.state is RoundState.REVEALED for view in views}) == 1

    @invariant()
    def a_light_is_told_and_taken_back_at_most_once(self) -> None:
        for author, notices in self.notices.items():
            assert notices in ([], [LightNotice.LEFT], [LightNotice.LEFT, LightNotice.TAKEN_BACK])
            if author in self.truth.lit_by:
                assert notices == [LightNotice.LEFT]
                assert author in self.words


TestTwoPeopleAndARound = TwoPeopleAndARound.TestCase
