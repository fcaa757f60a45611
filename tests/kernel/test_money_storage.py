"""Amounts on a record: saving, validation, generated columns, forms, migrations (docs/rules.md, D21, D22)."""

import copy
import sys
from decimal import Decimal

import pytest
from django import forms
from django.apps import AppConfig, apps
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter
from django.db.models import F, Q
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rentbook.kernel.money import AmountField, GeneratedAmountField, Money, amount

NOT_AMOUNTS = [Decimal("10.0005"), Decimal("1e12"), Decimal("1e400"), Decimal("NaN"), Decimal("Infinity")]
NOT_NUMBERS = ["١٠", "1e5", "1_000", "NaN", "", "1,000", "５", 1.5, True, [], "1" * 5000]


class StoredBill(models.Model):
    currency = models.CharField(max_length=3)
    rent = AmountField()
    fee = AmountField(default=0)
    note = AmountField(null=True, blank=True)
    total = GeneratedAmountField(expression=F("rent") + F("fee"), output_field=AmountField(), db_persist=True)

    class Meta:
        app_label = "money_storage"
        constraints = [
            models.CheckConstraint(condition=Q(fee__gte=0) & Q(fee__lte=F("rent") * 2), name="storedbill_fee"),
            models.CheckConstraint(condition=Q(total__lte=amount(10**11)), name="storedbill_total"),
        ]

    def __str__(self):
        return f"{self.rent}"


class BillForm(forms.ModelForm):
    class Meta:
        model = StoredBill
        fields = ["currency", "rent", "fee", "note"]


@pytest.fixture(scope="module", autouse=True)
def _table(django_db_setup, django_db_blocker):
    # Outside of any test's transaction: SQLite refuses to change its schema inside one.
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.create_model(StoredBill)
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.delete_model(StoredBill)


pytestmark = pytest.mark.django_db


def raw_numbers() -> list:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rent FROM money_storage_storedbill ORDER BY id")
        return [number for (number,) in cursor.fetchall()]


def bill(**values) -> StoredBill:
    return StoredBill.objects.create(**{"currency": "USD", "rent": Decimal("100.50"), **values})


def test_d21_the_database_holds_whole_thousandths():
    bill(rent=Decimal("0.10"))
    bill(currency="KWD", rent="250.501")
    bill(currency="XAF", rent=Money(500000, "XAF"))
    assert raw_numbers() == [100, 250501, 500000000]


def test_d21_an_attribute_is_money_with_the_places_of_its_currency():
    bill(rent=100, note=Decimal("5.5"))
    saved = StoredBill.objects.get()
    assert (str(saved.rent.amount), saved.rent, saved.note) == ("100.00", Money(100, "USD"), Money("5.50", "USD"))
    assert bill(currency="XAF", rent=Decimal("500000.00")).rent.amount.as_tuple().exponent == 0
    assert bill(rent=1).note is None


def test_d22_money_of_another_currency_is_refused():
    record = bill()
    with pytest.raises(ValueError, match="record is in USD"):
        record.fee = Money(5, "XAF")
    with pytest.raises(ValueError, match="record is in USD"):
        StoredBill(currency="USD", rent=Money(5, "KWD"))
    assert (record.fee, record.currency) == (Money(0, "USD"), "USD")


def test_d22_a_record_without_a_currency_takes_that_of_its_first_money():
    record = StoredBill(rent=Money(5, "KWD"))
    assert record.currency == "KWD"


def test_a_record_without_a_known_currency_gives_the_plain_number():
    assert StoredBill(currency="???", rent=Decimal(5)).rent == Decimal(5)


@pytest.mark.parametrize("value", NOT_AMOUNTS)
def test_d21_what_is_no_whole_number_of_thousandths_is_never_rounded_into_one(value):
    with pytest.raises(ValueError, match="thousandths"), transaction.atomic():
        bill(rent=value)
    with pytest.raises(ValidationError) as refusal:
        StoredBill(currency="USD", rent=value).full_clean()
    assert "rent" in refusal.value.message_dict
    assert not StoredBill.objects.exists()


@pytest.mark.parametrize("value", NOT_NUMBERS)
def test_what_is_no_plain_number_is_refused_at_the_attribute(value):
    with pytest.raises(ValidationError, match="is not a plain number"):
        StoredBill(currency="USD", rent=value)


@pytest.mark.parametrize(
    ("code", "fits", "too_fine"),
    [("XAF", "500000.00", "0.5"), ("USD", "0.01", "0.005"), ("TZS", "0.50", "0.001"), ("KWD", "0.001", "0.0001")],
)
def test_d21_an_amount_fits_its_currency_or_fails_full_clean(code, fits, too_fine):
    StoredBill(currency=code, rent=Decimal(fits)).full_clean()
    with pytest.raises(ValidationError, match="Not a multiple of"):
        StoredBill(currency=code, rent=Decimal(too_fine)).full_clean()


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.decimals(-(10**11), 10**11, places=3), min_size=1, max_size=20))
def test_d21_amounts_come_back_from_the_database_as_they_went(values):
    StoredBill.objects.all().delete()
    StoredBill.objects.bulk_create(StoredBill(currency="KWD", rent=0, note=value) for value in values)
    assert [row.note.amount for row in StoredBill.objects.order_by("pk")] == values
    assert list(StoredBill.objects.order_by("pk").values_list("note", flat=True)) == values


def test_records_are_saved_in_bulk_and_updated_in_bulk():
    rows = StoredBill.objects.bulk_create(StoredBill(currency="USD", rent=Decimal(n), fee=n) for n in (1, 2, 3))
    for row in rows:
        row.rent = row.rent + Money("0.10", "USD")
    StoredBill.objects.bulk_update(rows, ["rent"])
    StoredBill.objects.update_or_create(pk=rows[0].pk, defaults={"fee": Money(2, "USD")})
    assert raw_numbers() == [1100, 2100, 3100]
    assert [row.total.amount for row in StoredBill.objects.order_by("pk")] == [
        Decimal(n) for n in ("3.10", "4.10", "6.10")
    ]


def test_a_generated_amount_is_money_and_follows_its_parts():
    record = bill(rent=Decimal("0.10"), fee=Decimal("0.20"))
    assert record.total == Money("0.30", "USD")
    record.fee = Money("0.05", "USD")
    record.save()
    record.refresh_from_db()
    assert record.total == Money("0.15", "USD")
    assert StoredBill.objects.filter(total=Decimal("0.15")).count() == 1


def test_a_generated_amount_that_mixes_in_a_number_is_refused():
    class Wrong(models.Model):
        currency = models.CharField(max_length=3)
        rent = AmountField()
        more = GeneratedAmountField(expression=F("rent") + 5, output_field=AmountField(), db_persist=True)

        class Meta:
            app_label = "money_storage_wrong"

        def __str__(self):
            return ""

    with pytest.raises(FieldError, match="write numbers as amount"):
        Wrong._meta.get_field("more").generated_sql(connection)


@pytest.mark.parametrize("values", [{"fee": -1}, {"rent": 10, "fee": 21}, {"rent": 10**11, "fee": Decimal("0.001")}])
def test_a_constraint_on_amounts_holds_in_the_database_and_in_full_clean(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        bill(**values)
    with pytest.raises(ValidationError, match="storedbill_"):
        StoredBill(**{"currency": "KWD", "rent": Decimal("100.5"), **values}).full_clean()
    bill(rent=10, fee=20)


def test_records_survive_copy_only_defer_and_fixtures(monkeypatch):
    installed = AppConfig("money_storage", sys.modules[__name__])
    installed.apps, installed.models = apps, apps.all_models["money_storage"]
    monkeypatch.setitem(apps.app_configs, "money_storage", installed)
    record = bill(note=Decimal("1.25"))
    assert copy.deepcopy(record).note == copy.copy(record).note == Money("1.25", "USD")
    assert StoredBill.objects.only("currency", "rent").get().note == Money("1.25", "USD")
    assert StoredBill.objects.defer("rent").get().rent == Money("100.50", "USD")
    fixture = serializers.serialize("json", StoredBill.objects.all())
    StoredBill.objects.all().delete()
    for loaded in serializers.deserialize("json", fixture):
        loaded.save()
    assert StoredBill.objects.get().note == Money("1.25", "USD")


def test_a_form_takes_plain_numbers_and_shows_them_again():
    form = BillForm({"currency": "XAF", "rent": " 500000.00 ", "fee": "0", "note": ""})
    assert form.is_valid(), form.errors
    record = form.save()
    assert (record.rent, record.note) == (Money(500000, "XAF"), None)
    again = BillForm({"currency": "XAF", "rent": "500000", "fee": "0", "note": ""}, instance=record)
    assert again.initial["rent"] == 500000
    assert not again.has_changed()


@pytest.mark.parametrize("text", ["0.5", "1e5", "١٠", "1_000", "NaN", "1000000000000", "-1.0001", "abc"])
def test_a_form_refuses_what_is_no_amount_of_the_currency(text):
    form = BillForm({"currency": "XAF", "rent": text, "fee": "0"})
    assert "rent" in form.errors


def test_a_migration_names_the_package_and_its_models_give_money():
    generated, imports = MigrationWriter.serialize(StoredBill._meta.get_field("total"))
    assert generated.startswith("rentbook.kernel.money.GeneratedAmountField(")
    assert "output_field=rentbook.kernel.money.AmountField()" in generated
    assert "import rentbook.kernel.money" in imports
    state = ProjectState()
    state.add_model(ModelState.from_model(StoredBill))
    historical = state.apps.get_model("money_storage", "StoredBill")
    bill()
    assert historical.objects.get().total == Money("100.50", "USD")


@isolate_apps("django.contrib.contenttypes")
def test_a_currency_that_is_declared_after_the_amounts_fails_the_system_check():
    class Late(models.Model):
        rent = AmountField()
        currency = models.CharField(max_length=3)

        class Meta:
            app_label = "contenttypes"

        def __str__(self):
            return ""

    assert [error.id for error in Late.check()] == ["amount.E001"]
    assert StoredBill.check() == []
