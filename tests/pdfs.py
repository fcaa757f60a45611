"""What a PDF says, read by Poppler's tools."""

import subprocess

MARKS = str.maketrans(dict.fromkeys("\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"))


def text_of(content: bytes) -> str:
    """The text of a PDF in reading order, with plain spaces and without marks of direction."""
    run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(run.stdout.decode().translate(MARKS).split())


def facts_of(content: bytes) -> dict[str, str]:
    run = subprocess.run(["pdfinfo", "-"], input=content, capture_output=True, check=True)
    return {name: value.strip() for name, value in (line.split(":", 1) for line in run.stdout.decode().splitlines())}
