"""What flows, and who sees of it what?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pairing.domain.shares import ORDER, TAKES_BOTH, Grant, active_shares, share_states

ANN, SAM = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 5, 1, tzinfo=UTC)
expiries = st.sampled_from([NOW - timedelta(days=1), NOW, NOW + timedelta(microseconds=1), NOW + timedelta(days=90)])
people_grants = st.lists(
    st.builds(Grant, st.sampled_from([ANN, SAM]), st.sampled_from(ORDER), expiries),
    unique_by=lambda grant: (grant.person, grant.share),
)
LIVE = NOW + timedelta(days=90)


def test_availability_flows_when_both_granted_it() -> None:
    assert active_shares([Grant(ANN, "availability", LIVE)], NOW) == frozenset()
    assert active_shares([Grant(ANN, "availability", LIVE), Grant(SAM, "availability", LIVE)], NOW) == {"availability"}


def test_titles_of_one_flow_to_the_other() -> None:
    grants = [Grant(ANN, "titles", LIVE)]
    assert active_shares(grants, NOW) == {f"titles:{ANN}"}
    mine, theirs = share_states(grants, ANN, SAM, NOW)[1], share_states(grants, SAM, ANN, NOW)[1]
    assert (mine.granted_by_me, mine.active) == (True, False)
    assert (theirs.granted_by_me, theirs.active) == (False, True)


@given(people_grants)
def test_lapsed_is_never_granted(grants: list[Grant]) -> None:
    live = [grant for grant in grants if grant.expires_at > NOW]
    assert active_shares(grants, NOW) == active_shares(live, NOW)
    assert share_states(grants, ANN, SAM, NOW) == share_states(live, ANN, SAM, NOW)


@given(people_grants)
def test_what_i_see_tells_of_the_other_only_what_flows(grants: list[Grant]) -> None:
    """Ann's view is a function of her own grants and of what flows."""
    mine = [grant for grant in grants if grant.person == ANN]
    flows = active_shares(grants, NOW)
    hidden = [Grant(SAM, share, LIVE) for share in TAKES_BOTH if share in flows]
    hidden += [Grant(SAM, share, LIVE) for share in ("titles", "facts") if f"{share}:{SAM}" in flows]
    assert share_states(grants, ANN, SAM, NOW) == share_states([*mine, *hidden], ANN, SAM, NOW)


def test_states_come_in_one_order() -> None:
    assert tuple(state.share for state in share_states([], ANN, SAM, NOW)) == ORDER
