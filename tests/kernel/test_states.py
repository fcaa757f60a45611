"""States: one door, guarded, logged, and the same for one row as for many."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django_fsm import FSMField, TransitionNotAllowed, transition

from rentbook.kernel.log import TRANSITION, LogEntry
from rentbook.kernel.scoping import ScopedModel
from rentbook.kernel.states import (
    Refused,
    StatefulModel,
    because,
    move,
    refuse_unless,
    sources,
    why_not,
)

MANY = 40_000  # more than SQLite takes parameters in one statement


class Door(StatefulModel, ScopedModel):
    class State(models.TextChoices):
        OPEN = "open", "open"
        CLOSED = "closed", "closed"
        LOCKED = "locked", "locked"

    state = FSMField(choices=State.choices, default=State.OPEN, protected=True, editable=False)
    key = models.CharField(max_length=10, blank=True)

    class Meta:
        app_label = "kernel_states"

    def __str__(self):
        return f"Door {self.pk}"

    @because("There is no key to lock it with.")
    def has_key(self):
        return bool(self.key)

    @transition(field=state, source=State.OPEN, target=State.CLOSED)
    def close(self):
        """Shut, not locked."""

    @transition(field=state, source=[State.OPEN, State.CLOSED], target=State.LOCKED, conditions=[has_key])
    def lock(self):
        """Shut and locked."""


@pytest.fixture(scope="module", autouse=True)
def _table(django_db_setup, django_db_blocker):
    # Outside of any test's transaction: SQLite refuses to change its schema inside one.
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.create_model(Door)
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.delete_model(Door)


@pytest.fixture(autouse=True)
def _content_types():
    yield
    # The row of Door is rolled back with the test, and Django would remember its key.
    ContentType.objects.clear_cache()


@pytest.fixture
def doors(landlord):
    return [Door.unscoped.create(landlord=landlord) for _ in range(3)]


def logged() -> list[dict]:
    entries = LogEntry.objects.filter(action=TRANSITION).order_by("pk")
    return [entry.data | {"row": entry.object_id, "by": entry.user, "landlord": entry.landlord} for entry in entries]


def states() -> list[str]:
    return list(Door.unscoped.order_by("pk").values_list("state", flat=True))


pytestmark = pytest.mark.django_db


def test_the_moves_are_read_from_the_model():
    assert sources(Door, "close") == ({"open"}, "closed")
    assert sources(Door, "lock") == ({"open", "closed"}, "locked")


def test_a_move_is_logged_with_who_and_from_where_to_where(landlord, alice, doors):
    assert move(Door.objects.of(landlord).filter(pk=doors[0].pk), "close", by=alice, note="draughty") == [doors[0].pk]
    assert states() == ["closed", "open", "open"]
    assert logged() == [
        {"name": "close", "from": "open", "to": "closed", "note": "draughty", "row": str(doors[0].pk), "by": alice,
         "landlord": landlord}
    ]  # fmt: skip


def test_what_is_not_in_a_source_state_stays_as_it_is_and_is_not_logged(landlord, doors):
    move(Door.objects.of(landlord).filter(pk=doors[0].pk), "close", by=None)
    assert move(Door.objects.of(landlord), "close", by=None) == [doors[1].pk, doors[2].pk]
    assert move(Door.objects.of(landlord), "close", by=None) == []
    assert len(logged()) == 3


def test_a_stale_row_in_memory_moves_nothing(landlord, doors):
    stale = Door.objects.of(landlord).get(pk=doors[0].pk)
    move(Door.objects.of(landlord).filter(pk=stale.pk), "close", by=None, key="brass")
    assert stale.state == "open"
    assert move(Door.objects.of(landlord).filter(pk=stale.pk), "close", by=None, key="tin") == []
    stale.refresh_from_db()
    assert (stale.state, stale.key) == ("closed", "brass")


def test_one_by_one_or_all_at_once_leaves_the_same_rows_and_the_same_log(landlord, doors):
    own = Door.objects.of(landlord)
    first_road = [key for door in doors for key in move(own.filter(pk=door.pk), "lock", by=None, key="brass")]
    left, log = list(own.order_by("pk").values_list("pk", "state", "key")), logged()
    Door.unscoped.all().delete()
    Door.unscoped.bulk_create(Door(pk=door.pk, landlord=landlord) for door in doors)
    second_road = move(own, "lock", by=None, key="brass")
    assert first_road == second_road
    assert list(own.order_by("pk").values_list("pk", "state", "key")) == left
    assert logged() == log * 2


def test_each_row_of_a_set_has_a_log_entry_of_its_own_uuid(landlord, doors):
    move(Door.objects.of(landlord), "close", by=None)
    assert len(set(LogEntry.objects.values_list("uuid", flat=True))) == 3


def test_a_set_larger_than_one_statement_takes_is_moved_whole(landlord):
    Door.unscoped.bulk_create(Door(landlord=landlord) for _ in range(MANY))
    assert len(move(Door.objects.of(landlord), "close", by=None)) == MANY
    assert set(states()) == {"closed"}
    assert LogEntry.objects.filter(action=TRANSITION).count() == MANY


def test_a_refusal_names_the_row_its_state_and_the_move(landlord, doors):
    move(Door.objects.of(landlord).filter(pk=doors[1].pk), "close", by=None)
    doors[1].refresh_from_db()
    with pytest.raises(Refused) as refusal:
        refuse_unless(doors, "close")
    assert refusal.value.messages == [f"Door {doors[1].pk} is closed: this cannot be done to it now."]


def test_a_condition_refuses_as_a_state_does(doors):
    doors[0].key = "brass"
    refuse_unless([doors[0]], "lock")
    with pytest.raises(Refused):
        refuse_unless(doors, "lock")
    assert [why_not(doors[0], name) for name in ("close", "lock")] == ["", ""]
    assert [bool(why_not(doors[1], name)) for name in ("close", "lock")] == [False, True]


def test_nobody_sets_a_state_by_hand(doors):
    with pytest.raises(AttributeError):
        doors[0].state = "locked"
    with pytest.raises(TransitionNotAllowed):
        doors[0].lock()


def test_a_protected_state_does_not_stand_in_the_way_of_reading_anew_or_checking(landlord, doors):
    move(Door.objects.of(landlord), "close", by=None)
    doors[0].refresh_from_db()
    assert doors[0].state == "closed"
    doors[1].refresh_from_db(fields=["state"])
    assert doors[1].state == "closed"
    doors[2].refresh_from_db(fields=["key"])
    assert doors[2].state == "open"
    doors[0].full_clean()


def test_a_blocked_move_says_which_condition_is_in_the_way(landlord, doors):
    assert why_not(doors[0], "close") == ""
    assert why_not(doors[0], "lock") == "There is no key to lock it with."
    move(Door.objects.of(landlord).filter(pk=doors[0].pk), "close", by=None)
    doors[0].refresh_from_db()
    assert why_not(doors[0], "close") == f"Door {doors[0].pk} is closed: this cannot be done to it now."
