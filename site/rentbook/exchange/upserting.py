"""Change what differs, create what is new, leave the rest: a statement for each set of fields, one for what is new."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, TypeVar

from rentbook.kernel import log
from rentbook.kernel.keys import among
from rentbook.kernel.scoping import ScopedModel

from .events import ImportFinished
from .sheets import Outcome

M = TypeVar("M", bound=ScopedModel)


def upsert(
    model: type[M],
    wanted: Mapping[Any, dict[str, Any]],
    existing: Mapping[Any, M],
    outcome: Outcome,
    name: str = "",
) -> dict[Any, M]:
    """The row of every key, made or changed as wanted. With a `name`, each is counted under it, with what changed.

    A Money field takes a Decimal in the row's currency. What is known is written first, so that a lease may end before
    the next one of its home begins; of each row only what differs, so that what another has written meanwhile stays.
    """
    found: dict[Any, M] = {}
    new: list[M] = []
    changed: dict[tuple[str, ...], list[M]] = defaultdict(list)
    for key, values in wanted.items():
        changes = _changes(existing[key], values) if key in existing else {}
        found[key] = existing[key] if key in existing else model(landlord=outcome.landlord, **values)
        if key not in existing:
            new.append(found[key])
        elif changes:
            changed[tuple(sorted(changes))].append(found[key])
        if name:
            outcome.mark(name, key, "updated" if changes else "unchanged" if key in existing else "created")
            outcome.changes[name, key] = changes
    for fields, rows in changed.items():
        model.unscoped.bulk_update(rows, fields)
    model.unscoped.bulk_create(new)
    if new:
        made = model.unscoped.filter(among([row.pk for row in new]))
        log.record_made(made, ImportFinished.name, by=outcome.by)
    return found


def _changes(row: ScopedModel, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set the values that differ on the row; gives each field's old and new one."""
    changes = {}
    for field, value in values.items():
        current = _plain(getattr(row, field))
        if current != value:
            setattr(row, field, value)
            changes[field] = [current, value]
    return changes


def _plain(value: Any) -> Any:
    return getattr(value, "amount", value)
