"""Forgetting a person: what is personal leaves every row that hangs on them, and the log; the ledger stays (D45).

What is replaced is the person's name, phone, e-mail and identity number, as they are and as the log knows them from
before, wherever somebody wrote them: in a reference, a reason, a title.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from functools import reduce
from operator import or_
from typing import Any

import phonenumbers
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q, QuerySet, TextField
from phonenumbers import PhoneNumberFormat

from .contacts import Contact
from .jobs import Job
from .keeping import log_open
from .log import LogEntry
from .people import User
from .registry import slots
from .scoping import ScopedModel

PERSONAL = ("name", "phone", "email", "id_number")
BLANK = "–"
Models = Collection[type[models.Model]]
Rows = dict[type[models.Model], set[int]]
Rewrite = Callable[[str], str]


@transaction.atomic
def erase_contact(contact: Contact, *, name: str, private: Models = (), by: User | None) -> None:
    """Put the name in the place of the person, in the contact, in what hangs on it and in the log.

    Of the contact and of rows of `private` models the log keeps nothing that was typed. Language and channel are kept.
    Modules forget what they hold of the person by the slot `contact.erased`, called with the contact and `by`.
    """
    hanging = hanging_on(contact)
    own: Models = (Contact, *private)
    rewrite = _rewrite(_texts(contact, hanging, own), name)
    slots.all("contact.erased", contact, by)
    contact.name, contact.phone, contact.email, contact.id_number, contact.user = name, None, None, "", None
    contact.save()
    for model, keys in hanging.items():
        _rewrite_rows(model._base_manager.filter(pk__in=keys), rewrite)
    _rewrite_jobs(contact, rewrite)
    _rewrite_log(hanging, own, rewrite)


def hanging_on(row: models.Model) -> Rows:
    """The row, and all business rows that point to it, near and far, by model."""
    found: Rows = {}
    to_follow: list[tuple[type[models.Model], set[int]]] = [(type(row), {row.pk})]
    while to_follow:
        model, keys = to_follow.pop()
        if new := keys - found.setdefault(model, set()):
            found[model] |= new
            to_follow += _pointing_to(model, new)
    return found


def _pointing_to(model: type[models.Model], keys: set[int]) -> Iterator[tuple[type[models.Model], set[int]]]:
    for field in model._meta.get_fields(include_hidden=True):
        if isinstance(field, models.ForeignObjectRel) and issubclass(field.related_model, ScopedModel):
            rows = field.related_model._base_manager.filter(**{f"{field.field.name}__in": keys})
            yield field.related_model, set(rows.values_list("pk", flat=True))


# --- What to look for -----------------------------------------------------------------------------------------------


def _texts(contact: Contact, hanging: Rows, own: Models) -> set[str]:
    """All that names the person, now and before, a phone in each way to write it."""
    known = {str(getattr(contact, field) or "") for field in PERSONAL}
    for entry in _entries(hanging):
        if entry.content_type.model_class() in own:
            known |= set(_said(entry.data))
    return {way for text in known for way in _ways(text) if way.strip(BLANK)}


def _said(data: dict[str, Any]) -> Iterator[str]:
    for part in ("values", "changes"):
        for field in PERSONAL:
            value = data.get(part, {}).get(field)
            yield from (str(each) for each in (value if isinstance(value, list) else [value]) if each)


def _ways(text: str) -> set[str]:
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return {text}
    formats = (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL)
    written = {phonenumbers.format_number(number, each) for each in formats}
    return written | {way.replace(" ", "") for way in written} | {way.lstrip("+") for way in written}


def _rewrite(texts: set[str], name: str) -> Rewrite:
    """Put the name in the place of each text, where it stands as a word of its own."""
    longest_first = sorted(texts, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in longest_first), re.IGNORECASE)
    return lambda text: pattern.sub(name, text)


# --- Where to look --------------------------------------------------------------------------------------------------


def _rewrite_rows(rows: QuerySet, rewrite: Rewrite) -> None:
    texts = [
        field.name
        for field in rows.model._meta.concrete_fields
        if isinstance(field, models.CharField | TextField) and not field.choices and not field.unique
    ]
    for key, *values in rows.values_list("pk", *texts):
        changed = {name: rewrite(value) for name, value in zip(texts, values, strict=True) if value}
        differing = {name: text for name, text in changed.items() if text != values[texts.index(name)]}
        if differing:
            rows.filter(pk=key).update(**{name: _fitting(rows.model, name, text) for name, text in differing.items()})


def _fitting(model: type[models.Model], name: str, text: str) -> str:
    return text[: getattr(model._meta.get_field(name), "max_length", None)]


def _rewrite_jobs(contact: Contact, rewrite: Rewrite) -> None:
    """What a job was refused is said in sentences that may name the person."""
    for job in Job.objects.of(contact.landlord_id).exclude(result={}):
        told = json.loads(rewrite(json.dumps(job.result, ensure_ascii=False)))
        if told != job.result:
            Job.objects.of(contact.landlord_id).filter(pk=job.pk).update(result=told)


def _rewrite_log(hanging: Rows, own: Models, rewrite: Rewrite) -> None:
    entries = list(_entries(hanging))
    for entry in entries:
        change = _blank if entry.content_type.model_class() in own else rewrite
        entry.label, entry.data = rewrite(entry.label)[:200], _in_texts(entry.data, change)
    with log_open():
        QuerySet(LogEntry).bulk_update(entries, ["label", "data"], batch_size=500)


def _entries(hanging: Rows) -> QuerySet[LogEntry]:
    kinds = ContentType.objects.get_for_models(*hanging)
    these = (Q(content_type=kinds[model], object_id__in=[str(key) for key in keys]) for model, keys in hanging.items())
    return LogEntry.objects.filter(reduce(or_, these)).select_related("content_type")


def _in_texts(data: Any, change: Rewrite) -> Any:
    """The data with every text in it changed."""
    match data:
        case str():
            return change(data)
        case list():
            return [_in_texts(each, change) for each in data]
        case dict():
            return {name: _in_texts(each, change) for name, each in data.items()}
    return data


def _blank(text: str) -> str:
    return BLANK
