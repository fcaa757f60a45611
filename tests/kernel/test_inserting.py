"""Rows by the thousand: what is written as tuples reads back as it was given, on both engines."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from rentbook.kernel.contacts import Contact
from rentbook.kernel.inserting import insert_tuples, take_keys, update_each
from rentbook.kernel.numbering import Counter

pytestmark = pytest.mark.django_db
AWKWARD = ["a\ttab", "a\nline", "a\rreturn", "back\\slash", "\\N", "\\.", "نعيمة", 'O\'Neil, "A"', ""]


def people(landlord, names) -> None:
    insert_tuples(Contact, ("name",), ("language",), (((name,), ("en",)) for name in names), landlord=landlord.pk)


def test_texts_come_back_as_they_were_given(landlord):
    people(landlord, AWKWARD)
    assert list(Contact.objects.of(landlord).order_by("pk").values_list("name", flat=True)) == AWKWARD


def test_what_is_not_named_has_the_default_of_its_field(landlord):
    people(landlord, ["Neema"])
    made, usual = Contact.objects.of(landlord).get(), Contact(landlord=landlord, name="Neema", language="en")
    for field in Contact._meta.concrete_fields:
        if field.name not in ("id", "created_at", "updated_at"):
            assert getattr(made, field.attname) == getattr(usual, field.attname), field.name


def test_the_database_s_own_checks_hold_and_nothing_of_a_refused_set_stays(landlord):
    rows = [((name,), ()) for name in ("INV", "RCT", "INV")]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_tuples(Counter, ("series",), (), rows, landlord=landlord.pk)
    assert not Counter.objects.of(landlord).exists()


def test_more_rows_than_are_handed_over_at_a_time_are_all_written(landlord):
    people(landlord, (f"Neema {number}" for number in range(2500)))
    assert Contact.objects.of(landlord).count() == 2500


@pytest.mark.needs("leasing")
@pytest.mark.parametrize("amount", ["0.001", "0.10", "999999999999.999"])
def test_d21_amounts_and_empty_columns_are_exact(landlord, amount):
    from modules.leasing.models import LateFeeRule

    rows = [(("late",), ("KWD", Decimal(amount), None))]
    shared = ("currency", "amount", "maximum")
    insert_tuples(LateFeeRule, ("name",), shared, rows, landlord=landlord.pk, kind="flat")
    assert LateFeeRule.objects.of(landlord).values_list("amount", "maximum").get() == (Decimal(amount), None)


def test_keys_are_given_out_once_and_go_on_behind_what_was_written(landlord):
    with transaction.atomic():
        keys = take_keys(Contact, 3)
        rows = (((key, "Neema"), ("en",)) for key in keys)
        insert_tuples(Contact, ("id", "name"), ("language",), rows, landlord=landlord.pk)
    later = Contact.unscoped.create(landlord=landlord, name="Asha", language="en")
    assert keys == sorted({*keys})
    assert later.pk > keys[-1]


def test_each_row_is_set_to_a_text_of_its_own(landlord):
    people(landlord, ["a", "b", "c"])
    first, second, _third = Contact.objects.of(landlord).order_by("pk").values_list("pk", flat=True)
    update_each(Contact, "name", {first: "Neema", second: 'O"Neil'})
    assert list(Contact.objects.of(landlord).order_by("pk").values_list("name", flat=True)) == ["Neema", 'O"Neil', "c"]
