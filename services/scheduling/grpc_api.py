"""Which calls does scheduling answer? One line a verb; who may call what stands in the contract."""

from typing import ClassVar

from google.protobuf.descriptor import ServiceDescriptor
from grpc import StatusCode

from scheduling.domain import errors, invite_rules, slots, windows
from scheduling.use_cases.accept_invite import accept_invite
from scheduling.use_cases.accept_reminder import accept_reminder, streams_of_acceptance
from scheduling.use_cases.cancel_invite import cancel_invite
from scheduling.use_cases.cancel_reminder import cancel_reminder
from scheduling.use_cases.complete_reminder import complete_reminder
from scheduling.use_cases.counter_invite import counter_invite
from scheduling.use_cases.create_invite import create_invite
from scheduling.use_cases.create_reminder import create_reminder
from scheduling.use_cases.decline_invite import decline_invite
from scheduling.use_cases.decline_reminder import decline_reminder
from scheduling.use_cases.list_slots import list_slots
from scheduling.use_cases.read_invites import get_invite, list_invites
from scheduling.use_cases.read_reminders import get_reminder, list_reminders
from scheduling.use_cases.read_windows import get_windows
from scheduling.use_cases.set_windows import set_windows
from scheduling.use_cases.skip_reminder import skip_reminder
from scheduling.use_cases.snooze_reminder import snooze_reminder
from twolamps.scheduling.v1 import scheduling_pb2
from twolamps.scheduling.v1.scheduling_pb2_grpc import SchedulingServiceServicer
from twolamps_chassis.edge import Api, command, query
from twolamps_chassis.errors import Statuses
from twolamps_chassis.limits import Limit

STATUSES: Statuses = {
    errors.UnknownZone: StatusCode.INVALID_ARGUMENT,
    errors.TitleNotAllowed: StatusCode.INVALID_ARGUMENT,
    errors.TimeOutOfRange: StatusCode.INVALID_ARGUMENT,
    errors.StartInPast: StatusCode.INVALID_ARGUMENT,
    errors.StartNotInRule: StatusCode.INVALID_ARGUMENT,
    errors.RecurrenceNotAllowed: StatusCode.INVALID_ARGUMENT,
    errors.LeadOutOfRange: StatusCode.INVALID_ARGUMENT,
    errors.SnoozeOutOfRange: StatusCode.INVALID_ARGUMENT,
    errors.UnknownOccurrence: StatusCode.INVALID_ARGUMENT,
    errors.NotYoursToAnswer: StatusCode.FAILED_PRECONDITION,
    errors.OfferAlreadyAnswered: StatusCode.FAILED_PRECONDITION,
    errors.OfferLapsed: StatusCode.FAILED_PRECONDITION,
    errors.ReminderStopped: StatusCode.FAILED_PRECONDITION,
    errors.NothingRinging: StatusCode.FAILED_PRECONDITION,
    errors.NotYetRinging: StatusCode.FAILED_PRECONDITION,
    errors.AlreadyDone: StatusCode.FAILED_PRECONDITION,
    invite_rules.NotYourTurn: StatusCode.FAILED_PRECONDITION,
    invite_rules.NotYoursToCancel: StatusCode.FAILED_PRECONDITION,
    invite_rules.InviteAlreadyAnswered: StatusCode.FAILED_PRECONDITION,
    invite_rules.InviteExpired: StatusCode.FAILED_PRECONDITION,
    invite_rules.StaleSequence: StatusCode.FAILED_PRECONDITION,
    invite_rules.TimeTaken: StatusCode.FAILED_PRECONDITION,
    invite_rules.InviteStartsInPast: StatusCode.INVALID_ARGUMENT,
    invite_rules.InviteTooFarAhead: StatusCode.INVALID_ARGUMENT,
    invite_rules.CounterChangesNothing: StatusCode.INVALID_ARGUMENT,
    invite_rules.InviteTooShort: StatusCode.INVALID_ARGUMENT,
    invite_rules.InviteTooLong: StatusCode.INVALID_ARGUMENT,
    windows.TooManyWindows: StatusCode.OUT_OF_RANGE,
    windows.WindowWeekdayUnknown: StatusCode.INVALID_ARGUMENT,
    windows.WindowStartInvalid: StatusCode.INVALID_ARGUMENT,
    windows.WindowEndInvalid: StatusCode.INVALID_ARGUMENT,
    slots.SlotSpanOutOfRange: StatusCode.INVALID_ARGUMENT,
    slots.SlotLengthOutOfRange: StatusCode.INVALID_ARGUMENT,
    slots.SlotLimitOutOfRange: StatusCode.INVALID_ARGUMENT,
}


class SchedulingApi(Api, SchedulingServiceServicer):
    """Scheduling's public calls."""

    descriptor: ClassVar[ServiceDescriptor] = scheduling_pb2.DESCRIPTOR.services_by_name["SchedulingService"]

    CreateInvite = command(create_invite)
    ListInvites = query(list_invites)
    GetInvite = query(get_invite)
    AcceptInvite = command(accept_invite)
    DeclineInvite = command(decline_invite)
    CounterInvite = command(counter_invite)
    CancelInvite = command(cancel_invite)

    GetWindows = query(get_windows)
    SetWindows = command(set_windows)
    ListSlots = query(list_slots, role="worker", limits=(Limit("60/minute", by="person"),))

    CreateReminder = command(create_reminder)
    ListReminders = query(list_reminders)
    GetReminder = query(get_reminder)
    AcceptReminder = command(accept_reminder, streams=streams_of_acceptance)
    DeclineReminder = command(decline_reminder)
    CompleteReminder = command(complete_reminder)
    SnoozeReminder = command(snooze_reminder)
    SkipReminder = command(skip_reminder)
    CancelReminder = command(cancel_reminder)
