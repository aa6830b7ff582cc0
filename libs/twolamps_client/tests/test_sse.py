"""Is a server-sent event the same however the network cuts it?"""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from twolamps_client.sse import EventParser, ServerSentEvent

LINE = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=12)
EVENTS = st.lists(
    st.builds(
        lambda event, lines, id: ServerSentEvent(event or "message", "\n".join(lines), id),
        LINE,
        st.lists(LINE, min_size=1, max_size=3),
        LINE,
    ),
    max_size=4,
)


def on_the_wire(events: list[ServerSentEvent], end: str) -> bytes:
    """With a keep-alive comment before each event."""
    lines = []
    for event in events:
        data = [f"data: {line}" for line in event.data.split("\n")]
        lines += [": still here", "", f"event: {event.event}", f"id: {event.id}", *data, ""]
    return "".join(line + end for line in lines).encode()


@given(EVENTS, st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 400)))
def test_any_chunking_gives_the_same_events(events: list[ServerSentEvent], end: str, cuts: list[int]) -> None:
    wire = on_the_wire(events, end)
    places = sorted({0, len(wire), *(cut for cut in cuts if cut < len(wire))})
    parser = EventParser()
    heard = [event for start, stop in pairwise(places) for event in parser.feed(wire[start:stop])]
    assert heard == events


@given(EVENTS.filter(bool), st.data())
def test_an_event_that_is_cut_off_is_not_told(events: list[ServerSentEvent], data: st.DataObject) -> None:
    wire = on_the_wire(events, "\n")
    short = wire[: data.draw(st.integers(0, len(wire) - 1))]
    heard = list(EventParser().feed(short))
    assert heard == events[: len(heard)]
    assert len(heard) < len(events)


def test_fields_without_a_space_a_value_or_a_meaning_are_read_as_the_standard_says() -> None:
    wire = b"\xef\xbb\xbfretry: 10\nid:7\ndata:a\ndata\nunknown: x\n\nevent: lone\n\ndata: b\n\n"
    assert list(EventParser().feed(wire)) == [
        ServerSentEvent("message", "a\n", "7"),
        ServerSentEvent("message", "b", "7"),
    ]
