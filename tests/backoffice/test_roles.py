"""What of a book reaches whom: a caretaker sees no money, another role in another book counts there alone."""

import re

import pytest
from django.urls import reverse

from rentbook.kernel.choices import Role
from rentbook.kernel.contacts import Contact
from rentbook.kernel.people import Membership
from rentbook.kernel.roles import add_member
from tests.factories import make_landlord, staff_of

pytestmark = pytest.mark.django_db
RENT, PAID = "437219", "111333"
MONEY = re.compile(r"437\D?219|111\D?333|325\D?886|INV-|RCT-|KEEPSAKE")


def money_in(text: str) -> list[str]:
    """The figures and numbers of the book's money that a page shows."""
    return MONEY.findall(re.sub(r"&nbsp;|&#160;|<[^>]*>", " ", text))


def address(name: str, row=None) -> str:
    return reverse(name, args=[row.pk] if row else [])


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def rented(landlord, alice):
    """A lease with a bill of 437,219 of which 111,333 are paid."""
    from modules.invoicing.models import Invoice
    from modules.payments.services import record_payment
    from rentbook.kernel.money import Money
    from tests.factories import make_invoice, make_lease

    lease = make_lease(landlord, rent=RENT, tenant="Asha Mrema", deposit=RENT)
    invoice: Invoice = make_invoice(lease)
    record_payment(invoice=invoice, amount=Money(PAID, "TZS"), by=alice, reference="KEEPSAKE")
    return lease


def body(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


def homes_pages(lease) -> list[str]:
    rows = {"lease": lease, "tenant": lease.tenant, "unit": lease.unit, "property": lease.unit.property}
    lists = [address(f"{name}:index") + query for name in rows for query in ("", "?export=csv")]
    return lists + [address(f"{name}:{door}", row) for name, row in rows.items() for door in ("inspect", "history")]


@pytest.mark.needs("leasing", "invoicing", "payments")
def test_a_caretaker_finds_homes_and_people_and_not_one_figure_of_money(as_, landlord, rented):
    desk = as_(staff_of(landlord, role=Role.CARETAKER))
    pages = [*homes_pages(rented), "/admin/", "/admin/search/?q=Asha"]
    for page in pages:
        answer = desk.get(page)
        assert (answer.status_code, money_in(body(answer))) == (200, []), page
    assert "Asha Mrema" in body(desk.get(address("tenant:index")))
    assert "Asha Mrema" in body(desk.get("/admin/search/?q=Asha"))
    assert "Asha Mrema" not in body(desk.get("/admin/search/?q=KEEPSAKE"))


@pytest.mark.needs("leasing", "invoicing", "payments")
def test_the_same_pages_show_the_owner_the_figures(as_, landlord, rented):
    desk = as_(staff_of(landlord, role=Role.OWNER))
    shown = {page: money_in(body(desk.get(page))) for page in homes_pages(rented)}
    for page in (address("lease:index"), address("lease:inspect", rented), address("tenant:inspect", rented.tenant)):
        assert shown[page], page


@pytest.mark.needs("leasing", "invoicing", "payments", "messaging", "reports")
def test_every_other_door_is_closed_to_a_caretaker(as_, landlord, rented):
    from modules.invoicing.models import Invoice
    from modules.payments.models import Payment, Receipt
    from tests.backoffice.sweep import all_viewsets

    desk = as_(staff_of(landlord, role=Role.CARETAKER))
    invoice, payment = Invoice.unscoped.get(), Payment.unscoped.get()
    pages = [address("invoice_pdf", invoice), address("receipt_pdf", Receipt.unscoped.get()), address("not_paid")]
    pages += [address("record_payment", invoice), reverse("how_made", args=["lease", rented.pk])]
    pages += [reverse("rent_report", args=[name]) for name in ("rent-roll", "not-paid", "payments-received")]
    pages += [address("invoice:inspect", invoice), address("payment:inspect", payment), address("rent_reports")]
    homes = {"lease", "tenant", "unit", "property", "meter", "reading"}
    homes |= {"term", "tenantcontact", "leaseparty", "repairrequest", "repairphoto"}
    pages += [address(f"{each.name}:index") for each in all_viewsets() if each.name not in homes]
    for page in pages:
        answer = desk.get(page)
        assert money_in(body(answer)) == [], page
        assert answer.status_code in {302, 403, 404} or page in {address("not_paid"), address("rent_reports")}, page


# --- Another role in another book -----------------------------------------------------------------------------------


@pytest.fixture
def two_hats(neighbour, rented):
    """A manager of the neighbour's book who is a caretaker of the landlord's."""
    user = staff_of(neighbour, role=Role.MANAGER)
    add_member(user=user, landlord=rented.landlord, role=Role.CARETAKER)
    return user


@pytest.mark.needs("leasing", "invoicing", "payments", "reports")
def test_who_manages_next_door_and_keeps_house_here_sees_no_money_of_here(as_, two_hats, rented):
    desk = as_(two_hats)
    reports = [reverse("rent_report", args=[name]) for name in ("rent-roll", "not-paid", "payments-received")]
    money = [
        address(f"{name}:index") + query for name in ("invoice", "payment", "charge") for query in ("", "?export=csv")
    ]
    for page in [*homes_pages(rented), "/admin/", "/admin/search/?q=Asha", *reports, *money]:
        answer = desk.get(page)
        assert (answer.status_code, money_in(body(answer))) == (200, []), page
    lists = body(desk.get(address("lease:index"))), body(desk.get(address("lease:index") + "?export=csv"))
    assert all("Asha Mrema" in page and "2025" not in page for page in lists)


@pytest.mark.needs("leasing", "invoicing", "payments")
def test_each_book_lets_him_do_only_what_his_role_there_does(as_, two_hats, neighbour, rented):
    from modules.leasing.models import Lease
    from tests.factories import make_lease

    theirs = make_lease(neighbour, signed=False)
    ours = make_lease(rented.landlord, signed=False)
    desk = as_(two_hats)
    assert desk.post(reverse("lease:action", args=[ours.pk, "cancel"])).status_code in {302, 403}
    desk.post(reverse("lease:bulk", args=["cancel"]) + f"?pk={ours.pk}&pk={theirs.pk}")
    assert Lease.unscoped.get(pk=ours.pk).state == Lease.State.PENDING
    assert Lease.unscoped.get(pk=theirs.pk).state == Lease.State.CANCELLED
    assert desk.get(address("tenant:change", ours.tenant)).status_code in {302, 403}
    assert desk.get(address("tenant:change", theirs.tenant)).status_code == 200


def test_a_manager_who_is_a_clerk_next_door_changes_nobodys_role_there(as_, alice, neighbour, bob):
    add_member(user=alice, landlord=neighbour, role=Role.CLERK)
    desk = as_(alice)
    row = Membership.objects.get(user=bob)
    assert desk.get(address("membership:inspect", row)).status_code == 404
    assert desk.post(address("membership:change", row), {"role": Role.CLERK, "seen": 0}).status_code == 404
    assert [each.landlord.code for each in desk.get(address("membership:index")).context["object_list"]] == ["DAR"]


@pytest.mark.needs("leasing")
def test_the_operator_looks_into_a_book_and_changes_nothing_in_it(as_, admin_user):
    from modules.leasing.models import Lease
    from tests.factories import make_lease

    lease = make_lease(make_landlord(), signed=False)
    desk = as_(admin_user)
    assert desk.get(address("lease:inspect", lease)).status_code == 200
    desk.post(reverse("lease:action", args=[lease.pk, "cancel"]))
    desk.post(reverse("lease:bulk", args=["cancel"]) + "?all=1")
    desk.post(address("tenant:change", lease.tenant), {"name": "Mine", "seen": 0})
    assert Lease.unscoped.get(pk=lease.pk).state == Lease.State.PENDING
    assert Contact.unscoped.get(pk=lease.tenant.contact_id).name == "Neema Mushi"
    assert address("tenant:add") not in body(desk.get(address("tenant:index")))
    assert desk.get(reverse("import_file")).status_code in {302, 403}
