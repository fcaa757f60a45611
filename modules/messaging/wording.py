"""A template's text in a language, with the values of its subject."""

from collections.abc import Mapping

from django.utils.translation import gettext, override

from rentbook.kernel import wording

LINK = "{link}"


def fill(text: str, values: Mapping[str, str], language: str) -> str:
    """The text in a language with its values; `{{ link }}` stays as {link} until the message is sent."""
    with override(language):
        translated = gettext(text)
    # A brace in a name must not become a placeholder of the next step.
    plain = {name: str(value).replace("{", "(").replace("}", ")") for name, value in values.items()}
    return wording.fill(translated, {**plain, "link": LINK})
