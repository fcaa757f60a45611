"""Invoicing's commands, as scripts hold on to them."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from modules.invoicing.models import Invoice
from tests.factories import make_lease


@pytest.fixture
def run(capsys):
    def answer(*arguments: str) -> dict:
        capsys.readouterr()
        call_command(*arguments, "--json")
        return json.loads(capsys.readouterr().out)

    return answer


def test_a_month_is_issued_once_and_the_second_time_says_so(run, landlord, neighbour):
    make_lease(landlord, rent="500000", charges={"wifi": "15000"})
    make_lease(neighbour, rent="75001")
    first = run("generate_invoices", "--month", "2026-01")
    assert (first["created"], first["existing"]) == (2, 0)
    assert first["total"] == {"TZS": "515000.00", "XAF": "75001.00"}
    assert len(first["run"]) == 2
    again = run("generate_invoices", "--month", "2026-01")
    assert again == {"run": None, "created": 0, "existing": 2, "total": {}, "problems": []}


def test_one_landlord_s_month_is_one_run(run, landlord, neighbour):
    make_lease(landlord)
    make_lease(neighbour)
    done = run("generate_invoices", "--month", "2026-01", "--landlord", "dar")
    assert done["created"] == 1
    assert isinstance(done["run"], int)


def test_a_dry_run_counts_and_issues_nothing(run, landlord):
    make_lease(landlord)
    assert run("generate_invoices", "--month", "2026-01", "--dry-run")["created"] == 1
    assert not Invoice.objects.of(landlord).exists()


def test_a_landlord_that_is_not_there_is_refused_with_the_codes_that_are(landlord):
    with pytest.raises(CommandError, match="no landlord with the code ZZZ; there are: DAR"):
        call_command("generate_invoices", "--month", "2026-01", "--landlord", "ZZZ")


def test_d16_overdue_is_marked_as_of_a_day_and_due_today_is_not_overdue(run, landlord):
    make_lease(landlord, due_day=5)
    run("generate_invoices", "--month", "2026-01")
    assert run("mark_overdue", "--on", "2026-01-05") == {"changed": 0}
    assert run("mark_overdue", "--on", "2026-01-06") == {"changed": 1}
    assert run("mark_overdue", "--on", "2026-01-06") == {"changed": 0}
