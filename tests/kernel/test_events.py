"""Events: announced after commit, to listeners that can undo nothing."""

import logging
from contextlib import suppress
from dataclasses import dataclass

import pytest
from django.db import transaction

from rentbook.kernel.contacts import Contact
from rentbook.kernel.events import Event, announced
from tests import factories

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class KettleBoiled(Event):
    """The water is ready."""

    name = "kitchen.kettle_boiled"
    cups: int


@dataclass(frozen=True)
class KettleFilled(Event):
    """There is water in it."""

    name = "kitchen.kettle_filled"


@pytest.fixture
def heard():
    """What was heard of KettleBoiled, as it is heard."""
    heard: list[Event] = []

    def listen(sender, event, **kwargs):
        heard.append(event)

    announced.connect(listen, sender=KettleBoiled)
    yield heard
    announced.disconnect(listen, sender=KettleBoiled)


def test_an_event_is_announced_after_the_commit_and_not_before(heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        KettleBoiled(1, cups=2).emit()
        assert heard == []
    assert heard == [KettleBoiled(landlord_id=1, cups=2)]


def test_a_transaction_that_is_rolled_back_announces_nothing(heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        with suppress(ZeroDivisionError), transaction.atomic():
            KettleBoiled(1, cups=2).emit()
            raise ZeroDivisionError
        KettleBoiled(1, cups=3).emit()
    assert [event.cups for event in heard] == [3]


def test_a_listener_of_one_event_does_not_hear_another(heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        KettleFilled(1).emit()
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_is_logged_and_undoes_nothing(landlord, caplog):
    heard = []

    def burn(sender, event, **kwargs):
        raise ZeroDivisionError("burnt")

    def listen(sender, event, **kwargs):
        heard.append(event)

    announced.connect(burn, sender=KettleBoiled)
    announced.connect(listen, sender=KettleBoiled)
    try:
        with caplog.at_level(logging.ERROR), transaction.atomic():
            contact = factories.make_contact(landlord)
            KettleBoiled(landlord.pk, cups=1).emit()
    finally:
        announced.disconnect(burn, sender=KettleBoiled)
        announced.disconnect(listen, sender=KettleBoiled)
    assert Contact.objects.of(landlord).get() == contact
    assert len(heard) == 1
    assert "burnt" in caplog.text


def test_an_event_cannot_be_changed_on_its_way():
    with pytest.raises(AttributeError):
        KettleBoiled(1, cups=2).cups = 3
