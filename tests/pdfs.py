"""What a PDF says, read by Poppler's tools."""

import re
import subprocess
import zlib
from collections import defaultdict

MARKS = str.maketrans(dict.fromkeys("\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"))


def text_of(content: bytes) -> str:
    """The text of a PDF in reading order, with plain spaces and without marks of direction."""
    run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(run.stdout.decode().translate(MARKS).split())


def words_from_the_left(content: bytes) -> list[list[str]]:
    """The words of each line as they stand on the paper; Arabic words letter by letter reversed."""
    run = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=content, capture_output=True, check=True)
    lines = defaultdict(list)
    for x, y, word in re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)".*?>(.*?)</word>', run.stdout.decode()):
        lines[y].append((float(x), word.translate(MARKS)))
    return [[word for _x, word in sorted(line)] for line in lines.values()]


def facts_of(content: bytes) -> dict[str, str]:
    run = subprocess.run(["pdfinfo", "-"], input=content, capture_output=True, check=True)
    return {name: value.strip() for name, value in (line.split(":", 1) for line in run.stdout.decode().splitlines())}


def inside(content: bytes) -> str:
    """All that a PDF is made of, unpacked: its catalogue, its tags and what is drawn."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    return b"\n".join([content, *map(_unpacked, streams)]).decode("latin-1")


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def tags_of(content: bytes) -> str:
    """The tree of tags that a screen reader follows."""
    run = subprocess.run(["pdfinfo", "-struct", "-"], input=content, capture_output=True, check=True)
    return run.stdout.decode()
