"""Would the checks notice? Each fault is planted alone in a history that is otherwise in order."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import checks
from tests.checks import Act, Notice, Reply, Sealed

AT = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
RANG, OPENED = ("reminder_rang", "r1", "2026-03-29T03:00:00"), ("answers_revealed", "p1")
EXPECTED = {"ann": [OPENED, RANG], "sam": [OPENED]}
NOTICES = [
    Notice("ann", 1, "added", "i1", OPENED, AT),
    Notice("ann", 2, "added", "i2", RANG, AT),
    Notice("ann", 3, "removed", "i2"),
    Notice("sam", 1, "added", "i3", OPENED, AT),
]
SECRETS = [Sealed("ann", "sam", b"her words", open_s=5.0), Sealed("sam", "ann", b"his words", open_s=3.0)]
REPLIES = [Reply("sam", 4.9, b"sealed"), Reply("sam", 5.1, b"..her words.."), Reply("sam", 1.0, b"his words")]
ACTS = [
    Act("ann", "k1", b"walk", "ok", b"invite 1"),
    Act("ann", "k1", b"walk", "ok", b"invite 1"),
    Act("ann", "k1", b"swim", "refused"),
    Act("ann", "k2", b"walk", "unknown"),
    Act("sam", "k1", b"swim", "ok", b"invite 2"),
]
QUIET = {"role": "prompts", "lag": 0, "overdue": 0, "parked": {"gap": 0, "failed": 0, "behind": 0}}

# A check, what it is given in good order, and the same with one thing wrong.
PLANTED: Sequence[tuple[str, Callable[..., list[str]], tuple[Any, ...], tuple[Any, ...]]] = [
    ("an acknowledged invite is gone", checks.lost, (["a", "b"], ["b", "a", "c"]), (["a", "b"], ["b", "c"])),
    ("a notice never came", checks.notices_missing, (NOTICES, EXPECTED), (NOTICES[:3], EXPECTED)),
    ("a notice came to the wrong person", checks.notices_missing, (NOTICES, EXPECTED),
     ([*NOTICES[:3], replace(NOTICES[3], person="eve")], EXPECTED)),
    ("a notice was only taken back", checks.notices_missing, (NOTICES, EXPECTED),
     ([NOTICES[0], replace(NOTICES[1], op="removed"), *NOTICES[2:]], EXPECTED)),
    ("an event was applied twice", checks.notices_doubled, (NOTICES,),
     ([*NOTICES, replace(NOTICES[1], seq=4, item="i9")],)),
    ("a stream repeated itself", checks.notices_doubled, (NOTICES,), ([*NOTICES, NOTICES[0]],)),
    ("a notice of nothing", checks.notices_unexplained, (NOTICES, EXPECTED),
     ([*NOTICES, Notice("sam", 2, "added", "i8", RANG, AT)], EXPECTED)),
    ("a hole in the log", checks.gaps, (NOTICES,), ([NOTICES[0], *NOTICES[2:]],)),
    ("a step back in the log", checks.gaps, (NOTICES,), ([*NOTICES[:2], NOTICES[1], *NOTICES[2:]],)),
    ("a log that begins too late", checks.gaps, (NOTICES,), (NOTICES[1:3],)),
    ("a reminder rang early", checks.early, (NOTICES, {RANG: AT}),
     (NOTICES, {RANG: AT + timedelta(microseconds=1)})),
    ("a naive local time, an hour early", checks.early, (NOTICES, {RANG: AT}), (NOTICES, {RANG: AT + timedelta(hours=1)})),
    ("the other's words before one's own", checks.leaks, (REPLIES, SECRETS),
     ([*REPLIES, Reply("sam", 4.99, b"\x00her words\x00")], SECRETS)),
    ("words in an error", checks.leaks, (REPLIES, SECRETS), ([Reply("ann", 2.9, b'{"detail": "his words"}')], SECRETS)),
    ("words of what never opened", checks.leaks, (REPLIES, SECRETS), (REPLIES, [Sealed("ann", "sam", b"her words")])),
    ("one key, two things done", checks.replies_differ, (ACTS,), ([*ACTS, Act("ann", "k1", b"swim", "ok", b"invite 3")],)),
    ("one key, two replies", checks.replies_differ, (ACTS,), ([*ACTS, Act("ann", "k1", b"walk", "ok", b"invite 4")],)),
    ("two orders of one couple", checks.orders_differ, ("abc", "abxc"), ("abc", "acb")),
    ("an outbox that does not drain", checks.unsettled, ({"roles": [QUIET]},), ({"roles": [QUIET | {"lag": 1}]},)),
    ("a due row that is passed over", checks.unsettled, ({"roles": [QUIET]},), ({"roles": [QUIET | {"overdue": 1}]},)),
    ("a parked event", checks.unsettled, ({"roles": [QUIET]},),
     ({"roles": [QUIET | {"parked": {"gap": 1, "failed": 0, "behind": 0}}]},)),
]  # fmt: skip


@pytest.mark.parametrize(("check", "good", "bad"), [row[1:] for row in PLANTED], ids=[row[0] for row in PLANTED])
def test_a_check_is_silent_until_its_fault_is_planted(
    check: Callable[..., list[str]], good: tuple[Any, ...], bad: tuple[Any, ...]
) -> None:
    assert check(*good) == []
    assert check(*bad) != []
