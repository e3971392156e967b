"""The blog behind HTTP: who is signed in, what each error is there, and one route for each function."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

import msgspec
from blog_db import CONTRACT, ERRORS, AsyncDatabase
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from toolkit.client import AsyncSession
from toolkit.client import errors as kinds

from . import blog

# What an error is in HTTP, and its code where the application has none for it; the first class that fits.
ANSWERS: Final[Mapping[type[kinds.ClientError], tuple[int, str]]] = {
    kinds.Invalid: (422, "INVALID"),
    kinds.AuthRequired: (401, "AUTH_REQUIRED"),
    kinds.Forbidden: (403, "FORBIDDEN"),
    kinds.NotFound: (404, "NOT_FOUND"),
    kinds.Conflict: (409, "CONFLICT"),
    kinds.Rejected: (409, "REJECTED"),
    kinds.Retryable: (503, "TRY_AGAIN"),
    kinds.TimedOut: (504, "TIMED_OUT"),
    kinds.Unavailable: (503, "UNAVAILABLE"),
    kinds.ClientError: (500, "INTERNAL"),
}


class Json(Response):
    """What msgspec writes: the Structs of the generated package are unknown to FastAPI's own."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Return the content as JSON."""
        return msgspec.json.encode(content)


async def refuse(_: Request, error: Exception) -> Json:
    """Answer with an error of the client; no word in it is the database's."""
    assert isinstance(error, kinds.ClientError)
    status, code = next(answer for kind, answer in ANSWERS.items() if isinstance(error, kind))
    faults = error.faults if isinstance(error, kinds.Invalid) else ()
    content = {
        "code": error.code or code,
        "message": error.message,
        "faults": [{"field": fault.place.removeprefix("p_"), "message": fault.message} for fault in faults],
    }
    return Json(content, status)


def reading(request: Request) -> AsyncSession:
    """Return the database, for what everybody may do."""
    db: AsyncDatabase = request.app.state.db
    return db


def acting(
    request: Request,
    db: Annotated[AsyncSession, Depends(reading)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
) -> AsyncSession:
    """Return the database for who is signed in: the token says who, and nothing else of the request does."""
    tokens: Mapping[str, UUID] = request.app.state.tokens
    return db.as_user(tokens.get(given.credentials) if given else None)


Reading = Annotated[AsyncSession, Depends(reading)]
Acting = Annotated[AsyncSession, Depends(acting)]


@dataclass(frozen=True)
class CreateUserInput:
    """What a user is made from."""

    name: str
    email: str


routes = APIRouter()


@routes.post("/users")
async def create_user(db: Reading, given: CreateUserInput) -> Response:
    """Sign up."""
    return Json(await blog.create_user(db, given.name, given.email), 201)


@routes.get("/users")
async def users(db: Reading, limit: int = 10, after: str | None = None) -> Response:
    """List the users."""
    found, cursor = await blog.users(db, limit, after)
    return Json({"users": found, "after": cursor})


@routes.get("/users/{user_id}")
async def user(db: Reading, user_id: UUID) -> Response:
    """Show one user."""
    return Json(blog.there(await blog.user(db, user_id)))


@routes.post("/posts")
async def create_post(db: Acting, given: blog.CreatePostInput) -> Response:
    """Write a draft."""
    return Json(await blog.create_post(db, given), 201)


@routes.post("/posts/{post_id}/approve")
async def approve_post(db: Acting, post_id: UUID) -> Response:
    """Approve somebody else's draft."""
    return Json(await blog.approve_post(db, post_id))


@routes.post("/posts/{post_id}/publish")
async def publish_post(db: Acting, post_id: UUID) -> Response:
    """Publish a post of one's own."""
    return Json(await blog.publish_post(db, post_id))


@routes.delete("/posts/{post_id}")
async def delete_post(db: Acting, post_id: UUID) -> Response:
    """Delete a post of one's own."""
    return Json(await blog.delete_post(db, post_id))


def create_app(conninfo: str, tokens: Mapping[str, UUID]) -> FastAPI:
    """Return the service. tokens: the users who are signed in, by the token that their requests bear."""

    @contextlib.asynccontextmanager
    async def connected(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncDatabase(conninfo, contract=CONTRACT, errors=ERRORS) as db:
            app.state.db = db
            yield

    app = FastAPI(lifespan=connected, exception_handlers={kinds.ClientError: refuse})
    app.state.tokens = tokens
    app.include_router(routes)
    return app
