"""Where staff can take a payment back: in the list, and in what happened to the tenant, the lease and the bill."""

import pytest
from django.urls import reverse

from rentbook.kernel.choices import Role
from tests.factories import staff_of

from .steps import record, start, tell, undo


def buttons(client, row) -> int:
    """How many buttons on the row's page lead to taking a payment back."""
    page = client.get(reverse(f"{row._meta.model_name}:inspect", args=[row.pk])).content.decode()
    return page.split('id="timeline"')[1].count("/undo/")


@pytest.fixture
def alices(client, alice):
    client.force_login(alice)
    return client


def test_a_payment_can_be_taken_back_from_what_happened_to_tenant_lease_and_bill(invoice, alices):
    first, second = record(invoice, 200_000), record(invoice, 100_000)
    for row in (invoice, invoice.lease, invoice.lease.tenant):
        assert buttons(alices, row) == 2
    undo(first)
    assert buttons(alices, invoice) == 1
    undo(second)
    assert buttons(alices, invoice) == 0


def test_a_payment_that_took_several_steps_has_one_button(invoice, alices):
    attempt = start(invoice)
    assert buttons(alices, invoice) == 0
    tell(attempt, "paid")
    assert buttons(alices, invoice) == 1


@pytest.mark.parametrize(("role", "offered"), [(Role.CLERK, 1), (Role.ACCOUNTANT, 0), (Role.OWNER, 0)])
def test_only_who_may_change_payments_has_it(invoice, client, role, offered):
    record(invoice, 200_000)
    client.force_login(staff_of(invoice.landlord, role=role))
    assert buttons(client, invoice) == offered


def test_a_timeline_asks_no_more_of_the_database_for_more_payments(invoice, alices, django_assert_max_num_queries):
    record(invoice, 200_000)
    with django_assert_max_num_queries(45) as few:
        buttons(alices, invoice)
    for _ in range(3):
        record(invoice, 50_000)
    with django_assert_max_num_queries(len(few)):
        assert buttons(alices, invoice) == 4
