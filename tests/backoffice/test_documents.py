"""PDFs in the back office, and what happens on a machine that cannot make them."""

import sys

import pytest
from django.urls import reverse

from tests.factories import make_invoice, make_lease

pytest.importorskip("modules.invoicing.models")


@pytest.fixture
def address(landlord, client, alice) -> str:
    client.force_login(alice)
    return reverse("invoice_pdf", args=[make_invoice(make_lease(landlord)).pk])


def test_staff_open_an_invoice_as_a_pdf(client, address):
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_another_landlords_document_is_not_there(client, address, bob):
    client.force_login(bob)
    assert client.get(address).status_code == 404


def test_where_pango_is_missing_a_sentence_says_so(client, address, monkeypatch):
    class Broken:
        def __getattr__(self, name):
            raise OSError("cannot load library 'libpango'")

    monkeypatch.setitem(sys.modules, "weasyprint", Broken())
    answer = client.get(address)
    assert answer.status_code == 503
    assert "cannot be made now" in answer.content.decode()
