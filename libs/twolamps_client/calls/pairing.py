"""Which calls does PairingService answer? Written by generate.py, never edited."""

from collections.abc import AsyncIterator, Sequence

from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_client.methods import Caller, every, filled, method_of

_METHODS = pb.DESCRIPTOR.services_by_name["PairingService"].methods_by_name
CREATE_PERSON = method_of(_METHODS["CreatePerson"], pb.CreatePersonRequest, pb.CreatePersonResponse)
CREATE_SESSION = method_of(_METHODS["CreateSession"], pb.CreateSessionRequest, pb.CreateSessionResponse)
REFRESH_SESSION = method_of(_METHODS["RefreshSession"], pb.RefreshSessionRequest, pb.RefreshSessionResponse)
CREATE_DEVICE_CODE = method_of(_METHODS["CreateDeviceCode"], pb.CreateDeviceCodeRequest, pb.CreateDeviceCodeResponse)
APPROVE_DEVICE = method_of(_METHODS["ApproveDevice"], pb.ApproveDeviceRequest, pb.ApproveDeviceResponse)
CREATE_DEVICE_SESSION = method_of(
    _METHODS["CreateDeviceSession"], pb.CreateDeviceSessionRequest, pb.CreateDeviceSessionResponse
)
LIST_SESSIONS = method_of(_METHODS["ListSessions"], pb.ListSessionsRequest, pb.ListSessionsResponse)
GET_SESSION = method_of(_METHODS["GetSession"], pb.GetSessionRequest, pb.GetSessionResponse)
DELETE_SESSION = method_of(_METHODS["DeleteSession"], pb.DeleteSessionRequest, pb.DeleteSessionResponse)
DELETE_SESSIONS = method_of(_METHODS["DeleteSessions"], pb.DeleteSessionsRequest, pb.DeleteSessionsResponse)
GET_ME = method_of(_METHODS["GetMe"], pb.GetMeRequest, pb.GetMeResponse)
UPDATE_ME = method_of(_METHODS["UpdateMe"], pb.UpdateMeRequest, pb.UpdateMeResponse)
CREATE_PAIRING_CODE = method_of(
    _METHODS["CreatePairingCode"], pb.CreatePairingCodeRequest, pb.CreatePairingCodeResponse
)
CLAIM_PAIRING = method_of(_METHODS["ClaimPairing"], pb.ClaimPairingRequest, pb.ClaimPairingResponse)
LIST_PAIRINGS = method_of(_METHODS["ListPairings"], pb.ListPairingsRequest, pb.ListPairingsResponse)
GET_PAIRING = method_of(_METHODS["GetPairing"], pb.GetPairingRequest, pb.GetPairingResponse)
CONFIRM_PAIRING = method_of(_METHODS["ConfirmPairing"], pb.ConfirmPairingRequest, pb.ConfirmPairingResponse)
GET_COUPLE = method_of(_METHODS["GetCouple"], pb.GetCoupleRequest, pb.GetCoupleResponse)
SET_SHARES = method_of(_METHODS["SetShares"], pb.SetSharesRequest, pb.SetSharesResponse)
SET_CALENDAR = method_of(_METHODS["SetCalendar"], pb.SetCalendarRequest, pb.SetCalendarResponse)
END_COUPLE = method_of(_METHODS["EndCouple"], pb.EndCoupleRequest, pb.EndCoupleResponse)


class PairingCalls:
    """Calls of PairingService. Each raises TwolampsError."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create_person(
        self,
        *,
        mail: str,
        password: str,
        display_name: str,
        zone: str,
        adult: bool,
        pronouns: str = "",
        locale: str = "",
        idempotency_key: str | None = None,
    ) -> pb.CreatePersonResponse:
        """Sign up. Answers alike whether the mail is new or known; a known mail gets a letter instead. Issues no
        token.

        mail: Mail address; never shown to anyone else.
        password: 10 to 200 characters.
        display_name: What the partner sees.
        zone: IANA zone, for example Europe/Berlin.
        adult: I am an adult. No birth date is asked.
        locale: BCP 47, for example en or de-AT.
        """
        request = filled(
            pb.CreatePersonRequest,
            mail=mail,
            password=password,
            display_name=display_name,
            zone=zone,
            adult=adult,
            pronouns=pronouns,
            locale=locale,
        )
        return await self._caller.call(CREATE_PERSON, request, idempotency_key=idempotency_key)

    async def create_session(
        self, *, mail: str, password: str, client_name: str = "", idempotency_key: str | None = None
    ) -> pb.CreateSessionResponse:
        """Sign in with mail and password.

        client_name: A name for this client in my list of sessions.
        """
        request = filled(pb.CreateSessionRequest, mail=mail, password=password, client_name=client_name)
        return await self._caller.call(CREATE_SESSION, request, idempotency_key=idempotency_key)

    async def refresh_session(
        self, *, refresh_token: str, idempotency_key: str | None = None
    ) -> pb.RefreshSessionResponse:
        """Exchange a refresh token for new tokens. A token used twice ends the session, but for a short grace after a
        lost reply.
        """
        request = filled(pb.RefreshSessionRequest, refresh_token=refresh_token)
        return await self._caller.call(REFRESH_SESSION, request, idempotency_key=idempotency_key)

    async def create_device_code(
        self, *, client_name: str = "", idempotency_key: str | None = None
    ) -> pb.CreateDeviceCodeResponse:
        """Ask for a session on a device, so that nobody types a password there (RFC 8628). It shows the user code and
        waits.

        client_name: A name for this device, shown to who approves it and in their list of sessions; one line.
        """
        request = filled(pb.CreateDeviceCodeRequest, client_name=client_name)
        return await self._caller.call(CREATE_DEVICE_CODE, request, idempotency_key=idempotency_key)

    async def approve_device(
        self, *, user_code: str, password: str, idempotency_key: str | None = None
    ) -> pb.ApproveDeviceResponse:
        """Give a device that shows a code a session of mine, by my password; I am told of it. Wrong, used and expired
        codes answer alike.

        user_code: As shown; case, spaces and hyphens do not matter.
        password: My own, asked again.
        """
        request = filled(pb.ApproveDeviceRequest, user_code=user_code, password=password)
        return await self._caller.call(APPROVE_DEVICE, request, idempotency_key=idempotency_key)

    async def create_device_session(
        self, *, device_code: str, idempotency_key: str | None = None
    ) -> pb.CreateDeviceSessionResponse:
        """Exchange a device code for tokens, once it was approved; until then device_code_pending. Ask once in each
        interval.
        """
        request = filled(pb.CreateDeviceSessionRequest, device_code=device_code)
        return await self._caller.call(CREATE_DEVICE_SESSION, request, idempotency_key=idempotency_key)

    async def list_sessions(
        self, *, page_size: int = 0, page_token: str = "", ids: Sequence[str] = ()
    ) -> pb.ListSessionsResponse:
        """My sessions, newest first.

        page_size: 1 to 200; 50 when absent.
        """
        request = filled(pb.ListSessionsRequest, page_size=page_size, page_token=page_token, ids=ids)
        return await self._caller.call(LIST_SESSIONS, request)

    def all_sessions(self, *, ids: Sequence[str] = ()) -> AsyncIterator[pb.Session]:
        """My sessions, newest first. All of them, page after page."""
        return every(lambda token: self.list_sessions(page_token=token, ids=ids), lambda page: page.sessions)

    async def get_session(self, session_id: str) -> pb.GetSessionResponse:
        """One of my sessions."""
        request = filled(pb.GetSessionRequest, session_id=session_id)
        return await self._caller.call(GET_SESSION, request)

    async def delete_session(self, session_id: str) -> pb.DeleteSessionResponse:
        """End one of my sessions: its tokens and streams stop."""
        request = filled(pb.DeleteSessionRequest, session_id=session_id)
        return await self._caller.call(DELETE_SESSION, request)

    async def delete_sessions(self) -> pb.DeleteSessionsResponse:
        """Sign out everywhere: end all my sessions, this one too."""
        request = filled(pb.DeleteSessionsRequest)
        return await self._caller.call(DELETE_SESSIONS, request)

    async def get_me(self) -> pb.GetMeResponse:
        """My profile."""
        request = filled(pb.GetMeRequest)
        return await self._caller.call(GET_ME, request)

    async def update_me(
        self,
        *,
        display_name: str | None = None,
        pronouns: str | None = None,
        zone: str | None = None,
        locale: str | None = None,
    ) -> pb.UpdateMeResponse:
        """Change my profile: only the fields that are present."""
        request = filled(pb.UpdateMeRequest, display_name=display_name, pronouns=pronouns, zone=zone, locale=locale)
        return await self._caller.call(UPDATE_ME, request)

    async def create_pairing_code(self, *, idempotency_key: str | None = None) -> pb.CreatePairingCodeResponse:
        """Make a single-use pairing code to type, good for ten minutes. A new one replaces the last."""
        request = filled(pb.CreatePairingCodeRequest)
        return await self._caller.call(CREATE_PAIRING_CODE, request, idempotency_key=idempotency_key)

    async def claim_pairing(self, *, code: str, idempotency_key: str | None = None) -> pb.ClaimPairingResponse:
        """Claim a code. Wrong, used and expired codes answer alike.

        code: As shown; case, spaces and hyphens do not matter.
        """
        request = filled(pb.ClaimPairingRequest, code=code)
        return await self._caller.call(CLAIM_PAIRING, request, idempotency_key=idempotency_key)

    async def list_pairings(
        self, *, page_size: int = 0, page_token: str = "", ids: Sequence[str] = ()
    ) -> pb.ListPairingsResponse:
        """My pairings that wait or were made, newest first."""
        request = filled(pb.ListPairingsRequest, page_size=page_size, page_token=page_token, ids=ids)
        return await self._caller.call(LIST_PAIRINGS, request)

    def all_pairings(self, *, ids: Sequence[str] = ()) -> AsyncIterator[pb.Pairing]:
        """My pairings that wait or were made, newest first. All of them, page after page."""
        return every(lambda token: self.list_pairings(page_token=token, ids=ids), lambda page: page.pairings)

    async def get_pairing(self, pairing_id: str) -> pb.GetPairingResponse:
        """One of my pairings: who is on the other side."""
        request = filled(pb.GetPairingRequest, pairing_id=pairing_id)
        return await self._caller.call(GET_PAIRING, request)

    async def confirm_pairing(
        self, pairing_id: str, *, idempotency_key: str | None = None
    ) -> pb.ConfirmPairingResponse:
        """Confirm who is on the other side. When both have, the couple is made."""
        request = filled(pb.ConfirmPairingRequest, pairing_id=pairing_id)
        return await self._caller.call(CONFIRM_PAIRING, request, idempotency_key=idempotency_key)

    async def get_couple(self) -> pb.GetCoupleResponse:
        """Our couple: who the other is, our calendar, what is shared."""
        request = filled(pb.GetCoupleRequest)
        return await self._caller.call(GET_COUPLE, request)

    async def set_shares(self, *, shares: Sequence[pb.Share.ValueType] = ()) -> pb.SetSharesResponse:
        """State which standing shares I switch on. What is absent is off. The partner is told nothing.

        shares: Every share I switch on.
        """
        request = filled(pb.SetSharesRequest, shares=shares)
        return await self._caller.call(SET_SHARES, request)

    async def set_calendar(self, *, calendar: pb.Calendar) -> pb.SetCalendarResponse:
        """Change our calendar: zone, start of day, first day of week. The other is told."""
        request = filled(pb.SetCalendarRequest, calendar=calendar)
        return await self._caller.call(SET_CALENDAR, request)

    async def end_couple(
        self, *, notice: pb.EndNotice.ValueType = pb.END_NOTICE_UNSPECIFIED, idempotency_key: str | None = None
    ) -> pb.EndCoupleResponse:
        """End the pairing: alone, at once, without a reason. Answers when nothing new can cross."""
        request = filled(pb.EndCoupleRequest, notice=notice)
        return await self._caller.call(END_COUPLE, request, idempotency_key=idempotency_key)
