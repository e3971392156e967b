"""The blog's mutations and queries, as plain functions over the client.

`db` is a session of the client: the database, or what `as_user()` gives for somebody who is signed in.
`blog_db` is what `toolkit codegen python --out blog_db` makes of the contract.
"""

from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from blog_db import commands, errors, models, queries

from toolkit.client import AsyncSession

Document = TypeVar("Document")


@dataclass(frozen=True)
class CreatePostInput:
    """What a post is made from."""

    title: str
    content: str
    tags: list[str] = field(default_factory=list)

    async def validate(self, db: AsyncSession) -> None:
        """Raise Invalid with everything that is wrong with the post.

        The limits are CHECK constraints of tb_post. They are in the contract, so nothing is sent.
        """
        await db.validate("fn_create_post", p_title=self.title, p_content=self.content, p_tags=self.tags)


def there(document: Document | None) -> Document:
    """Return a document, where there is one; raises NotFound."""
    if document is None:
        raise errors.NotFound
    return document


async def create_user(db: AsyncSession, name: str, email: str) -> models.UserWithStats:
    """Create a user; raises DuplicateEmail, NameEmpty, EmailInvalid, EmailTooLong."""
    user_id = await commands.create_user(db, name=name, email=email)
    return there(await user(db, user_id))


async def create_post(db: AsyncSession, given: CreatePostInput) -> models.PostDetail:
    """Create a draft of the acting user; raises Invalid, and AuthRequired where nobody acts."""
    await given.validate(db)
    post_id = await commands.create_post(db, title=given.title, content=given.content, tags=given.tags)
    return there(await post(db, post_id))


async def approve_post(db: AsyncSession, post_id: UUID) -> models.PostDetail:
    """Approve a draft of somebody else; raises NotFound, Forbidden, AuthRequired."""
    await commands.approve_post(db, post_id=post_id)
    return there(await post(db, post_id))


async def publish_post(db: AsyncSession, post_id: UUID) -> models.PostDetail:
    """Publish a post of the acting user; raises NotFound, Forbidden, AuthRequired."""
    await commands.publish_post(db, post_id=post_id)
    return there(await post(db, post_id))


async def delete_post(db: AsyncSession, post_id: UUID) -> bool:
    """Delete a post of the acting user; raises NotFound, Forbidden, AuthRequired."""
    return bool(await commands.delete_post(db, post_id=post_id))


async def users(
    db: AsyncSession, limit: int = 10, after: str | None = None
) -> tuple[list[models.UserWithStats], str | None]:
    """Return users, the newest first, and the cursor behind them; raises Invalid for a limit that is none."""
    return await queries.user_with_stats.page(db, order_by="-created_at", limit=limit, after=after)


async def user(db: AsyncSession, user_id: UUID | None) -> models.UserWithStats | None:
    """Return one user, or None."""
    return await queries.user_with_stats.find_one(db, {"id": user_id})


async def post(db: AsyncSession, post_id: UUID | None) -> models.PostDetail | None:
    """Return one post, or None."""
    return await queries.post_detail.find_one(db, {"id": post_id})
