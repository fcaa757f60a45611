"""A text with its placeholders filled: one substitution from declared names, never a template engine.

A template engine would call what people write: `{{ lease.activate }}` would activate a lease.
"""

import re
from collections.abc import Iterable, Mapping

PLACEHOLDER = re.compile(r"\{\{ *([a-z_]+) *\}\}")
BRACES = re.compile(r"\{\{(.*?)(?:\}\}|$)", re.MULTILINE)


class UnknownPlaceholder(ValueError):
    """A text names a value that it is not given."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with a value in the place of each {{ name }}. Raises UnknownPlaceholder for any other name."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise UnknownPlaceholder(f"{{{{ {match[1]} }}}} is not among {', '.join(sorted(values))}.")
        return values[match[1]]

    return PLACEHOLDER.sub(value, text)


def unknown(text: str, known: Iterable[str]) -> list[str]:
    """What stands between double braces and is none of the known names, in the order in which it comes."""
    names = (found.strip() for found in BRACES.findall(text))
    return [name for name in dict.fromkeys(names) if name not in {*known}]
