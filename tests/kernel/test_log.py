"""The log says who did what to which row, through which door, and keeps it."""

import pytest
from django.db import DatabaseError, connection, transaction

from rentbook.kernel import editing, log
from rentbook.kernel.contacts import Contact
from rentbook.kernel.keeping import keep_log, log_open
from rentbook.kernel.log import Door, Kept, LogEntry
from tests.factories import make_contact

pytestmark = pytest.mark.django_db
TABLE = LogEntry._meta.db_table


@pytest.fixture
def entry(landlord, alice) -> LogEntry:
    log.record([make_contact(landlord)], editing.CREATED, by=alice)
    return LogEntry.objects.get()


@pytest.mark.parametrize("statement", [f"UPDATE {TABLE} SET label = 'x'", f"DELETE FROM {TABLE}"])
def test_the_database_itself_refuses_to_change_or_remove_an_entry(entry, statement):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert LogEntry.objects.get() == entry


def test_our_own_code_is_refused_before_the_database_is_asked(entry):
    with pytest.raises(Kept):
        LogEntry.objects.all().delete()
    with pytest.raises(Kept):
        LogEntry.objects.update(label="x")
    with pytest.raises(Kept):
        entry.save()
    with pytest.raises(Kept):
        entry.delete()


def test_the_triggers_may_be_put_in_place_again_and_are_back_after_a_demo_was_taken_away(entry):
    keep_log()
    with log_open():
        rows = LogEntry.objects.all()
        rows._raw_delete(rows.db)
    assert LogEntry.objects.count() == 0
    log.record([make_contact(entry.landlord)], editing.CREATED, by=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows._raw_delete(rows.db)


def test_an_act_is_kept_with_the_door_that_it_came_through(landlord):
    log.record([make_contact(landlord)], editing.CREATED, by=None)
    with log.through(Door.BACK_OFFICE):
        log.record([make_contact(landlord)], editing.CREATED, by=None)
    assert list(LogEntry.objects.order_by("pk").values_list("door", flat=True)) == ["command", "back office"]


def test_what_was_changed_is_kept_with_before_and_after(landlord, alice):
    contact = make_contact(landlord, name="Asha Mrema")
    editing.change(contact, by=alice, name="Asha Mrema-Kweka", kind=contact.kind)
    entry = LogEntry.objects.get()
    assert (entry.action, entry.user, entry.landlord) == (editing.CHANGED, alice, landlord)
    assert entry.data == {"changes": {"name": ["Asha Mrema", "Asha Mrema-Kweka"]}}
    assert Contact.objects.of(landlord).get(pk=contact.pk).name == "Asha Mrema-Kweka"


def test_nothing_changed_is_nothing_logged(landlord, alice):
    contact = make_contact(landlord, name="Asha Mrema")
    editing.change(contact, by=alice, name="Asha Mrema")
    assert LogEntry.objects.count() == 0


def test_a_form_opened_before_somebody_elses_change_is_refused_by_his_name(landlord, alice, bob):
    contact = make_contact(landlord, name="Asha")
    seen = editing.version(contact)
    editing.change(contact, by=bob, seen=seen, name="Asha M.")
    with pytest.raises(editing.StaleForm, match=str(bob)):
        editing.change(contact, by=alice, seen=seen, name="Asha K.")
    assert Contact.objects.of(landlord).get(pk=contact.pk).name == "Asha M."


def test_a_value_that_the_model_does_not_allow_changes_and_logs_nothing(landlord, alice):
    contact = make_contact(landlord, name="Asha")
    with pytest.raises(Exception, match="name"):
        editing.change(contact, by=alice, name="")
    assert Contact.objects.of(landlord).get(pk=contact.pk).name == "Asha"
    assert LogEntry.objects.count() == 0
