"""Late fees, their rules and more time, as staff meet them."""

from datetime import date

import pytest
from django.urls import reverse

pytest.importorskip("modules.invoicing.models")

from modules.invoicing.models import Extension, LateFee
from modules.invoicing.services import apply_late_fees, request_extension
from modules.leasing.models import LateFeeRule, Lease
from rentbook.kernel.choices import Role
from rentbook.kernel.money import Money
from tests.factories import staff_of
from tests.invoicing.lateness import day, late_bill, make_rule, promised

pytestmark = pytest.mark.django_db
RULE = {
    "name": "Late rent", "currency": "tzs", "kind": "percent", "rate": "7,5", "every_days": "7", "maximum": "100,000",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _tenth_of_january(travel):
    travel(day(10))


@pytest.fixture
def office(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def bill(landlord):
    """January's rent of 500,000, due on the 5th, three days of grace, 10 %."""
    return late_bill(landlord)


def post(office, address: str, *args: int, **answers):
    return office.post(reverse(address, args=args), answers, follow=True).content.decode()


def page(office, address: str, *args: int) -> str:
    return office.get(reverse(address, args=args)).content.decode()


def act(office, row, move: str, **answers) -> str:
    return post(office, f"{row._meta.model_name}:action", row.pk, move, **answers)


# --- Rules ----------------------------------------------------------------------------------------------------------


def test_a_rule_is_written_as_people_write_amounts_and_percentages(office, landlord):
    post(office, "latefeerule:add", landlord=landlord.pk, **RULE)
    rule = LateFeeRule.objects.of(landlord).get()
    assert (rule.currency, rule.rate, rule.every_days, rule.maximum) == ("TZS", 750, 7, Money(100_000, "TZS"))
    assert "7.5 %" in page(office, "latefeerule:inspect", rule.pk)


WRONG = {
    "is not a currency": {"currency": "ABC"},
    "is not a percentage": {"rate": "ten"},
    "More than zero is expected": {"rate": ""},
    "The amount is negative": {"maximum": "-5"},
    "There is a late fee rule of this name already": {"name": "Taken"},
}


@pytest.mark.parametrize("sentence", WRONG)
def test_a_rule_that_cannot_be_meant_is_refused_beside_its_field(office, landlord, sentence):
    make_rule(landlord, name="Taken")
    assert sentence in post(office, "latefeerule:add", landlord=landlord.pk, **RULE | WRONG[sentence])
    assert LateFeeRule.objects.of(landlord).count() == 1


def test_of_a_fixed_fee_only_the_amount_counts(office, landlord):
    post(office, "latefeerule:add", landlord=landlord.pk, **RULE | {"kind": "flat", "amount": "10,000"})
    rule = LateFeeRule.objects.of(landlord).get()
    assert (rule.amount, rule.rate) == (Money(10_000, "TZS"), 0)


def test_a_rule_is_changed_until_somebody_signs_it_and_is_a_new_one_after_that(office, bill, landlord):
    rule = bill.lease.late_fee
    assert "make another rule for new ones" in post(office, "latefeerule:change", rule.pk, **RULE, seen=0)
    Lease.objects.of(landlord).update(late_fee=None)
    post(office, "latefeerule:change", rule.pk, **RULE, seen=0)
    rule.refresh_from_db()
    assert rule.rate == 750
    post(office, "latefeerule:remove", rule.pk, do="delete")
    assert not LateFeeRule.objects.of(landlord).exists()


# --- Fees -----------------------------------------------------------------------------------------------------------


def test_a_fee_is_waived_with_a_reason_and_stays_on_the_list(office, bill, landlord, alice):
    apply_late_fees(landlord=landlord, on=day(10))
    fee = bill.late_fees.get()
    assert "50,000" in page(office, "latefee:index")
    act(office, fee, "waive", reason="The bank was closed.")
    fee.refresh_from_db()
    assert (fee.waived_by, fee.waived_reason) == (alice, "The bank was closed.")
    assert "It was waived on 10 January 2026" in page(office, "latefee:inspect", fee.pk)
    assert "Late fee waived" in page(office, "tenant:inspect", bill.lease.tenant_id)


def test_many_fees_are_waived_for_one_reason(office, landlord):
    for name in ("One", "Two"):
        late_bill(landlord, rule=make_rule(landlord, name=name), tenant=name)
    apply_late_fees(landlord=landlord, on=day(10))
    chosen = "&".join(f"pk={fee.pk}" for fee in LateFee.objects.of(landlord))
    office.post(f"{reverse('latefee:bulk', args=['waive'])}?{chosen}&asked-reason=Flood")
    assert {fee.waived_reason for fee in LateFee.objects.of(landlord)} == {"Flood"}


def test_a_fee_by_hand_is_charged_on_a_page_of_the_bill(office, bill):
    address = reverse("add_late_fee", args=[bill.pk])
    assert address in page(office, "invoice:inspect", bill.pk)
    assert "an amount above zero" in post(office, "add_late_fee", bill.pk, amount="0", reason="cash")
    post(office, "add_late_fee", bill.pk, amount="10,000", reason="came in coins")
    assert bill.late_fees.get().amount == Money(10_000, "TZS")
    assert "came in coins" in page(office, "invoice:inspect", bill.pk)


# --- More time ------------------------------------------------------------------------------------------------------


def test_more_time_is_given_on_a_page_of_the_bill_with_up_to_three_days(office, bill, alice):
    answers = {"day_1": "2026-01-15", "amount_1": "200,000", "day_2": "2026-01-25", "amount_2": "300000"}
    post(office, "give_more_time", bill.pk, **answers, reason="salary")
    extension = Extension.objects.of(bill.landlord).get()
    assert (extension.state, extension.decided_by, extension.reason) == ("agreed", alice, "salary")
    assert [(each.on, int(each.amount.amount)) for each in extension.promises.all()] == [
        (date(2026, 1, 15), 200_000), (date(2026, 1, 25), 300_000)
    ]  # fmt: skip
    assert reverse("give_more_time", args=[bill.pk]) not in page(office, "invoice:inspect", bill.pk)


HALF_SAID = {
    "Write a day and an amount, or neither": {"day_2": "2026-01-25"},
    "is not after today": {"day_1": "2026-01-10"},
    "that is left to pay": {"amount_1": "500,001"},
}


@pytest.mark.parametrize("sentence", HALF_SAID)
def test_what_cannot_be_promised_is_said_above_the_form(office, bill, sentence):
    answers = {"day_1": "2026-01-15", "amount_1": "500,000"} | HALF_SAID[sentence]
    assert sentence in post(office, "give_more_time", bill.pk, **answers)
    assert not Extension.objects.of(bill.landlord).exists()


def ask(bill) -> Extension:
    return request_extension(invoice=bill, promises=promised((day(20), 500_000)), reason="salary", by=None)


def test_a_request_waits_on_the_home_until_it_is_answered(office, bill):
    extension = ask(bill)
    assert "1 tenant asks for more time" in page(office, "wagtailadmin_home")
    act(office, extension, "agree")
    extension.refresh_from_db()
    assert extension.state == "agreed"
    assert "asks for more time" not in page(office, "wagtailadmin_home")


def test_a_request_is_declined_with_a_reason(office, bill):
    extension = ask(bill)
    act(office, extension, "decline", reason="The third time.")
    extension.refresh_from_db()
    assert (extension.state, extension.answer) == ("declined", "The third time.")


def test_a_request_is_agreed_to_with_other_days(office, bill):
    extension = ask(bill)
    assert 'value="2026-01-20"' in page(office, "agree_to_other_days", extension.pk)
    post(office, "agree_to_other_days", extension.pk, day_1="2026-01-13", amount_1="500,000")
    extension.refresh_from_db()
    assert (extension.state, extension.promises.get().on) == ("agreed", day(13))


def test_a_tenant_s_page_tells_how_often_promises_were_kept(office, bill, landlord):
    for name in ("kept", "kept", "broken"):
        Extension.unscoped.create(landlord=landlord, invoice=bill, requested_on=day(1), state=name)
    assert "2 kept, 1 broken" in page(office, "tenant:inspect", bill.lease.tenant_id)


@pytest.mark.parametrize("address", ["add_late_fee", "give_more_time"])
@pytest.mark.parametrize(("role", "answer"), [(Role.CLERK, 200), (Role.ACCOUNTANT, 302), (Role.OWNER, 302)])
def test_only_who_may_change_bills_gives_time_or_charges_a_fee(client, bill, address, role, answer):
    client.force_login(staff_of(bill.landlord, role=role))
    assert client.get(reverse(address, args=[bill.pk])).status_code == answer
