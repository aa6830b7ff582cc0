"""Which calls does PromptsService answer? Written by generate.py, never edited."""

from collections.abc import AsyncIterator, Sequence

from twolamps.prompts.v1 import prompts_pb2 as pb
from twolamps_client.methods import Caller, every, filled, method_of

_METHODS = pb.DESCRIPTOR.services_by_name["PromptsService"].methods_by_name
GET_TODAY = method_of(_METHODS["GetToday"], pb.GetTodayRequest, pb.GetTodayResponse)
SEAL_ANSWER = method_of(_METHODS["SealAnswer"], pb.SealAnswerRequest, pb.SealAnswerResponse)
WITHDRAW_ANSWER = method_of(_METHODS["WithdrawAnswer"], pb.WithdrawAnswerRequest, pb.WithdrawAnswerResponse)
LIST_REVEALS = method_of(_METHODS["ListReveals"], pb.ListRevealsRequest, pb.ListRevealsResponse)
LIST_ANSWERS = method_of(_METHODS["ListAnswers"], pb.ListAnswersRequest, pb.ListAnswersResponse)


class PromptsCalls:
    """Calls of PromptsService. Each raises TwolampsError."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get_today(self) -> pb.GetTodayResponse:
        """Today's prompt and its two alternates, the same three to both."""
        request = filled(pb.GetTodayRequest)
        return await self._caller.call(GET_TODAY, request)

    async def seal_answer(self, prompt_id: str, *, text: str, leave_light: bool = False) -> pb.SealAnswerResponse:
        """Seal my answer, or replace it until it opens. When both have sealed it opens for both, as one event.

        text: 1 to 4,000 characters.
        leave_light: Tell the partner "I left you something". Off unless chosen.
        """
        request = filled(pb.SealAnswerRequest, prompt_id=prompt_id, text=text, leave_light=leave_light)
        return await self._caller.call(SEAL_ANSWER, request)

    async def withdraw_answer(self, prompt_id: str) -> pb.WithdrawAnswerResponse:
        """Take my sealed answer back, and the light I left with it."""
        request = filled(pb.WithdrawAnswerRequest, prompt_id=prompt_id)
        return await self._caller.call(WITHDRAW_ANSWER, request)

    async def list_reveals(
        self, *, page_size: int = 0, page_token: str = "", ids: Sequence[str] = ()
    ) -> pb.ListRevealsResponse:
        """What both answered and opened, newest first. After the end the partner's words are closed."""
        request = filled(pb.ListRevealsRequest, page_size=page_size, page_token=page_token, ids=ids)
        return await self._caller.call(LIST_REVEALS, request)

    def all_reveals(self, *, ids: Sequence[str] = ()) -> AsyncIterator[pb.Prompt]:
        """What both answered and opened, newest first. After the end the partner's words are closed. All of them, page
        after page.
        """
        return every(lambda token: self.list_reveals(page_token=token, ids=ids), lambda page: page.reveals)

    async def list_answers(
        self, *, page_size: int = 0, page_token: str = "", ids: Sequence[str] = ()
    ) -> pb.ListAnswersResponse:
        """Every answer of mine, newest first: sealed, opened or stayed closed. Only I ever see this list."""
        request = filled(pb.ListAnswersRequest, page_size=page_size, page_token=page_token, ids=ids)
        return await self._caller.call(LIST_ANSWERS, request)

    def all_answers(self, *, ids: Sequence[str] = ()) -> AsyncIterator[pb.Prompt]:
        """Every answer of mine, newest first: sealed, opened or stayed closed. Only I ever see this list. All of them,
        page after page.
        """
        return every(lambda token: self.list_answers(page_token=token, ids=ids), lambda page: page.answers)
