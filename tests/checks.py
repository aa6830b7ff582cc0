"""What must be true of a history, whatever was killed while it was made? Pure checks; each lists the faults it finds.

A history is what clients saw: the commands they sent, the replies and notices they received, and when. Moments in
`*_s` are seconds of one monotonic clock, `*_at` are the platform's times. An empty list means that the fact holds.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True)
class Act:
    """One command: what was asked under which key, and what came of it. `unknown`: it may have happened or not."""

    person: str
    key: str
    request: bytes
    outcome: Literal["ok", "refused", "unknown"]
    reply: bytes = b""


@dataclass(frozen=True)
class Reply:
    """Bytes that a person received, and when."""

    person: str
    received_s: float
    data: bytes


@dataclass(frozen=True)
class Sealed:
    """Words of one person that the reader may see from `open_s` on, the moment the reader's own were sent."""

    author: str
    reader: str
    words: bytes
    open_s: float = float("inf")


@dataclass(frozen=True)
class Notice:
    """A change of a person's inbox. `about` names what it tells: a kind, a subject, an occurrence or a day."""

    person: str
    seq: int
    op: Literal["added", "changed", "removed"]
    item: str
    about: tuple[str, ...] = ()
    created_at: datetime | None = None


def lost(acknowledged: Collection[str], found: Collection[str]) -> list[str]:
    """What was acknowledged and cannot be found any more."""
    return [f"lost: {thing}" for thing in acknowledged if thing not in found]


def notices_missing(notices: Iterable[Notice], expected: Mapping[str, Collection[tuple[str, ...]]]) -> list[str]:
    """What a person should have been told and was not, in any inbox."""
    told = {(notice.person, notice.about) for notice in notices if notice.op == "added"}
    return [
        f"{who} was not told {about}" for who, all_ in expected.items() for about in all_ if (who, about) not in told
    ]


def notices_doubled(notices: Iterable[Notice]) -> list[str]:
    """What a person was told by two items, or one item that was added twice."""
    faults, added = [], [notice for notice in notices if notice.op == "added"]
    for (who, about), count in Counter((n.person, n.about) for n in added).items():
        faults += [f"{who} was told {about} {count} times"] if count > 1 else []
    for (who, item), count in Counter((n.person, n.item) for n in added).items():
        faults += [f"{item} came to {who} {count} times"] if count > 1 else []
    return faults


def notices_unexplained(notices: Iterable[Notice], expected: Mapping[str, Collection[tuple[str, ...]]]) -> list[str]:
    """What a person was told though nothing that was done explains it."""
    return [
        f"{n.person} was told {n.about}, which nobody did" for n in notices
        if n.op == "added" and n.about not in expected.get(n.person, ())
    ]  # fmt: skip


def gaps(notices: Iterable[Notice], first: int = 1) -> list[str]:
    """Where a person's log, in the order in which it was seen, is not first, first + 1, first + 2, ..."""
    faults, seen = [], defaultdict[str, list[int]](list)
    for notice in notices:
        seen[notice.person].append(notice.seq)
    for who, seqs in seen.items():
        faults += [f"{who} saw {seq} where {n} was next" for n, seq in enumerate(seqs, first) if seq != n][:1]
    return faults


def early(notices: Iterable[Notice], due_at: Mapping[tuple[str, ...], datetime]) -> list[str]:
    """What was told before it was due."""
    return [
        f"{n.person} was told {n.about} at {n.created_at}, due at {due_at[n.about]}" for n in notices
        if n.op == "added" and n.about in due_at and n.created_at is not None and n.created_at < due_at[n.about]
    ]  # fmt: skip


def leaks(replies: Iterable[Reply], secrets: Iterable[Sealed]) -> list[str]:
    """Which bytes brought a reader the other's words before the reader's own had been sent."""
    held = defaultdict[str, list[Sealed]](list)
    for secret in secrets:
        held[secret.reader].append(secret)
    return [
        f"{secret.reader} received {secret.author}'s words {secret.open_s - reply.received_s:.3f} s early"
        for reply in replies for secret in held[reply.person]
        if reply.received_s < secret.open_s and secret.words in reply.data
    ]  # fmt: skip


def replies_differ(acts: Iterable[Act]) -> list[str]:
    """Keys under which one request was answered in two ways, or two requests were both done."""
    faults, done = [], defaultdict[tuple[str, str], set[tuple[bytes, bytes]]](set)
    for act in acts:
        if act.outcome == "ok":
            done[act.person, act.key].add((act.request, act.reply))
    for (who, key), answers in done.items():
        requests = {request for request, _ in answers}
        faults += [f"{who}'s key {key} did {len(requests)} requests"] if len(requests) > 1 else []
        faults += [f"{who}'s key {key} has {len(answers)} replies"] if len(answers) > len(requests) else []
    return faults


def orders_differ(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """What two people saw in different orders."""
    both = set(one) & set(other)
    pairs = zip((x for x in one if x in both), (x for x in other if x in both), strict=True)
    return [f"{x} came where the other saw {y}" for x, y in pairs if x != y][:1]


def unsettled(status: Mapping[str, Any]) -> list[str]:
    """What a platform at rest still has to do: events to hand on, due rows, parked events."""
    return [
        f"{role['role']}: {name} {role[name]}" for role in status["roles"] for name in ("lag", "overdue", "parked")
        if (any(role[name].values()) if name == "parked" else role[name])
    ]  # fmt: skip
