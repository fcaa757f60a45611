"""A template's text with its placeholders filled: one substitution from declared names, never a template engine."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext, override

PLACEHOLDER = re.compile(r"\{\{ *([a-z_]+) *\}\}")
LINK = "{link}"


class UnknownPlaceholder(ValueError):
    """A text names a value that its template does not give."""


def fill(text: str, values: Mapping[str, str], language: str) -> str:
    """The text in a language with its values; `{{ link }}` stays as {link} until the message is sent."""
    with override(language):
        translated = gettext(text)
    known = {**values, "link": LINK}

    def value(match: re.Match) -> str:
        if match[1] not in known:
            raise UnknownPlaceholder(f"{{{{ {match[1]} }}}} is not among {', '.join(sorted(known))}.")
        # A brace in a name must not become a placeholder of the next step.
        return known[match[1]] if match[1] == "link" else str(known[match[1]]).replace("{", "(").replace("}", ")")

    return PLACEHOLDER.sub(value, translated)
