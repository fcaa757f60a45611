"""Sphinx: Markdown by MyST, the theme furo. Nothing is fetched while it builds."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

project = "Rentbook"
author = "The Rentbook contributors"
project_copyright = f"2026, {author}"
[release] = re.findall(r'__version__ = "(.+)"', (ROOT / "site/rentbook/__init__.py").read_text())
version = release

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["requirements.txt"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"Rentbook {release}"
html_copy_source = False
