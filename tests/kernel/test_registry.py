"""Registries and slots: how lower rooms read what upper ones give."""

from contextlib import suppress
from dataclasses import dataclass

import pytest

from rentbook.kernel.registry import Registry, Slots


@dataclass(frozen=True)
class Dish:
    name: str


@pytest.fixture
def menu() -> Registry[Dish]:
    menu: Registry[Dish] = Registry("dish")
    for name in ("ugali", "ndolé", "machboos"):
        menu.register(Dish(name))
    return menu


def test_contributions_come_in_the_order_in_which_they_were_given(menu):
    assert [dish.name for dish in menu] == ["ugali", "ndolé", "machboos"]
    assert menu["ugali"] == Dish("ugali")
    assert "ndolé" in menu
    assert "pizza" not in menu


def test_a_name_that_is_taken_is_refused_by_name(menu):
    with pytest.raises(ValueError, match="a dish called ugali already"):
        menu.register(Dish("ugali"))
    assert len(list(menu)) == 3


def test_a_temporary_contribution_is_gone_after_the_block_even_when_it_fails(menu):
    with suppress(ZeroDivisionError), menu.temporarily(Dish("pizza")):
        assert "pizza" in menu
        raise ZeroDivisionError
    assert "pizza" not in menu


def test_what_is_registered_while_somebody_reads_does_not_disturb_the_reader(menu):
    read = []
    for dish in menu:
        read.append(dish.name)
        if len(read) == 1:
            menu.register(Dish("chapati"))
    assert read == ["ugali", "ndolé", "machboos"]


def test_an_unfilled_slot_is_empty():
    slots = Slots()
    assert slots.all("invoice.links", 7) == []
    assert slots.first("invoice.links", 7) == ""
    assert slots.first("invoice.links", 7, default=None) is None


def test_a_slot_gives_every_filling_s_answer_but_not_the_empty_ones():
    slots = Slots()
    slots.fill("invoice.links", lambda number: "")
    slots.fill("invoice.links", lambda number: f"/p/{number}")
    slots.fill("invoice.links", lambda number: f"/q/{number}")
    assert slots.all("invoice.links", 7) == ["/p/7", "/q/7"]
    assert slots.first("invoice.links", 7) == "/p/7"
