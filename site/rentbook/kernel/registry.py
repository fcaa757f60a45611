"""Registries: named contributions that modules give and that lower rooms, messaging and reports read; and slots."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar


class Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Named contributions in the order in which modules gave them."""

    def __init__(self, kind: str):
        self.kind = kind
        self._items: dict[str, T] = {}

    def register(self, item: T) -> T:
        """Add one contribution; ValueError for a name that is taken."""
        if item.name in self._items:
            raise ValueError(f"There is a {self.kind} called {item.name} already.")
        self._items[item.name] = item
        return item

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._items.values()))

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def __getitem__(self, name: str) -> T:
        return self._items[name]

    @contextmanager
    def temporarily(self, item: T) -> Iterator[T]:
        """For tests: registered inside the block, gone after it."""
        self.register(item)
        try:
            yield item
        finally:
            del self._items[item.name]


class Slots:
    """Named places that a module shows and modules above fill; an unfilled slot is empty."""

    def __init__(self) -> None:
        self._fillings: dict[str, list[Callable[..., Any]]] = {}

    def fill(self, name: str, function: Callable[..., Any]) -> None:
        self._fillings.setdefault(name, []).append(function)

    def all(self, name: str, *args: Any) -> list[Any]:
        """What every filling says, without the empty answers."""
        return [answer for fill in self._fillings.get(name, ()) if (answer := fill(*args))]

    def first(self, name: str, *args: Any, default: Any = "") -> Any:
        return next(iter(self.all(name, *args)), default)


slots = Slots()
