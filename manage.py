#!/usr/bin/env python
"""Runs the `rentbook` command from a checkout: `site/` and this folder are the source roots."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "site"), str(HERE)]

if __name__ == "__main__":
    from rentbook.__main__ import main

    main()
