"""What can an operator do through the admin port? Try or drop what is parked, have events sent again, state couples anew.

Promises: a page in a browser can do none of it; what was done twice is done once; only ids come in and go out.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pairing.use_cases.republish_couples import RepublishCouples, republish_couples, streams_to_republish
from twolamps_chassis.consumers import Consumer, NotFailed
from twolamps_chassis.node import Process
from twolamps_chassis.replay import ask_replay, replay_state

Act = Callable[[Request], Awaitable[Response]]


class Unknown(Exception):
    """What was asked for is not here; the text says what."""


def action_routes(process: Process) -> list[Route]:
    """The routes of what changes something."""

    def consumer(asked: Request) -> Consumer:
        for found in process.consumers.get(asked.query_params.get("source", ""), []):
            if found.database.schema == asked.query_params.get("service"):
                return found
        raise Unknown("no such service or source")

    async def heal(request: Request) -> Response:
        return JSONResponse({"healed": await consumer(request).replay(_key(request))})

    async def drop(request: Request) -> Response:
        group, key = consumer(request), _key(request)
        seq = request.query_params.get("seq", "")
        if not seq.isdecimal():
            raise Unknown("SEQ is a record's number, as twolamps dlq list shows it")
        try:
            dropped = await group.drop(key, int(seq))
        except NotFailed as error:
            return JSONResponse({"detail": error.__doc__}, 409)
        return JSONResponse({"dropped": dropped, "healed": await group.replay(key)})

    async def replay(request: Request) -> Response:
        database = process.databases.get(request.query_params.get("service", ""))
        if database is None:
            raise Unknown(f"There is no such service here; there are {', '.join(sorted(process.databases))}.")
        if request.method == "POST":
            return JSONResponse({"kept": await ask_replay(database)})
        return JSONResponse(asdict(await replay_state(database)))

    async def republish(request: Request) -> Response:
        database = process.databases.get("pairing")
        if database is None:
            raise Unknown("only pairing republishes")
        command = RepublishCouples(_key(request, "after"))
        async with database.begin() as tx:
            keys = await streams_to_republish(command, tx)
            await tx.lock(keys)
            await republish_couples(command, tx)
        return JSONResponse({"told": len(keys), "last": str(max(keys)) if keys else None})

    return [
        Route("/parked", _guarded(heal), methods=["POST"]),
        Route("/parked", _guarded(drop), methods=["DELETE"]),
        Route("/replay", _guarded(replay), methods=["GET", "POST"]),
        Route("/republish", _guarded(republish), methods=["POST"]),
    ]


def _guarded(act: Act) -> Act:
    async def guarded(request: Request) -> Response:
        if "x-twolamps" not in request.headers:  # a page in a browser cannot set it
            return JSONResponse({"detail": "X-Twolamps: 1 is needed"}, 403)
        try:
            return await act(request)
        except Unknown as error:
            return JSONResponse({"detail": str(error)}, 404)

    return guarded


def _key(request: Request, name: str = "key") -> UUID:
    try:
        return UUID(request.query_params.get(name, ""))
    except ValueError as error:
        raise Unknown("KEY is a stream's id, as twolamps dlq list shows it") from error
