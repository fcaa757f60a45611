"""What a month would bill otherwise than the one before: plain values, no database."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Stream = tuple[int, str]  # a lease's key and the name of what it bills


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Billed:
    """What a stream of a lease costs in a period, in the lease's currency, with how the price came about."""

    start: date
    end: date
    amount: Decimal
    arithmetic: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A stream that is billed otherwise than last time: `before` and `now`, one of them None."""

    kind: Kind
    lease: int
    stream: str
    before: Billed | None
    now: Billed | None


def differences(
    before: Mapping[Stream, Billed], now: Mapping[Stream, Billed], over: Iterable[Stream]
) -> Iterator[Difference]:
    """What stands in `now` and not so in `before`, and the streams of `before` that are `over`, by lease and stream.

    `before` holds the period of each stream that came last.
    """
    for key in sorted(now):
        lease, stream = key
        was, new = before.get(key), now[key]
        if was is None:
            yield Difference(Kind.NEW, lease, stream, None, new)
        elif was.amount != new.amount:
            yield Difference(Kind.CHANGED, lease, stream, was, new)
    for lease, stream in sorted(set(over) - now.keys()):
        yield Difference(Kind.ENDED, lease, stream, before.get((lease, stream)), None)
