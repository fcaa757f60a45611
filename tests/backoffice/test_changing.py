"""Forms save through services: stale ones are refused by name, what is refused is said, what has history is kept."""

import pytest
from django.urls import reverse
from wagtail.admin.viewsets import viewsets

from rentbook.backoffice.viewsets import ScopedViewSet
from rentbook.kernel import editing
from rentbook.kernel.log import LogEntry
from tests.factories import make_lease, make_unit, staff_of

pytest.importorskip("modules.leasing.models")
# What is issued, paid, received or sent is never edited: corrections are documents of their own.
NEVER_EDITED = {
    "Invoice", "InvoiceLine", "Settlement", "Credit", "Payment", "Attempt", "Receipt", "Reversal", "Message",
}  # fmt: skip


@pytest.fixture
def office(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def building(landlord):
    return make_unit(landlord, name="A-12", building="Mikocheni").property


def test_what_is_never_edited_has_no_door_to_create_change_or_remove_it(office):
    shown = {each.model.__name__: each for each in viewsets.viewsets if isinstance(each, ScopedViewSet)}
    for name in NEVER_EDITED & shown.keys():
        assert shown[name].services == {}, name
        for door in ("new/", "change/1/", "remove/1/", "edit/1/", "delete/1/", "copy/1/", "usage/1/"):
            assert office.get(f"/admin/{shown[name].url_prefix}/{door}").status_code == 404, f"{name} {door}"


def test_a_change_is_saved_by_its_service_and_logged_with_before_and_after(office, building, alice):
    address = reverse("property:change", args=[building.pk])
    office.post(address, {"name": "Mikocheni Court", "address": "", "seen": editing.version(building)})
    building.refresh_from_db()
    assert building.name == "Mikocheni Court"
    entry = LogEntry.objects.for_instance(building).get(action=editing.CHANGED)
    assert entry.data["changes"] == {"name": ["Mikocheni", "Mikocheni Court"]}
    assert (entry.user, entry.door) == (alice, "back office")


def test_a_form_opened_before_somebody_elses_change_names_him_and_changes_nothing(office, building, landlord):
    seen = editing.version(building)
    clerk = staff_of(landlord, role="clerk", name="juma")
    editing.change(building, by=clerk, name="Juma's Court")
    page = office.post(
        reverse("property:change", args=[building.pk]), {"name": "Alice's Court", "address": "", "seen": seen}
    )
    assert "Juma changed" in page.content.decode()
    building.refresh_from_db()
    assert building.name == "Juma's Court"


def test_a_form_without_what_it_has_seen_is_not_saved(office, building):
    office.post(reverse("property:change", args=[building.pk]), {"name": "Other", "address": ""})
    building.refresh_from_db()
    assert building.name == "Mikocheni"


def test_a_name_that_is_taken_is_said_beside_the_form_and_nothing_is_made(office, building, landlord):
    page = office.post(reverse("property:add"), {"landlord": landlord.pk, "name": "Mikocheni", "address": ""})
    assert page.status_code == 200
    assert "There is a property of this name already." in page.content.decode()


def test_a_home_is_made_in_its_propertys_book(office, building, landlord):
    from modules.leasing.models import Unit

    office.post(reverse("unit:add"), {"property": building.pk, "name": "A-13", "kind": "flat"})
    assert Unit.objects.of(landlord).get(name="A-13").property == building


def test_putting_away_a_home_that_is_let_names_who_lives_there(office, landlord):
    lease = make_lease(landlord, tenant="Asha Mrema")
    page = office.get(reverse("unit:remove", args=[lease.unit_id])).content.decode()
    assert "Asha Mrema" in page
    assert 'name="do"' not in page
    office.post(reverse("unit:remove", args=[lease.unit_id]), {"do": "archive"})
    lease.unit.refresh_from_db()
    assert lease.unit.archived_at is None


def test_a_home_with_a_past_is_archived_and_taken_out_again(office, landlord):
    from modules.leasing.services import terminate_leases

    lease = make_lease(landlord)
    terminate_leases(leases=[lease], by=None)
    address = reverse("unit:remove", args=[lease.unit_id])
    assert "Delete" not in office.get(address).content.decode()
    office.post(address, {"do": "archive"})
    lease.unit.refresh_from_db()
    assert lease.unit.archived_at
    assert not office.get(reverse("unit:index")).context["object_list"]
    office.post(address, {"do": "restore"})
    lease.unit.refresh_from_db()
    assert lease.unit.archived_at is None


def test_a_home_that_never_was_let_may_be_deleted_and_leaves_its_trace_in_the_log(office, building, landlord, alice):
    from modules.leasing.models import Unit

    unit = Unit.objects.of(landlord).get(name="A-12")
    office.post(reverse("unit:remove", args=[unit.pk]), {"do": "delete"})
    assert not Unit.objects.of(landlord).filter(pk=unit.pk).exists()
    entry = LogEntry.objects.for_instance(unit).get(action=editing.DELETED)
    assert (entry.user, entry.data["values"]["name"]) == (alice, "A-12")


def test_what_is_not_offered_cannot_be_asked_for(office, landlord):
    lease = make_lease(landlord)
    assert office.post(reverse("unit:remove", args=[lease.unit_id]), {"do": "delete"}).status_code == 404


@pytest.mark.parametrize("role", ["clerk", "accountant", "owner", "caretaker"])
def test_only_a_manager_puts_away(client, building, landlord, role):
    client.force_login(staff_of(landlord, role=role))
    client.post(reverse("property:remove", args=[building.pk]), {"do": "archive"})
    building.refresh_from_db()
    assert building.archived_at is None


# --- The state bar --------------------------------------------------------------------------------------------------


def test_the_state_bar_shows_the_steps_the_moves_and_why_one_is_blocked(office, landlord):
    lease = make_lease(landlord, signed=False)
    page = office.get(reverse("lease:inspect", args=[lease.pk])).content.decode()
    assert '<li aria-current="step">pending</li>' in page
    assert reverse("lease:action", args=[lease.pk, "activate"]) in page
    assert reverse("lease:action", args=[lease.pk, "terminate"]) not in page


def test_a_move_that_is_blocked_is_refused_at_its_own_page_too(office, landlord):
    pytest.importorskip("modules.payments.models")
    from modules.payments.services import record_payment
    from tests.factories import make_invoice

    invoice = make_invoice(make_lease(landlord))
    record_payment(invoice=invoice, amount=invoice.balance / 2, by=None)
    page = office.get(reverse("invoice:inspect", args=[invoice.pk])).content.decode()
    assert "Money was paid on it or is on its way" in page
    office.post(reverse("invoice:action", args=[invoice.pk, "cancel"]))
    invoice.refresh_from_db()
    assert invoice.state == "sent"
