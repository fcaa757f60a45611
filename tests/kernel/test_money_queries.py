"""Amounts in queries: sums, comparisons, expressions; the same on both engines (docs/rules.md, D21, D22)."""

import pickle
import sys
from decimal import Decimal

import pytest
from django.apps import AppConfig, apps
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models, transaction
from django.db.models import Case, Exists, F, Max, OuterRef, Q, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce, Greatest, Lag

from rentbook.kernel.money import AmountField, GeneratedAmountField, Money, amount, total_by_currency

USD, XAF = "USD", "XAF"


class QueriedBill(models.Model):
    currency = models.CharField(max_length=3, default=USD)
    house = models.CharField(max_length=10, default="A1")
    months = models.IntegerField(default=1)
    rent = AmountField(default=0)
    paid = AmountField(default=0)
    note = AmountField(null=True)
    due = GeneratedAmountField(expression=F("rent") - F("paid"), output_field=AmountField(), db_persist=True)

    class Meta:
        app_label = "money_queries"

    def __str__(self):
        return f"{self.rent}"


@pytest.fixture(scope="module", autouse=True)
def _table(django_db_setup, django_db_blocker):
    # Outside of any test's transaction: SQLite refuses to change its schema inside one.
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.create_model(QueriedBill)
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.delete_model(QueriedBill)


pytestmark = pytest.mark.django_db
bills = QueriedBill.objects


def wrapped(expression):
    return models.ExpressionWrapper(expression, output_field=AmountField())


MIXES = {
    "plus an int": lambda: F("rent") + 1,
    "plus a Decimal": lambda: F("rent") + Decimal("0.10"),
    "an int minus": lambda: 5 - F("rent"),
    "plus an integer column": lambda: F("rent") + F("months"),
    "a bare value": lambda: Value(5),
    "an integer column": lambda: F("months"),
    "coalesce to a bare number": lambda: Coalesce("note", 5),
    "coalesce, silenced": lambda: Coalesce("note", 5, output_field=AmountField()),
    "wrapped, silenced": lambda: wrapped(F("rent") + 1),
    "greatest, silenced": lambda: Greatest("rent", Decimal(5), output_field=AmountField()),
    "case, silenced": lambda: Case(When(rent__gt=0, then=5), default="rent", output_field=AmountField()),
    "division": lambda: F("rent") / 2,
    "times a Decimal": lambda: F("rent") * Decimal("1.5"),
    "amount times amount": lambda: F("rent") * F("paid"),
}


def test_d21_a_thousand_times_ten_cents_is_a_hundred():
    bills.bulk_create(QueriedBill(rent=Decimal("0.10")) for _ in range(1000))
    assert bills.aggregate(total=Sum("rent"))["total"] == Decimal(100)
    assert bills.alias(total=Sum("rent")).values("house").annotate(all=Sum("rent")).filter(all=Decimal(100)).exists()


def test_d21_a_thousand_of_the_largest_amount_sum_exactly():
    bills.bulk_create(QueriedBill(rent=Decimal("999999999999.999")) for _ in range(1000))
    assert bills.aggregate(total=Sum("rent"))["total"] == Decimal("999999999999999.000")


def test_d21_ten_cents_added_three_times_in_sql_are_thirty():
    bills.create(rent=0)
    for _ in range(3):
        bills.update(rent=F("rent") + amount("0.10"))
    assert bills.filter(rent=Decimal("0.30")).count() == 1
    assert bills.filter(rent__lte=Decimal("0.30"), rent__gte="0.30").count() == 1
    assert bills.get().rent == Money("0.30", USD)


@pytest.mark.parametrize("mix", MIXES.values(), ids=MIXES.keys())
def test_a_number_that_is_no_amount_is_refused_wherever_it_meets_one(mix):
    record = bills.create(rent=1, note=None)
    with pytest.raises(FieldError), transaction.atomic():
        bills.update(rent=mix())
    record.rent = mix()
    with pytest.raises(FieldError), transaction.atomic():
        record.save()
    with pytest.raises(FieldError):
        bills.filter(rent__gte=mix()).exists()
    assert bills.values_list("rent", flat=True).get() == 1


@pytest.mark.parametrize("name", [name for name in MIXES if name not in {"a bare value", "an integer column"}])
def test_a_mix_cannot_be_read_either(name):
    bills.create(rent=1, paid=1)
    with pytest.raises(FieldError):
        list(bills.annotate(mix=MIXES[name]()))


def test_amounts_add_subtract_and_multiply_by_whole_numbers():
    bills.create(rent=Decimal("1.00"), paid=Decimal("0.50"), months=3)
    row = bills.annotate(
        both=F("rent") + F("paid"),
        rest=F("rent") - F("paid"),
        twice=F("rent") * 2,
        months_rent=F("months") * F("rent"),
        other=Coalesce("note", amount(5)),
        most=Greatest("rent", amount("1.25")),
        either=Case(When(rent__gt=5, then=amount(7)), default="rent"),
    ).get()
    assert [row.both, row.rest, row.twice, row.months_rent] == [Decimal(n) for n in ("1.5", "0.5", "2", "3")]
    assert [row.other, row.most, row.either] == [5, Decimal("1.25"), 1]
    assert bills.aggregate(total=Sum(F("rent") + F("paid")))["total"] == Decimal("1.500")


def test_an_amount_in_an_expression_has_no_currency():
    with pytest.raises(TypeError, match="currency"):
        amount(Money(5, USD))
    with pytest.raises(ValidationError, match="plain number"):
        amount("1e5")


def test_d22_a_filter_by_money_asks_for_its_currency_too():
    dollars = bills.create(rent=5)
    bills.create(rent=5, currency=XAF)
    bills.create(rent=7, currency=XAF)
    assert bills.filter(rent=Decimal(5)).count() == bills.filter(rent=5).count() == bills.filter(rent="5").count() == 2
    assert bills.get(rent=Money(5, USD)) == dollars
    assert bills.get(due=Money(5, USD)) == dollars
    assert bills.filter(rent__gt=Money(4, XAF)).count() == 2
    assert bills.filter(rent__in=[Money(5, USD), Money(7, USD)]).get() == dollars
    assert bills.filter(rent__range=(Money(5, XAF), Money(9, XAF))).count() == 2
    assert bills.filter(Q(rent=Money(5, USD)) | Q(rent=Money(7, XAF))).count() == 2
    assert bills.exclude(rent=Money(5, USD)).count() == 2
    assert bills.get_or_create(rent=Money(5, USD), currency=USD) == (dollars, False)


def test_d22_two_currencies_in_one_comparison_are_refused():
    bills.create(rent=5)
    with pytest.raises(FieldError, match="one currency"):
        bills.filter(rent__in=[Money(5, USD), Money(5, XAF)]).exists()
    with pytest.raises(FieldError, match="one currency"):
        bills.annotate(both=F("rent") + F("paid")).filter(both=Money(5, USD)).exists()


def test_an_empty_note_is_neither_equal_nor_unequal():
    bills.create(note=None)
    bills.create(note=5)
    assert bills.filter(note__isnull=True).count() == 1
    assert bills.exclude(note=5).count() == bills.exclude(note=Money(5, USD)).count() == 1
    assert bills.aggregate(total=Sum("note"))["total"] == 5


@pytest.mark.parametrize("lookup", ["contains", "startswith", "regex", "iexact", "year"])
def test_a_comparison_that_would_see_the_thousandths_is_refused(lookup):
    with pytest.raises(FieldError, match="Unsupported lookup"):
        bills.filter(**{f"rent__{lookup}": "5"}).exists()


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("1e12"), Decimal("10.0005")])
def test_a_literal_that_is_no_amount_is_refused_in_a_filter(value):
    with pytest.raises(ValueError, match="thousandths"):
        bills.filter(rent__lt=value).exists()


def test_values_and_aggregates_are_decimals_with_three_places():
    bills.create(rent=Decimal("1.5"))
    bills.create(rent=2, currency=XAF)
    assert bills.order_by("rent").values("rent")[0] == {"rent": Decimal("1.500")}
    result = bills.aggregate(Max("rent"), some=Sum("rent", filter=Q(currency=XAF)), none=Sum("note", default=0))
    assert {name: str(value) for name, value in result.items()} == {
        "rent__max": "2.000",
        "some": "2.000",
        "none": "0.000",
    }
    grouped = bills.values("house").annotate(total=Sum("due")).filter(total__gt=Decimal(3))
    assert list(grouped.values_list("house", "total")) == [("A1", Decimal("3.500"))]


def test_windows_subqueries_and_unions_give_amounts():
    bills.create(rent=1)
    bills.create(rent=2, house="B2")
    running = Window(Sum("rent"), order_by="id")
    assert list(bills.annotate(sum=running).order_by("id").values_list("sum", flat=True)) == [1, 3]
    before = Window(Lag("rent"), order_by="id")
    assert list(bills.annotate(last=before).order_by("id").values_list("last", flat=True)) == [None, 1]
    largest = Subquery(QueriedBill.objects.order_by("-rent").values("rent")[:1])
    assert bills.filter(rent=largest).get().house == "B2"
    assert bills.annotate(short=largest - F("rent")).get(house="A1").short == 1
    lower = QueriedBill.objects.filter(rent__lt=OuterRef("rent"))
    assert bills.filter(Exists(lower)).get().house == "B2"
    assert sorted(bills.filter(rent=1).values_list("rent").union(bills.filter(rent=2).values_list("rent"))) == [
        (1,),
        (2,),
    ]


def test_a_record_and_a_query_survive_pickle(monkeypatch):
    installed = AppConfig("money_queries", sys.modules[__name__])
    installed.apps, installed.models = apps, apps.all_models["money_queries"]
    monkeypatch.setitem(apps.app_configs, "money_queries", installed)
    record = bills.create(rent=5)
    query = bills.filter(rent=Money(5, USD), paid__lt=5)
    query.query = pickle.loads(pickle.dumps(query.query))
    assert query.get().rent == pickle.loads(pickle.dumps(record)).rent == Money(5, USD)


def test_a_row_of_a_raw_query_has_money():
    bills.create(rent=5)
    assert bills.raw("SELECT * FROM money_queries_queriedbill")[0].rent == Money(5, USD)


def test_d22_totals_have_a_line_for_each_currency():
    bills.create(rent=Decimal("0.10"), paid=Decimal("0.05"))
    bills.create(rent=Decimal("0.20"))
    bills.create(rent=500000, currency=XAF)
    ordered = bills.order_by("-rent")
    assert total_by_currency(ordered, "rent") == [Money("0.30", USD), Money(500000, XAF)]
    assert total_by_currency(bills.filter(currency=USD), "due") == [Money("0.25", USD)]
    assert total_by_currency(bills.all(), "note", group="currency") == [Money(0, USD), Money(0, XAF)]
    assert total_by_currency(bills.none(), "rent") == []
    assert [str(money.amount) for money in total_by_currency(ordered, "rent")] == ["0.30", "500000"]
