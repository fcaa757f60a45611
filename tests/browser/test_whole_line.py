"""The main job, as people do it: see who has not paid, record cash, open the link of a message, pay in two parts."""

import os
import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.needs("invoicing", "payments", "messaging", "reports")]

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "home.png"


def bills_of(page, code: str) -> int:
    """How many bills the home says are not paid in a landlord's book."""
    panel = page.locator(f"section[aria-labelledby=not-paid-{code}]")
    return int(re.match(r"(\d+)", panel.locator(".rb-total").inner_text())[1])


def test_the_manager_sees_who_has_not_paid_and_records_cash_in_two_clicks(manager):
    before = bills_of(manager, "DAR")
    if os.environ.get("PICTURES"):
        PICTURE.parent.mkdir(exist_ok=True)
        manager.screenshot(path=PICTURE)
    manager.locator("section[aria-labelledby=not-paid-DAR] >> text=Record").first.click()
    manager.click("text=Save and send receipt")
    manager.wait_for_selector("text=/recorded. Receipt RCT-DAR/")
    assert bills_of(manager, "DAR") == before - 1


def open_bill(site, manager) -> dict:
    """A message in Dar es Salaam whose bill is open and due this month, and so stands on the home."""
    manager.goto("/admin/not-paid/")
    section = manager.locator("section[aria-labelledby=not-paid-DAR]")
    unpaid = set(re.findall(r"INV-\d{6}-DAR\d+", section.inner_text()))
    candidates = [message for message in site.outbox("rb_rent_bill") if "bill=" in message["link"]]
    return next(m for m in candidates if m["link"].rpartition("=")[2] in unpaid)


def pay_in_sandbox(page, button: str, outcome: str = "Paid") -> None:
    page.click(button)
    page.wait_for_url("**/sandbox/**")
    page.click(f"button:has-text('{outcome}')")
    page.wait_for_url("**/payments/**")


def test_a_tenant_pays_half_then_the_rest_from_the_message_on_a_phone(site, manager, page_of):
    before = bills_of_home(manager)
    message = site.wait_for(lambda: open_bill_or_none(site, manager))
    number, old_link = message["link"].rpartition("=")[2], message["link"]
    phone = page_of(360, locale="en-GB")
    phone.goto(old_link + "&lang=en")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    pay_in_sandbox(phone, "button:has-text('half')")
    by_and_by(phone, "received")

    # The link in the message is dead for a stranger, who may have the live one sent to the number on file.
    stranger = page_of(360, locale="en-GB")
    assert stranger.goto(old_link + "&lang=en").status == 410
    sent = len(site.outbox("rb_pay_link"))
    stranger.click("button:has-text('Send')")
    fresh = site.wait_for(lambda: site.outbox("rb_pay_link")[sent:])[-1]
    assert fresh["to"] == message["to"]
    assert fresh["link"] not in old_link

    tenant = page_of(360, locale="en-GB")
    tenant.goto(f"{fresh['link']}?bill={number}&lang=en")
    pay_in_sandbox(tenant, "button:has-text('Pay')")
    by_and_by(tenant, "Paid")
    receipts = site.wait_for(lambda: len(receipts_of(site, message["to"])) >= 2 and receipts_of(site, message["to"]))
    assert all(Path(receipt["document"]).read_bytes().startswith(b"%PDF") for receipt in receipts)

    manager.goto(f"/admin/invoice/?q={number}")
    assert "paid" in manager.locator("table.listing").inner_text()
    assert bills_of_home(manager) == before - 1


def receipts_of(site, phone: str) -> list[dict]:
    return [message for message in site.outbox("rb_receipt") if message["to"] == phone]


def bills_of_home(manager) -> int:
    manager.goto("/admin/")
    return bills_of(manager, "DAR")


def open_bill_or_none(site, manager) -> dict | None:
    try:
        return open_bill(site, manager)
    except StopIteration:
        return None


def by_and_by(page, words: str) -> None:
    """The page's own refresh shows it, as soon as the worker has delivered the answer."""
    page.wait_for_selector(f"h1:has-text('{words}')", timeout=120_000)


def test_the_books_hold_after_all_that(site):
    assert '"ok": true' in site.manage("check_books", "--json")
