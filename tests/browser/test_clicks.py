"""How many clicks each job takes somebody who has signed in, counted; and that the job was really done."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from rentbook.exchange.files import read_table

from .clicks import NOT_PAID, choose, clicks, count_clicks, figure, find, home_rows, opened, told
from .conftest import sign_in

pytest.importorskip("modules.leasing.models")

from tests.backoffice.rent_rolls import MENDED, roll

pytestmark = [
    pytest.mark.browser,
    pytest.mark.needs("invoicing", "payments", "messaging", "reports"),
    pytest.mark.skipif(settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="counted on SQLite"),
]

SAVE, SAID = "main form [type=submit]", ".messages .success"
ROLL = {"name": "roll.csv", "mimeType": "text/csv", "buffer": roll()}
MPESA = "QK7X2M9PLT"
NEW = {"name": "Zuhura Kimaro", "phone": "0754 321 987", "months": "12", "rent": "450,000"}


@pytest.fixture(scope="module")
def session(site, chromium):
    """The demo's manager has signed in."""
    window = chromium.new_context(base_url=site.url)
    sign_in(window.new_page())
    kept = window.storage_state()
    window.close()
    return kept


@pytest.fixture
def counted(page_of, session):
    """Opens a window at the manager's home; what is clicked in it counts."""

    def open_counted(width: int = 1280, **options):
        page = page_of(width, storage_state=session, **options)
        count_clicks(page)
        page.goto("/admin/")
        return page

    return open_counted


@pytest.fixture
def manager(counted):
    return counted()


class TestWhoHasNotPaid:
    def test_the_home_shows_it_without_a_click(self, manager):
        rows = home_rows(manager)
        assert rows
        assert all(tenant and figure(owes) > 0 and message for tenant, owes, _late, _act, _home, message, _bill in rows)
        days = [0 if row[2] == "due today" else int(re.fullmatch(r"(\d+) d late", row[2])[1]) for row in rows]
        assert days == sorted(days, reverse=True)
        assert clicks(manager) == 0

    def test_the_full_list_is_one_click_away(self, manager):
        total = manager.locator(f"{NOT_PAID} .rb-total")
        bills = int(total.inner_text().split()[0])
        total.click()
        manager.wait_for_url("**/not-paid/**")
        assert len(home_rows(manager)) == bills
        assert clicks(manager) == 1


class TestCash:
    @pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 390)])
    def test_cash_is_recorded_and_the_receipt_sent_in_two_clicks(self, site, counted, language, width):
        page = counted(width, locale=language)
        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator(f"{NOT_PAID} [data-rb-record]").first.click()
        page.locator(SAVE).click()
        page.wait_for_selector(SAID)
        assert clicks(page) == 2
        receipt_sent(site, page)

    def test_two_keys_will_do(self, site, manager):
        manager.locator(f"{NOT_PAID} tbody a").first.focus()
        manager.keyboard.press("r")
        manager.wait_for_url("**/payments/record/**")
        manager.keyboard.press("Enter")
        receipt_sent(site, manager)
        assert clicks(manager) == 0


def receipt_sent(site, page) -> None:
    number = re.search(r"RCT-DAR\d+", page.locator(SAID).inner_text())[0]
    assert Path(told(site, "rb_receipt", number)["document"]).read_bytes().startswith(b"%PDF")


class TestRentRoll:
    """80 rows, 3 of them bad, are checked."""

    @pytest.fixture
    def check_page(self, manager):
        manager.goto("/admin/import/")
        manager.select_option("[name=landlord]", label="Nyumba Bora")
        manager.set_input_files("[name=file]", ROLL)
        manager.locator("main form").get_by_role("button", name="Check").click()
        manager.wait_for_selector("text=77 good rows, 3 with problems")
        clicks(manager)
        return manager

    def test_77_rows_are_imported_and_3_come_back_with_the_reason_in_two_clicks(self, check_page):
        check_page.click("text=Import the 77 good rows")
        with check_page.expect_download() as rest:
            check_page.click("text=Download the 3 rows")
        assert clicks(check_page) == 2
        headings, *rows = read_table("rest.xlsx", Path(rest.value.path()).read_bytes())
        assert headings[-1] == "why"
        assert [row[0] for row in rows if row[-1]] == ["A-15", "A-32", "A-51"]

    def test_3_cells_are_mended_where_they_stand_and_80_rows_imported_in_two_clicks(self, check_page):
        for name, text in MENDED.items():
            check_page.fill(f"[name={name}]", text)
        check_page.click("text=Check again")
        check_page.click("text='Import 80'")
        check_page.wait_for_selector("h1:has-text('Imported')")
        assert clicks(check_page) == 2
        check_page.goto("/admin/lease/?q=Tenant 51")
        assert re.search(r"Tenant 51\s.*\sactive\s", check_page.locator("table.listing").inner_text(), re.DOTALL)


class TestReminding:
    def test_everybody_who_is_late_is_reminded_in_two_clicks(self, site, manager):
        before = len(site.outbox("rb_reminder"))
        manager.click(f"{NOT_PAID} >> text=/^Remind/")
        said = manager.locator("main").inner_text()
        reminded, skipped = map(int, re.search(r"(\d+) reminders are sent. (\d+) tenant", said).groups())
        rows = [row.locator("td").all_inner_texts() for row in manager.locator("table.listing tbody tr").all()]
        reasons = {row[0]: row[-1] for row in rows if row[-1].strip()}
        assert (len(rows), len(reasons)) == (reminded + skipped, skipped)
        manager.click(SAVE)
        manager.wait_for_selector(".messages li")
        assert clicks(manager) == 2
        assert all(name in manager.locator(".messages").inner_text() for name in reasons)
        sent = site.wait_for(lambda: len(new := site.outbox("rb_reminder")[before:]) >= reminded and new)
        assert len(sent) == len({message["to"] for message in sent}) == reminded


class TestMessages:
    def test_what_a_tenant_was_told_stands_with_its_state_one_click_away(self, manager):
        manager.locator(f"{NOT_PAID} tbody a").first.click()
        message = manager.locator(".rb-timeline li", has_text="WhatsApp").first.inner_text()
        assert re.search(r"Rent bill|Reminder|Receipt", message)
        assert re.search(r"\b(queued|sending|sent|failed|unknown)\b", message)
        assert clicks(manager) == 1

    def test_what_did_not_arrive_is_listed_with_the_reason_two_clicks_away(self, manager):
        choose(manager, "Messages", "Did not arrive")
        manager.wait_for_url("**/message/?state=failed")
        rows = manager.locator("table.listing tbody tr").all_inner_texts()
        assert rows
        assert all("the number is not in use" in row for row in rows)
        assert clicks(manager) == 2


class TestUndo:
    """A payment in Dar es Salaam was entered by mistake."""

    @pytest.fixture
    def wrong(self, manager):
        """Its row in the list."""
        opened(manager, "/admin/payment/?q=-DAR&state=completed")
        return manager.locator("table.listing tbody tr", has_text="Undo").first

    def test_it_is_taken_back_in_two_clicks_from_the_list(self, site, manager, wrong):
        wrong.get_by_text("Undo").click()
        take_back(site, manager, "It was for home B-12")

    def test_it_is_taken_back_in_two_clicks_from_the_tenants_screen(self, site, manager, wrong):
        find(manager, wrong.locator("a").first.inner_text())
        manager.locator("table.listing tbody a").first.click()
        manager.wait_for_selector(".rb-timeline")
        clicks(manager)
        manager.locator(".rb-timeline").get_by_text("Undo").first.click()
        take_back(site, manager, "It was for home B-13")


def take_back(site, page, reason: str) -> None:
    """The page asks why; then the tenant is told, the receipt is void and the bill open again."""
    page.fill("[name=reason]", reason)
    page.click(SAVE)
    page.wait_for_selector(SAID)
    assert clicks(page) == 2
    message = told(site, "rb_payment_reversed", reason)
    page.goto(f"/admin/receipt/?q={re.search(r'RCT-DAR[0-9]+', message['text'])[0]}")
    page.locator("table.listing tbody a").first.click()
    assert re.search(r"Void\s+✓", page.locator("main").inner_text())
    page.goto(f"/admin/invoice/?q={message['link'].rpartition('bill=')[2]}")
    assert re.search(r"\b(sent|overdue)\b", page.locator("table.listing tbody").inner_text())


class TestWhy:
    @pytest.mark.parametrize("address", ["/admin/", "/admin/tenant/", "/admin/invoice/?state=overdue"])
    def test_an_amount_owed_is_one_click_from_the_lines_that_make_it(self, manager, address):
        amount = opened(manager, address).locator("main .rb-owed").first
        owed = figure(amount.inner_text())
        amount.click()
        manager.wait_for_selector(".rb-how")
        assert clicks(manager) == 1
        lines = manager.locator(".rb-lines tbody td.rb-number").all_inner_texts()
        assert owed == sum(map(figure, lines)) == figure(manager.locator(".rb-sum .rb-total").inner_text())


class TestSearch:
    def test_whatever_a_caller_says_finds_him_with_what_he_owes_without_a_click(self, manager):
        manager.locator(f"{NOT_PAID} [data-rb-record]").last.click()
        manager.fill("[name=amount]", "1,000")
        manager.fill("[name=reference]", MPESA)
        manager.click(SAVE)
        manager.wait_for_selector(SAID)
        name, *_, home, _message, bill = home_rows(manager)[-1]
        manager.locator(f"{NOT_PAID} tbody tr").last.locator("a").first.click()
        phone = manager.locator("main a[href^='tel:']").get_attribute("href")
        owes = manager.locator(".rb-counts a").first.inner_text().removeprefix("Owes ")
        for said in (name[:3], phone[-3:], home.partition(",")[0], bill, MPESA):
            find(opened(manager, "/admin/"), said)
            row = manager.locator("table.listing tbody tr", has_text=name)
            assert owes in row.inner_text()
            assert clicks(manager) == 0
        row.locator("a").first.click()
        manager.wait_for_selector(f".rb-person:has-text({name!r})")
        assert clicks(manager) == 1


class TestNewLease:
    def test_it_is_signed_billed_and_welcomed_in_one_click_and_three_from_the_home(self, site, manager):
        choose(manager, "Rent", "New lease")
        manager.wait_for_url("**/leases/new/")
        assert clicks(manager) == 2
        manager.select_option("[name=unit]", index=1)
        for name, text in NEW.items():
            manager.fill(f"[name={name}]", text)
        manager.click("text=Save, bill first month, send welcome")
        manager.wait_for_selector(SAID)
        assert clicks(manager) == 1
        lease = manager.locator("main").inner_text()
        assert NEW["name"] in lease
        assert re.search(r"\bactive\b", lease)
        assert re.search(r"INV-\d{6}-DAR\d+", lease)
        assert told(site, "rb_welcome", NEW["name"])["to"] == "+255754321987"
