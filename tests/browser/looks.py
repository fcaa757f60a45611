"""What a machine can see of a screen: axe's findings, what is too wide or too small, values that Arabic would turn.

axe-core itself (MPL-2.0) comes inside axe-playwright-python, for development only.
"""

from collections.abc import Iterator

from axe_playwright_python.base import AXE_SCRIPT

DESK, PHONE, HEIGHT = 1280, 390, 900
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FULL = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# A theme changes colours and nothing else.
COLOURS = FULL | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
LOOKS = [(PHONE, "light", FULL), (PHONE, "dark", COLOURS), (DESK, "dark", COLOURS), (DESK, "light", FULL)]

AXE = r"""async options => {
    const told = node => {
        const [why] = [...node.any, ...node.all, ...node.none];
        return `${node.html.replace(/\s+/g, " ").slice(0, 160)} (${why?.message})`;
    };
    const { violations } = await axe.run(document, options);
    return violations.flatMap(rule => rule.nodes.slice(0, 3).map(node => `${rule.help}: ${told(node)}`));
}"""

# Two rows of each make say what fifty would: rows of one make hold the same elements of the same classes.
THIN_OUT = """() => {
    const makes = {};
    for (const row of document.querySelectorAll("main :is(tbody tr, li)")) {
        const make = [...row.querySelectorAll("*")].map(part => part.localName + part.className).join();
        makes[make] = (makes[make] ?? 0) + 1;
        if (makes[make] > 2) row.remove();
    }
}"""

# What is clipped counts too: Wagtail's <main> hides what is wider than itself.
SIDEWAYS = """() => ["html", "main"].map(name => document.querySelector(name)).filter(
    part => part && part.scrollWidth > part.clientWidth + 1
).map(part => `${part.localName} is ${part.scrollWidth} px wide`)"""

SMALL = """() => [...document.querySelectorAll(
    "main :is(.button, [type=submit], select, input:not([type=checkbox], [type=radio]))"
)].map(part => [part, part.getBoundingClientRect()])
    .filter(([part, box]) => part.checkVisibility() && box.width > 1 && box.height < 43.5)
    .map(([part, box]) => `${Math.round(box.height)} px high: ${part.outerHTML.slice(0, 120)}`)"""

# Money, days and phones; a browser turns them round in Arabic text unless they are isolated. What a service says when
# it refuses is one plain sentence, which no template can take apart.
BARE = r"""() => {
    const value = /\+\d[\d ]{6,}|\d[,.]\d{3}|\d\s?[A-Z]{3}\b|\b\d{1,2} \S+ 20\d\d|\b20\d\d-\d\d/;
    const said = ".rb-blocked, .rb-against, [role=alert], .messages";
    const kept = "bdi, [dir=ltr], [dir=auto], .w-sr-only, code, kbd, option, textarea, script, style, template";
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode()) {
        const part = texts.currentNode.parentElement;
        const apart = part.closest(kept) || part.closest(said) || getComputedStyle(part).unicodeBidi == "plaintext";
        if (value.test(texts.currentNode.data) && !apart)
            found.push(`not isolated: ${part.outerHTML.replace(/\s+/g, " ").slice(0, 160)}`);
    }
    return found;
}"""


class Looks:
    """One window of a browser, in one language; `at` gives what is wrong with the screen at an address."""

    def __init__(self, page, language: str):
        self.page, self.language = page, language
        self.said: list[str] = []
        page.add_init_script(AXE_SCRIPT)
        page.on("console", lambda message: message.type == "error" and self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def at(self, address: str) -> list[str]:
        self.said.clear()
        self.page.set_viewport_size({"width": PHONE, "height": HEIGHT})
        answer = self.page.goto(address)
        found = [*self.direction(), *self.measures(), *self.every_look(), *self.said]
        if answer.status != 200:
            found.append(f"answered {answer.status}")
        return [f"{self.language} {address} {each}" for each in found]

    def direction(self) -> Iterator[str]:
        html = self.page.locator("html")
        said = html.get_attribute("lang"), html.get_attribute("dir")
        if said != (self.language, "rtl" if self.language == "ar" else "ltr"):
            yield f"says that it is {said}"

    def measures(self) -> Iterator[str]:
        for measure in (SIDEWAYS, SMALL, *([BARE] if self.language == "ar" else [])):
            yield from self.page.evaluate(measure)

    def every_look(self) -> Iterator[str]:
        self.page.evaluate(THIN_OUT)
        for width, theme, options in LOOKS:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.page.emulate_media(color_scheme=theme)
            for each in self.page.evaluate(AXE, options):
                yield f"[{theme} {width}] {each}"
