"""Create what is new, change what differs, leave the rest: two statements a model, whatever the number of rows."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from .importing import Outcome


def upsert(
    model: type[Model],
    wanted: Mapping[Any, dict[str, Any]],
    existing: Mapping[Any, Model],
    outcome: Outcome,
    name: str = "",
) -> dict[Any, Model]:
    """The row of every key, made or changed as wanted. With a `name`, each is counted under it.

    Values compare as the model's attributes do: a Money field takes a Decimal in the row's currency.
    """
    found: dict[Any, Model] = {}
    new, changed, fields = [], [], set()
    for key, values in wanted.items():
        row = existing.get(key)
        if row is None:
            row, mark = model(landlord=outcome.landlord, **values), "created"
            new.append(row)
        else:
            differing = {field: value for field, value in values.items() if _differs(row, field, value)}
            for field, value in differing.items():
                setattr(row, field, value)
            mark = "updated" if differing else "unchanged"
            fields |= differing.keys()
            changed += [row] if differing else []
        found[key] = row
        if name:
            outcome.mark(name, key, mark)
    model.unscoped.bulk_create(new)
    if changed:
        model.unscoped.bulk_update(changed, sorted(fields))
    return found


def _differs(row: Model, field: str, value: Any) -> bool:
    current = getattr(row, field)
    return getattr(current, "amount", current) != value
