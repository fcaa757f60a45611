"""Reads the workbook on standard input and writes its first sheet, pickled: a script of its own, not to be imported.

A file of five kilobytes may claim a sheet of a billion cells, and the library ends its process when there is no room
for them. Here it ends this process alone.
"""

import contextlib
import io
import pickle
import sys

import python_calamine

MOST_MEMORY = 2 * 1024**3
MOST_CELLS = 10_000_000


def main() -> None:
    # Windows and macOS do not know this limit: there the machine's own holds.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    sheet = book.get_sheet_by_index(0)
    if sheet.total_height * sheet.total_width > MOST_CELLS:
        sys.exit("too many cells")
    pickle.dump(sheet.to_python(skip_empty_area=False), sys.stdout.buffer)


if __name__ == "__main__":
    main()
