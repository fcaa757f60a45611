"""Counts every press of a mouse or a finger in a window, and goes about the back office as people do."""

import re
from decimal import Decimal

# A key that presses a button makes a click too, but no pointer comes down: keys are typing.
COUNT = """addEventListener("pointerdown", event => {
    if (event.isTrusted) sessionStorage.clicks = 1 + Number(sessionStorage.clicks ?? 0);
}, true)"""
TAKE = """() => {
    const made = Number(sessionStorage.clicks ?? 0);
    sessionStorage.removeItem("clicks");
    return made;
}"""
NOT_PAID = "section[aria-labelledby=not-paid-DAR]"


def count_clicks(page) -> None:
    """From the next page on."""
    page.add_init_script(COUNT)


def clicks(page) -> int:
    """How many were made in this window since this was asked before."""
    return page.evaluate(TAKE)


def opened(page, address: str):
    """The window at a page, reached in whatever way: what is clicked counts from here on."""
    page.goto(address)
    clicks(page)
    return page


def choose(page, group: str, screen: str) -> None:
    """A screen, by the menu."""
    menu = page.locator("#wagtail-sidebar")
    menu.get_by_role("button", name=group).click()
    menu.get_by_role("link", name=screen).click()


def find(page, text: str) -> None:
    """Somebody, by the keyboard alone."""
    page.wait_for_selector("#wagtail-sidebar [name=q]")
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.name == 'q'")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")


def home_rows(page) -> list[list[str]]:
    """Who has not paid in Dar es Salaam: tenant, owes, late, act, home, last message, bill."""
    rows = page.locator(f"{NOT_PAID} tbody tr").all()
    return [[cell.strip() for cell in row.locator("td").all_inner_texts()] for row in rows]


def figure(amount: str) -> Decimal:
    """An amount as it is written in English, without its currency."""
    return Decimal(re.sub(r"[^\d.-]", "", amount))


def told(site, template: str, words: str) -> dict:
    """The message with these words that reaches the outbox, by the worker."""
    return site.wait_for(lambda: next((each for each in site.outbox(template) if words in each["text"]), None))
