"""Which calls does SchedulingService answer? Written by generate.py, never edited."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps_client.methods import Caller, every, filled, method_of

_METHODS = pb.DESCRIPTOR.services_by_name["SchedulingService"].methods_by_name
CREATE_INVITE = method_of(_METHODS["CreateInvite"], pb.CreateInviteRequest, pb.CreateInviteResponse)
LIST_INVITES = method_of(_METHODS["ListInvites"], pb.ListInvitesRequest, pb.ListInvitesResponse)
GET_INVITE = method_of(_METHODS["GetInvite"], pb.GetInviteRequest, pb.GetInviteResponse)
ACCEPT_INVITE = method_of(_METHODS["AcceptInvite"], pb.AcceptInviteRequest, pb.AcceptInviteResponse)
DECLINE_INVITE = method_of(_METHODS["DeclineInvite"], pb.DeclineInviteRequest, pb.DeclineInviteResponse)
COUNTER_INVITE = method_of(_METHODS["CounterInvite"], pb.CounterInviteRequest, pb.CounterInviteResponse)
CANCEL_INVITE = method_of(_METHODS["CancelInvite"], pb.CancelInviteRequest, pb.CancelInviteResponse)
GET_WINDOWS = method_of(_METHODS["GetWindows"], pb.GetWindowsRequest, pb.GetWindowsResponse)
SET_WINDOWS = method_of(_METHODS["SetWindows"], pb.SetWindowsRequest, pb.SetWindowsResponse)
LIST_SLOTS = method_of(_METHODS["ListSlots"], pb.ListSlotsRequest, pb.ListSlotsResponse)
CREATE_REMINDER = method_of(_METHODS["CreateReminder"], pb.CreateReminderRequest, pb.CreateReminderResponse)
LIST_REMINDERS = method_of(_METHODS["ListReminders"], pb.ListRemindersRequest, pb.ListRemindersResponse)
GET_REMINDER = method_of(_METHODS["GetReminder"], pb.GetReminderRequest, pb.GetReminderResponse)
ACCEPT_REMINDER = method_of(_METHODS["AcceptReminder"], pb.AcceptReminderRequest, pb.AcceptReminderResponse)
DECLINE_REMINDER = method_of(_METHODS["DeclineReminder"], pb.DeclineReminderRequest, pb.DeclineReminderResponse)
COMPLETE_REMINDER = method_of(_METHODS["CompleteReminder"], pb.CompleteReminderRequest, pb.CompleteReminderResponse)
SNOOZE_REMINDER = method_of(_METHODS["SnoozeReminder"], pb.SnoozeReminderRequest, pb.SnoozeReminderResponse)
SKIP_REMINDER = method_of(_METHODS["SkipReminder"], pb.SkipReminderRequest, pb.SkipReminderResponse)
CANCEL_REMINDER = method_of(_METHODS["CancelReminder"], pb.CancelReminderRequest, pb.CancelReminderResponse)


class SchedulingCalls:
    """Calls of SchedulingService. Each raises TwolampsError."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create_invite(
        self,
        *,
        title: str,
        starts_at: datetime,
        duration: timedelta,
        note: str = "",
        zone: str = "",
        idempotency_key: str | None = None,
    ) -> pb.CreateInviteResponse:
        """Propose time together. The other is told and answers.

        title: 1 to 120 characters.
        duration: 15 minutes to 24 hours.
        zone: IANA zone; the couple's when absent.
        """
        request = filled(
            pb.CreateInviteRequest, title=title, starts_at=starts_at, duration=duration, note=note, zone=zone
        )
        return await self._caller.call(CREATE_INVITE, request, idempotency_key=idempotency_key)

    async def list_invites(
        self, *, page_size: int = 0, page_token: str = "", ids: Sequence[str] = ()
    ) -> pb.ListInvitesResponse:
        """Our invites, newest first; stays readable after the end."""
        request = filled(pb.ListInvitesRequest, page_size=page_size, page_token=page_token, ids=ids)
        return await self._caller.call(LIST_INVITES, request)

    def all_invites(self, *, ids: Sequence[str] = ()) -> AsyncIterator[pb.Invite]:
        """Our invites, newest first; stays readable after the end. All of them, page after page."""
        return every(lambda token: self.list_invites(page_token=token, ids=ids), lambda page: page.invites)

    async def get_invite(self, invite_id: str) -> pb.GetInviteResponse:
        """One of our invites with its history."""
        request = filled(pb.GetInviteRequest, invite_id=invite_id)
        return await self._caller.call(GET_INVITE, request)

    async def accept_invite(
        self, invite_id: str, *, sequence: int = 0, idempotency_key: str | None = None
    ) -> pb.AcceptInviteResponse:
        """Accept what stands, when it is my turn.

        sequence: The sequence that is answered; a stale one loses.
        """
        request = filled(pb.AcceptInviteRequest, invite_id=invite_id, sequence=sequence)
        return await self._caller.call(ACCEPT_INVITE, request, idempotency_key=idempotency_key)

    async def decline_invite(
        self, invite_id: str, *, sequence: int = 0, idempotency_key: str | None = None
    ) -> pb.DeclineInviteResponse:
        """Decline what stands, when it is my turn. No reason is asked."""
        request = filled(pb.DeclineInviteRequest, invite_id=invite_id, sequence=sequence)
        return await self._caller.call(DECLINE_INVITE, request, idempotency_key=idempotency_key)

    async def counter_invite(
        self,
        invite_id: str,
        *,
        starts_at: datetime,
        duration: timedelta,
        sequence: int = 0,
        idempotency_key: str | None = None,
    ) -> pb.CounterInviteResponse:
        """Offer another time instead; then it is the other's turn."""
        request = filled(
            pb.CounterInviteRequest, invite_id=invite_id, starts_at=starts_at, duration=duration, sequence=sequence
        )
        return await self._caller.call(COUNTER_INVITE, request, idempotency_key=idempotency_key)

    async def cancel_invite(
        self, invite_id: str, *, sequence: int = 0, idempotency_key: str | None = None
    ) -> pb.CancelInviteResponse:
        """Cancel: an open one by who proposed what stands, an accepted one by either."""
        request = filled(pb.CancelInviteRequest, invite_id=invite_id, sequence=sequence)
        return await self._caller.call(CANCEL_INVITE, request, idempotency_key=idempotency_key)

    async def get_windows(self) -> pb.GetWindowsResponse:
        """My preferred windows; only I ever see them."""
        request = filled(pb.GetWindowsRequest)
        return await self._caller.call(GET_WINDOWS, request)

    async def set_windows(self, *, zone: str, windows: Sequence[pb.Window] = ()) -> pb.SetWindowsResponse:
        """State my preferred windows anew.

        zone: IANA zone of these windows.
        """
        request = filled(pb.SetWindowsRequest, zone=zone, windows=windows)
        return await self._caller.call(SET_WINDOWS, request)

    async def list_slots(
        self,
        *,
        duration: timedelta | None = None,
        starts_after: datetime | None = None,
        ends_before: datetime | None = None,
        limit: int = 0,
    ) -> pb.ListSlotsResponse:
        """Times that suit us both: the intersection only, while both share availability.

        duration: How long; 15 minutes to 24 hours, an hour when absent.
        starts_after: No slot starts before this; now when absent.
        ends_before: No slot ends after this, at most eight weeks on; two weeks when absent.
        limit: 1 to 50; 5 when absent.
        """
        request = filled(
            pb.ListSlotsRequest, duration=duration, starts_after=starts_after, ends_before=ends_before, limit=limit
        )
        return await self._caller.call(LIST_SLOTS, request)

    async def create_reminder(
        self,
        *,
        title: str,
        audience: pb.Audience.ValueType,
        first: str,
        zone: str,
        note: str = "",
        rrule: str = "",
        lead: timedelta | None = None,
        idempotency_key: str | None = None,
    ) -> pb.CreateReminderResponse:
        """Make a reminder: for me, an offer for the other, for both, or for either.

        first: First local time, YYYY-MM-DDTHH:MM:SS, in the zone.
        zone: IANA zone.
        rrule: RFC 5545 RRULE without the name, for example FREQ=DAILY; empty for once.
        lead: How long before; 0 to 7 days.
        """
        request = filled(
            pb.CreateReminderRequest,
            title=title,
            audience=audience,
            first=first,
            zone=zone,
            note=note,
            rrule=rrule,
            lead=lead,
        )
        return await self._caller.call(CREATE_REMINDER, request, idempotency_key=idempotency_key)

    async def list_reminders(
        self, *, page_size: int = 0, page_token: str = "", ids: Sequence[str] = ()
    ) -> pb.ListRemindersResponse:
        """My reminders and ours."""
        request = filled(pb.ListRemindersRequest, page_size=page_size, page_token=page_token, ids=ids)
        return await self._caller.call(LIST_REMINDERS, request)

    def all_reminders(self, *, ids: Sequence[str] = ()) -> AsyncIterator[pb.Reminder]:
        """My reminders and ours. All of them, page after page."""
        return every(lambda token: self.list_reminders(page_token=token, ids=ids), lambda page: page.reminders)

    async def get_reminder(self, reminder_id: str) -> pb.GetReminderResponse:
        """One of my reminders or ours."""
        request = filled(pb.GetReminderRequest, reminder_id=reminder_id)
        return await self._caller.call(GET_REMINDER, request)

    async def accept_reminder(
        self, reminder_id: str, *, lead: timedelta | None = None, idempotency_key: str | None = None
    ) -> pb.AcceptReminderResponse:
        """Accept a reminder the other offers me: from then on it rings for me too.

        lead: My own lead time; 0 to 7 days.
        """
        request = filled(pb.AcceptReminderRequest, reminder_id=reminder_id, lead=lead)
        return await self._caller.call(ACCEPT_REMINDER, request, idempotency_key=idempotency_key)

    async def decline_reminder(
        self, reminder_id: str, *, idempotency_key: str | None = None
    ) -> pb.DeclineReminderResponse:
        """Decline an offered reminder. To the other it looks like waiting."""
        request = filled(pb.DeclineReminderRequest, reminder_id=reminder_id)
        return await self._caller.call(DECLINE_REMINDER, request, idempotency_key=idempotency_key)

    async def complete_reminder(
        self, reminder_id: str, *, occurrence: str = "", idempotency_key: str | None = None
    ) -> pb.CompleteReminderResponse:
        """Done. For either: the first completion wins.

        occurrence: Local time of the occurrence; the one ringing when absent.
        """
        request = filled(pb.CompleteReminderRequest, reminder_id=reminder_id, occurrence=occurrence)
        return await self._caller.call(COMPLETE_REMINDER, request, idempotency_key=idempotency_key)

    async def snooze_reminder(
        self,
        reminder_id: str,
        *,
        occurrence: str = "",
        duration: timedelta | None = None,
        idempotency_key: str | None = None,
    ) -> pb.SnoozeReminderResponse:
        """Ring again later, for me alone.

        duration: 1 minute to 7 days; 10 minutes when absent.
        """
        request = filled(pb.SnoozeReminderRequest, reminder_id=reminder_id, occurrence=occurrence, duration=duration)
        return await self._caller.call(SNOOZE_REMINDER, request, idempotency_key=idempotency_key)

    async def skip_reminder(
        self, reminder_id: str, *, occurrence: str = "", idempotency_key: str | None = None
    ) -> pb.SkipReminderResponse:
        """Leave this occurrence out, for me alone."""
        request = filled(pb.SkipReminderRequest, reminder_id=reminder_id, occurrence=occurrence)
        return await self._caller.call(SKIP_REMINDER, request, idempotency_key=idempotency_key)

    async def cancel_reminder(
        self, reminder_id: str, *, idempotency_key: str | None = None
    ) -> pb.CancelReminderResponse:
        """Stop a reminder: its maker for all it rings for, the other for themselves."""
        request = filled(pb.CancelReminderRequest, reminder_id=reminder_id)
        return await self._caller.call(CANCEL_REMINDER, request, idempotency_key=idempotency_key)
