"""What generated packages are made with: read models with types, and the argument that is left out."""

from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final, Generic, TypeVar, cast, overload

from toolkit.client.async_session import AsyncSession
from toolkit.client.session import Session

Document = TypeVar("Document")
Where = TypeVar("Where", bound=Mapping[str, Any])
Order = TypeVar("Order", bound=str)


class Default(Enum):
    """Stands for an argument that the function's own default is taken for."""

    DEFAULT = "DEFAULT"


DEFAULT: Final = Default.DEFAULT


class ReadModel(Generic[Document, Where, Order]):
    """A read model whose documents have a type. Each method takes a session of either client."""

    def __init__(self, name: str, into: Any) -> None:
        """Take the name of the read model, and the type of its documents."""
        self.name = name
        self._into = into

    @overload
    def find_one(self, db: Session, where: Where | None = None) -> Document | None: ...
    @overload
    def find_one(
        self, db: AsyncSession, where: Where | None = None
    ) -> Coroutine[Any, Any, Document | None]: ...
    def find_one(self, db: Session | AsyncSession, where: Where | None = None) -> Any:
        """Return the document that a condition finds, or None."""
        return db.find_one(self.name, where, into=self._into)

    @overload
    def find(
        self,
        db: Session,
        where: Where | None = None,
        *,
        order_by: Order | Sequence[Order] | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> list[Document]: ...
    @overload
    def find(
        self,
        db: AsyncSession,
        where: Where | None = None,
        *,
        order_by: Order | Sequence[Order] | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Coroutine[Any, Any, list[Document]]: ...
    def find(
        self,
        db: Session | AsyncSession,
        where: Where | None = None,
        *,
        order_by: Order | Sequence[Order] | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Any:
        """Return the documents that a condition finds."""
        return db.find(
            self.name, where, order_by=_names(order_by), limit=limit, offset=offset, into=self._into
        )

    @overload
    def page(
        self,
        db: Session,
        where: Where | None = None,
        *,
        order_by: Order | Sequence[Order] | None = None,
        limit: int = 20,
        after: str | None = None,
    ) -> tuple[list[Document], str | None]: ...
    @overload
    def page(
        self,
        db: AsyncSession,
        where: Where | None = None,
        *,
        order_by: Order | Sequence[Order] | None = None,
        limit: int = 20,
        after: str | None = None,
    ) -> Coroutine[Any, Any, tuple[list[Document], str | None]]: ...
    def page(
        self,
        db: Session | AsyncSession,
        where: Where | None = None,
        *,
        order_by: Order | Sequence[Order] | None = None,
        limit: int = 20,
        after: str | None = None,
    ) -> Any:
        """Return the next documents behind a cursor, and the cursor behind them."""
        return db.page(self.name, where, order_by=_names(order_by), limit=limit, after=after, into=self._into)

    @overload
    def stream(
        self, db: Session, where: Where | None = None, *, order_by: Order | Sequence[Order] | None = None
    ) -> Iterator[Document]: ...
    @overload
    def stream(
        self, db: AsyncSession, where: Where | None = None, *, order_by: Order | Sequence[Order] | None = None
    ) -> AsyncIterator[Document]: ...
    def stream(
        self,
        db: Session | AsyncSession,
        where: Where | None = None,
        *,
        order_by: Order | Sequence[Order] | None = None,
    ) -> Any:
        """Yield the documents that a condition finds without holding them all."""
        return db.stream(self.name, where, order_by=_names(order_by), into=self._into)

    @overload
    def count(self, db: Session, where: Where | None = None) -> int: ...
    @overload
    def count(self, db: AsyncSession, where: Where | None = None) -> Coroutine[Any, Any, int]: ...
    def count(self, db: Session | AsyncSession, where: Where | None = None) -> Any:
        """Return the number of documents that a condition finds."""
        return db.count(self.name, where)

    @overload
    def exists(self, db: Session, where: Where | None = None) -> bool: ...
    @overload
    def exists(self, db: AsyncSession, where: Where | None = None) -> Coroutine[Any, Any, bool]: ...
    def exists(self, db: Session | AsyncSession, where: Where | None = None) -> Any:
        """Tell whether a condition finds any document."""
        return db.exists(self.name, where)


def _names(order_by: Order | Sequence[Order] | None) -> str | Sequence[str] | None:
    return cast("str | Sequence[str] | None", order_by)
