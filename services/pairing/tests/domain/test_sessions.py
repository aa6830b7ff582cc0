"""Does a stolen refresh token give itself away, and does a lost reply do no harm?"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pairing.defaults import REFRESH_FOR, REFRESH_GRACE
from pairing.domain.sessions import RefreshToken, Verdict, judge

NOW = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
tokens = st.builds(RefreshToken, moments, st.none() | moments, st.booleans(), st.booleans(), st.booleans())


@dataclass
class Chain:
    """A session's tokens as the store keeps them: who made whom, which is live."""

    made_by: list[int | None] = field(default_factory=lambda: [None])
    used_at: list[datetime | None] = field(default_factory=lambda: [None])
    withdrawn: set[int] = field(default_factory=set)
    ended: bool = False

    def live(self) -> list[int]:
        return [n for n, used in enumerate(self.used_at) if used is None and n not in self.withdrawn]

    def use(self, n: int, now: datetime) -> Verdict:
        successor = any(self.made_by[live] == n for live in self.live())
        verdict = judge(RefreshToken(NOW, self.used_at[n], n in self.withdrawn, successor, self.ended), now)
        if verdict in (Verdict.ROTATE, Verdict.ROTATE_AGAIN):
            self.used_at[n] = self.used_at[n] or now
            self.withdrawn |= set(self.live())
            self.made_by.append(n)
            self.used_at.append(None)
        self.ended |= verdict is Verdict.END_SESSION
        return verdict


def test_a_token_works_once_and_within_the_grace_again() -> None:
    chain = Chain()
    assert chain.use(0, NOW) is Verdict.ROTATE
    assert chain.use(0, NOW + REFRESH_GRACE) is Verdict.ROTATE_AGAIN
    assert chain.use(2, NOW + REFRESH_GRACE) is Verdict.ROTATE


def test_the_grace_counts_from_the_first_use() -> None:
    chain = Chain()
    chain.use(0, NOW)
    chain.use(0, NOW + REFRESH_GRACE)
    assert chain.use(0, NOW + REFRESH_GRACE + timedelta(microseconds=1)) is Verdict.END_SESSION


def test_a_used_token_whose_successor_was_used_ends_the_session() -> None:
    chain = Chain()
    chain.use(0, NOW)
    chain.use(1, NOW)
    assert chain.use(0, NOW + timedelta(seconds=1)) is Verdict.END_SESSION


def test_the_reply_that_was_thought_lost_ends_the_session() -> None:
    """The owner asked again and a fresh token took its place, so whoever holds the first one is somebody else."""
    chain = Chain()
    chain.use(0, NOW)
    chain.use(0, NOW)
    assert chain.use(1, NOW) is Verdict.END_SESSION


def test_a_token_that_lay_unused_for_ninety_days_is_refused() -> None:
    token = RefreshToken(NOW, None, False, False, False)
    assert judge(token, NOW + REFRESH_FOR - timedelta(microseconds=1)) is Verdict.ROTATE
    assert judge(token, NOW + REFRESH_FOR) is Verdict.REFUSE


@given(tokens, moments)
def test_an_ended_session_only_refuses(token: RefreshToken, now: datetime) -> None:
    if token.session_ended:
        assert judge(token, now) is Verdict.REFUSE


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=30))
def test_at_most_one_token_is_live_and_nothing_follows_an_end(uses: list[tuple[int, int]]) -> None:
    chain, now = Chain(), NOW
    for n, seconds in uses:
        now += timedelta(seconds=seconds)
        was_ended = chain.ended
        verdict = chain.use(n % len(chain.used_at), now)
        assert len(chain.live()) == 1
        if was_ended:
            assert verdict is Verdict.REFUSE


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 100_000)), min_size=1, max_size=30))
def test_a_thief_and_an_owner_cannot_both_go_on(turns: list[tuple[bool, int]]) -> None:
    """Both hold token 0. Whoever is refused once more than a lost reply explains ends it for both."""
    chain, now, held = Chain(), NOW, {True: 0, False: 0}
    for who, seconds in [*turns, (True, 31), (False, 31), (True, 31), (False, 31)]:
        now += timedelta(seconds=seconds)
        if chain.use(held[who], now) in (Verdict.ROTATE, Verdict.ROTATE_AGAIN):
            held[who] = len(chain.used_at) - 1
    assert chain.ended
