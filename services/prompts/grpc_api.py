"""Which calls does prompts answer? One line a verb; who may call what stands in the contract."""

from typing import ClassVar

from google.protobuf.descriptor import ServiceDescriptor
from grpc import StatusCode

from prompts.domain import errors
from prompts.use_cases.get_today import get_today
from prompts.use_cases.list_answers import list_answers
from prompts.use_cases.list_reveals import list_reveals
from prompts.use_cases.seal_answer import seal_answer
from prompts.use_cases.withdraw_answer import withdraw_answer
from twolamps.prompts.v1 import prompts_pb2
from twolamps.prompts.v1.prompts_pb2_grpc import PromptsServiceServicer
from twolamps_chassis.edge import Api, command, query
from twolamps_chassis.errors import Statuses

STATUSES: Statuses = {
    errors.AnswerEmpty: StatusCode.INVALID_ARGUMENT,
    errors.AnswerTooLong: StatusCode.INVALID_ARGUMENT,
    errors.AnswerAlreadyRevealed: StatusCode.FAILED_PRECONDITION,
    errors.RoundClosed: StatusCode.FAILED_PRECONDITION,
}


class PromptsApi(Api, PromptsServiceServicer):
    """Prompts' public calls."""

    descriptor: ClassVar[ServiceDescriptor] = prompts_pb2.DESCRIPTOR.services_by_name["PromptsService"]

    GetToday = query(get_today)
    SealAnswer = command(seal_answer)
    WithdrawAnswer = command(withdraw_answer)
    ListReveals = query(list_reveals)
    ListAnswers = query(list_answers)
