"""The wordings of the agreement: those that Rentbook brings, the landlord's own, and how one is read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from modules.leasing.models import AgreementTemplate
from rentbook.kernel.people import Landlord
from rentbook.kernel.wording import fill

FOLDER = Path(__file__).parent / "wordings"
HEADING = "# "


@dataclass(frozen=True)
class Clause:
    """A clause of an agreement; what stands before the first heading has no title and no number."""

    number: int
    title: str
    paragraphs: list[str]


@cache
def shipped(language: str) -> str:
    """The wording that Rentbook brings in a language."""
    return (FOLDER / f"{language}.txt").read_text(encoding="utf-8").strip()


def wording_for(landlord: Landlord, language: str) -> str:
    """The landlord's own wording in the language, or else the one that Rentbook brings."""
    own = AgreementTemplate.objects.of(landlord).filter(language=language).first()
    return own.body if own else shipped(language)


def clauses(text: str, values: Mapping[str, str]) -> list[Clause]:
    """A line that begins with # is the title of a clause; an empty line begins a new paragraph.

    It is parted before it is filled: a name that begins with # opens no clause. Raises UnknownPlaceholder.
    """
    found = [Clause(0, "", [])]
    for block in _blocks(text):
        if block.startswith(HEADING):
            found.append(Clause(len(found), fill(block.removeprefix(HEADING), values), []))
        else:
            found[-1].paragraphs.append(fill(block, values))
    return [clause for clause in found if clause.title or clause.paragraphs]


def _blocks(text: str) -> Iterator[str]:
    """Titles and paragraphs, each in one line."""
    apart = re.sub(rf"^({HEADING}.*)$", r"\n\1\n", text.replace("\r\n", "\n"), flags=re.MULTILINE)
    return (" ".join(block.split()) for block in re.split(r"\n\s*\n", apart) if block.strip())
