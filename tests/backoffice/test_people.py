"""Roles at the screens: people, the organisation, contacts; and what of a book reaches whom."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from rentbook.exchange.models import ImportBatch
from rentbook.kernel import editing
from rentbook.kernel.choices import Role
from rentbook.kernel.log import LogEntry
from rentbook.kernel.people import Landlord, Membership, User
from tests.factories import make_contact, staff_of

pytestmark = pytest.mark.django_db
NEW = {"email": "juma@example.org", "name": "Juma Ali", "role": Role.CLERK}


def address(name: str, row=None) -> str:
    return reverse(name, args=[row.pk] if row else [])


def told(answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def desk(as_, alice):
    """The screens of the landlord's manager."""
    return as_(alice)


def let_in(desk, landlord, **changes):
    return desk.post(address("membership:add"), NEW | {"landlord": landlord.pk} | changes, follow=True)


# --- People ---------------------------------------------------------------------------------------------------------


def test_a_manager_lets_somebody_in_who_then_sets_a_password_by_e_mail(desk, landlord, client):
    answer = let_in(desk, landlord)
    assert "juma@example.org can sign in now." in told(answer)
    client.logout()
    client.post(reverse("account_reset_password"), {"email": "juma@example.org"})
    [letter] = mail.outbox
    assert letter.to == ["juma@example.org"]
    [link] = re.findall(r"https?://\S+/password/reset/key/\S+", letter.body)
    form = client.get(link, follow=True)
    password = "seven-green-doors"
    client.post(form.request["PATH_INFO"], {"password1": password, "password2": password})
    assert client.login(email="juma@example.org", password=password)
    assert client.get("/admin/").status_code == 200


def test_the_answer_is_the_same_for_an_e_mail_that_is_known_next_door(desk, landlord, bob):
    bob.first_name, bob.last_name = "Robert", "Mbappe"
    bob.save()
    pages = []
    for email in ("bob@example.org", "who@example.org"):
        answer = let_in(desk, landlord, email=email)
        row = Membership.objects.get(landlord=landlord, user__email=email)
        lists = desk.get(address("membership:index")).content.decode()
        assert "Robert" not in lists + answer.content.decode()
        said = answer.content.decode() + told(answer)
        said = re.sub(r"csrf\w*\W+\w+|nonce=\"[^\"]+\"|value=\"\w{64}\"|[0-9a-f]{32,}|\w{64}", "", said)
        pages.append(said.replace(email, "").replace(f"/{row.pk}/", "//"))
        Membership.objects.filter(pk=row.pk).delete()
    assert pages[0] == pages[1]


def test_people_of_other_books_are_not_on_the_list(desk, landlord, bob):
    page = desk.get(address("membership:index"))
    assert [row.user.email for row in page.context["object_list"]] == ["alice@example.org"]
    assert "bob@" not in desk.get(address("membership:index") + "?q=bob").content.decode()


def test_a_role_is_changed_and_the_history_says_from_what_to_what(desk, landlord):
    let_in(desk, landlord)
    row = Membership.objects.get(name="Juma Ali")
    form = desk.get(address("membership:change", row)).context["form"]
    desk.post(address("membership:change", row), {"role": Role.ACCOUNTANT, "seen": form.initial["seen"]})
    row.refresh_from_db()
    assert row.role == Role.ACCOUNTANT
    assert "Role: clerk → accountant" in desk.get(address("membership:history", row)).content.decode()


def test_one_who_is_taken_out_is_out_of_what_he_has_open(client, as_, landlord, alice):
    clerk = staff_of(landlord, role=Role.CLERK)
    contact = make_contact(landlord)
    open_page = type(client)()
    open_page.force_login(clerk)
    assert open_page.get(address("contact:inspect", contact)).status_code == 200
    row = Membership.objects.get(user=clerk)
    answer = as_(alice).post(address("membership:remove", row), {"do": "delete"}, follow=True)
    assert answer.redirect_chain == [(address("membership:index"), 302)]
    assert open_page.get(address("contact:inspect", contact)).status_code == 302
    assert open_page.get("/admin/", follow=True).status_code == 403


def test_the_last_manager_is_told_why_he_stays(desk, alice):
    row = Membership.objects.get(user=alice)
    sentence = "Alice is the last manager of Jengo la Bahari: name another one first."
    assert sentence in desk.get(address("membership:remove", row)).content.decode()
    assert sentence in told(desk.post(address("membership:remove", row), {"do": "delete"}, follow=True))
    page = desk.post(address("membership:change", row), {"role": Role.CLERK, "seen": editing.version(row)})
    assert sentence in page.content.decode()


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.MANAGER])
def test_no_other_role_lets_in_changes_or_takes_out(as_, landlord, alice, role):
    desk = as_(staff_of(landlord, role=role))
    row = Membership.objects.get(user=alice)
    before = list(Membership.objects.order_by("pk").values_list())
    for door, data in (("change", {"role": Role.CLERK, "seen": 0}), ("remove", {"do": "delete"})):
        assert desk.post(address(f"membership:{door}", row), data).status_code in {302, 403, 404}
    let_in(desk, landlord)
    assert list(Membership.objects.order_by("pk").values_list()) == before
    assert not User.objects.filter(email="juma@example.org").exists()


def test_a_manager_lets_nobody_into_a_book_next_door(desk, neighbour):
    page = let_in(desk, neighbour)
    assert "Select a valid choice" in str(page.context["form"].errors["landlord"])
    assert not Membership.objects.filter(landlord=neighbour).exists()


def test_the_operator_lets_a_manager_into_a_book(as_, admin_user, neighbour):
    let_in(as_(admin_user), neighbour, role=Role.MANAGER)
    assert Membership.objects.get(landlord=neighbour).role == Role.MANAGER


# --- The organisation -----------------------------------------------------------------------------------------------


def details(landlord, **changes):
    own = {"name": landlord.name, "address": "", "phone": "", "language": "en", "other_ways_to_pay": ""}
    return own | {"seen": editing.version(landlord)} | changes


def test_a_manager_changes_name_address_and_phone_and_the_log_has_before_and_after(desk, landlord):
    changes = {"name": "Bahari Homes", "address": "Ohio Street 4", "phone": "0712 345 678"}
    desk.post(address("landlord:change", landlord), details(landlord, **changes))
    landlord.refresh_from_db()
    assert (landlord.name, landlord.address, str(landlord.phone)) == ("Bahari Homes", "Ohio Street 4", "+255712345678")
    [entry] = LogEntry.objects.for_instance(landlord).filter(action=editing.CHANGED)
    assert entry.data["changes"]["name"] == ["Jengo la Bahari", "Bahari Homes"]
    assert "Jengo la Bahari → Bahari Homes" in desk.get(address("landlord:history", landlord)).content.decode()


def test_what_is_fixed_is_shown_with_the_reason_and_stays_whatever_is_sent(desk, landlord):
    page = desk.get(address("landlord:change", landlord)).content.decode()
    assert "It stands in the numbers of bills and receipts." in page
    wrong = {"code": "XYZ", "currency": "USD", "country": "KE", "time_zone": "UTC", "locked_through": "2020-01-01"}
    desk.post(address("landlord:change", landlord), details(landlord, name="Bahari", **wrong))
    now = Landlord.objects.get(pk=landlord.pk)
    assert (now.name, now.code, now.currency, now.country) == ("Bahari", "DAR", "TZS", "TZ")
    assert (now.time_zone, now.locked_through) == ("Africa/Dar_es_Salaam", None)


def test_a_phone_that_is_none_is_said_beside_its_field(desk, landlord):
    page = desk.post(address("landlord:change", landlord), details(landlord, phone="12"))
    assert "is not a phone number" in str(page.context["form"].errors["phone"])


def test_a_form_that_is_older_than_a_colleagues_change_saves_nothing(desk, landlord, bob):
    old = details(landlord, name="Mine")
    editing.change(landlord, by=bob, name="Theirs")
    assert "Bob changed Theirs" in desk.post(address("landlord:change", landlord), old).content.decode()
    assert Landlord.objects.get(pk=landlord.pk).name == "Theirs"


@pytest.mark.parametrize("role", [Role.CLERK, Role.ACCOUNTANT, Role.OWNER, Role.CARETAKER])
def test_nobody_but_a_manager_changes_the_organisation(as_, landlord, role):
    answer = as_(staff_of(landlord, role=role)).post(
        address("landlord:change", landlord), details(landlord, name="Mine")
    )
    assert answer.status_code in {302, 403, 404}
    assert Landlord.objects.get(pk=landlord.pk).name == "Jengo la Bahari"


def test_the_operator_opens_a_book_with_its_owner_and_moves_its_country(as_, admin_user):
    desk = as_(admin_user)
    book = {"code": "NBO", "name": "Nairobi Homes", "country": "KE", "currency": "KES", "language": "en"}
    answer = desk.post(address("landlord:add"), book | {"email": "wanjiru@example.org"}, follow=True)
    landlord = Landlord.objects.get(code="NBO")
    assert landlord.time_zone == "Africa/Nairobi"
    assert Membership.objects.get(landlord=landlord).role == Role.OWNER
    assert "wanjiru@example.org can sign in now." in told(answer)
    assert LogEntry.objects.for_instance(landlord).get(action=editing.CREATED).user == admin_user
    sent = details(landlord, country="UG", time_zone="Africa/Kampala", currency="UGX")
    desk.post(address("landlord:change", landlord), sent)
    landlord.refresh_from_db()
    assert (landlord.country, landlord.time_zone, landlord.currency) == ("UG", "Africa/Kampala", "KES")


def test_a_book_that_cannot_be_is_refused_in_a_sentence(as_, admin_user):
    book = {"code": "NBO", "name": "Nowhere", "country": "QQ", "currency": "KES", "language": "en", "email": "w@x.org"}
    page = as_(admin_user).post(address("landlord:add"), book)
    assert "QQ is not a country" in page.content.decode()
    assert not Landlord.objects.filter(code="NBO").exists()


def test_a_manager_opens_no_book(desk, landlord):
    assert desk.get(address("landlord:add")).status_code in {302, 403}
    assert Landlord.objects.count() == 1


# --- Contacts and what came in --------------------------------------------------------------------------------------


def test_a_contact_is_changed_and_logged(desk, landlord):
    contact = make_contact(landlord, name="Guarantor")
    sent = {"name": "Guarantor", "phone": "0754 123 456", "email": "", "language": "sw", "channel": "sms"}
    desk.post(address("contact:change", contact), sent | {"seen": editing.version(contact)})
    contact.refresh_from_db()
    assert (str(contact.phone), contact.email, contact.language) == ("+255754123456", None, "sw")
    assert "language: en → sw" in desk.get(address("contact:history", contact)).content.decode()


@pytest.mark.needs("leasing")
def test_a_tenants_contact_is_changed_on_the_tenants_form(desk, landlord):
    from tests.factories import make_lease

    tenant = make_lease(landlord).tenant
    for answer in (
        desk.get(address("contact:change", tenant.contact)),
        desk.post(address("contact:change", tenant.contact)),
    ):
        assert answer["Location"] == address("tenant:change", tenant)


def test_what_an_import_did_is_told_in_words(desk, landlord, alice):
    counts = {"created": {"contact": 3}, "updated": {"contact": 1}, "unchanged": {"contact": 76}}
    batch = ImportBatch.unscoped.create(landlord=landlord, kind="leases", filename="a.csv", counts=counts, by=alice)
    page = desk.get(address("importbatch:inspect", batch)).content.decode()
    assert "3 created, 1 updated, 76 unchanged" in page
    assert "{" not in re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]*>", "", page, flags=re.DOTALL)


def test_the_operator_finds_all_he_runs_in_the_settings(as_, admin_user, landlord):
    page = as_(admin_user).get("/admin/").content.decode()
    for name in ("landlord", "membership", "contact", "importbatch", "callback", "job", "counter"):
        assert address(f"{name}:index") in page, name
    assert reverse("wagtailadmin_reports:site_history") in page
    assert "/admin/users/" not in page
    assert "/admin/groups/" not in page
    for name in ("contact", "counter"):
        assert as_(admin_user).get(address(f"{name}:index")).status_code == 200
