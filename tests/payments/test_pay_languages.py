"""The pay page in four languages, from left to right and from right to left."""

import re
from datetime import date

import pytest
from django.test import Client

from modules.payments.services import record_payment
from rentbook.kernel.money import Money
from tests.factories import make_invoice, make_lease

from .conftest import Payer


@pytest.mark.parametrize("language", ["en", "sw", "fr", "ar"])
def test_each_language_has_its_direction_and_is_carried_on(payer, bill, language):
    page = payer.open(lang=language, bill=bill.number)
    html = page.content.decode()
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
    assert page["Content-Language"] == language
    for code, name in (("en", "English"), ("sw", "Kiswahili"), ("fr", "Français"), ("ar", "العربية")):
        address = f"{payer.path}?bill={bill.number}&amp;lang={code}"
        assert f'<a href="{address}" lang="{code}" hreflang="{code}"' in html
        assert f"<bdi>{name}</bdi>" in html
    refused = payer.press("x", page=page).content.decode()
    assert f'<html lang="{language}"' in refused
    assert f'<a href="{payer.path}?bill={bill.number}&amp;lang=fr"' in refused
    reference = payer.press("500000", page=page).url.split("/")[-2]
    assert f'<html lang="{language}"' in payer.client.get(f"/sandbox/{reference}/").content.decode()


def test_the_contacts_language_is_the_default(bill, own_cache):
    lease = make_lease(bill.landlord, tenant="بدر الحوطي", language="ar")
    make_invoice(lease)
    assert '<html lang="ar" dir="rtl">' in Payer(lease).open().content.decode()
    wrong = Client(headers={"Accept-Language": "fr"}).get("/p/0000000000000000/")
    assert '<html lang="fr"' in wrong.content.decode()


def test_every_figure_is_isolated_so_that_arabic_keeps_its_order(payer, bill):
    record_payment(invoice=bill, amount=Money(100_000, "TZS"), by=None)
    make_invoice(bill.lease, month=date(2026, 2, 1), on=date(2026, 1, 2))
    payer = Payer(bill.lease)
    pages = [payer.open(lang="ar"), payer.press("999999999", lang="ar")]
    pages.append(payer.result(payer.begin("10"), lang="ar"))
    for page in pages:
        [main] = re.findall(r"<main>(.*)</main>", page.content.decode(), flags=re.DOTALL)
        bare = re.sub(r'<bdi[^>]*>.*?</bdi>|<p dir="auto">.*?</p>|<[^>]+>', " ", main, flags=re.DOTALL)
        assert not re.findall(r"[^.]{0,20}\d", bare)
