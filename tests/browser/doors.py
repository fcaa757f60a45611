"""The screens of the back office that are ours, found by themselves: from the resolver, and by following links."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from django.urls import NoReverseMatch, Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.resolvers import ResolverMatch

# The buttons of a form with many of them go to what is done with all rows.
LINK = re.compile(r'\b(href|formaction)="(/admin/[^"#?]*)')
# Wagtail's own addresses that show a screen of ours, or that everybody who works here sees.
ALSO = {"wagtailadmin_home", "wagtailadmin_account"}
# Parts that a screen fetches for itself, and rows looked at before a door counts as shut.
PART, ROWS = "results", 8
OK, NO_PAGE, FAULT = 200, 405, 500

Key = tuple[str, ...]


def walk(patterns: Iterable, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif pattern.name:
            yield f"{space}{pattern.name}", pattern


def is_ours(name: str, callback: object) -> bool:
    written = getattr(callback, "view_class", callback).__module__
    return name in ALSO or (written.startswith(("modules.", "rentbook.")) and not name.endswith(PART))


def doors() -> dict[str, URLPattern]:
    """Every address under /admin/ that a view of ours answers, by its name."""
    office = [each for each in get_resolver().url_patterns if str(each.pattern) == "admin/"]
    return {name: pattern for name, pattern in walk(office) if is_ours(name, pattern.callback)}


def address_of(name: str, **arguments: object) -> str | None:
    try:
        return reverse(name, kwargs=arguments)
    except NoReverseMatch:
        return None


def key_of(match: ResolverMatch) -> Key:
    """What makes a screen: its door, and words in its address. One row stands for all."""
    return match.view_name, *(value for value in match.kwargs.values() if isinstance(value, str))


@dataclass
class Crawl:
    """Follows every link as somebody who is signed in; `fetch` gives a status, and the text where it is a page."""

    fetch: Callable[[str], tuple[int, str | None]]
    doors: dict[str, URLPattern] = field(default_factory=doors)
    screens: dict[Key, str] = field(default_factory=dict)
    broken: dict[Key, str] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)
    rows: dict[str, list[int]] = field(default_factory=dict)

    def run(self) -> "Crawl":
        self.follow(filter(None, map(address_of, self.doors)))
        for name in sorted(self.doors):
            for address in self.of_rows(name):
                self.follow([address])
        return self

    def of_rows(self, name: str) -> Iterator[str]:
        """Where a door that no link shows would be, for the rows that links have shown."""
        moves = getattr(self.doors[name].callback, "view_initkwargs", {}).get("actions") or [None]
        for move, pk in product(moves, self.rows.get(name.partition(":")[0], [])[:ROWS]):
            if address := address_of(name, pk=pk, **({"move": move} if move else {})):
                yield address

    def follow(self, addresses: Iterable[str]) -> None:
        waiting = list(addresses)
        while waiting:
            address = waiting.pop()
            key = key_of(resolve(address.partition("?")[0]))
            if key[0] in self.doors and key[0] not in self.others and key not in self.screens | self.broken:
                waiting += self.links(self.open(key, address))

    def open(self, key: Key, address: str) -> str:
        """The text of a screen; nothing for a file, an act that is no page, or a row that the door is not for."""
        status, text = self.fetch(address)
        self.tried.add(key[0])
        if status == OK and text:
            self.screens[key] = address
        elif status in (OK, NO_PAGE):
            self.others.add(key[0])
        elif status >= FAULT:
            self.broken[key] = f"{address} answered {status}"
        return text if key in self.screens else ""

    def links(self, text: str) -> Iterator[str]:
        for attribute, address in dict.fromkeys(LINK.findall(text)):
            try:
                match = resolve(address)
            except Resolver404:
                continue
            if "pk" in match.kwargs:
                self.rows.setdefault(match.namespace, []).append(match.kwargs["pk"])
            yield address + ("?all=1" if attribute == "formaction" else "")

    def wrong(self) -> list[str]:
        """What answered with a fault, and doors that nobody knows how to reach though their list has rows."""
        lost = (name for name, pattern in self.doors.items() if name not in self.tried and self.has_rows(name, pattern))
        return [*self.broken.values(), *(f"nothing leads to {name}" for name in lost)]

    def has_rows(self, name: str, pattern: URLPattern) -> bool:
        return not pattern.pattern.converters or bool(self.rows.get(name.partition(":")[0]))
