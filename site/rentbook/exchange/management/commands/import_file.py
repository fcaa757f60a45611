from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rentbook.exchange.files import as_csv
from rentbook.exchange.importing import import_sheet
from rentbook.exchange.sheets import Outcome
from rentbook.kernel.commands import Command as Base
from rentbook.kernel.commands import landlord_code
from rentbook.kernel.contributions import sheet_parts


class Command(Base):
    help = "Import a spreadsheet. All or nothing; every bad cell is named by row and column; again, it changes nothing."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted({part.kind for part in sheet_parts}) or ["leases"])
        parser.add_argument("file", type=Path, help="CSV, XLSX, XLS or ODS, with a row of headings")
        parser.add_argument("--landlord", metavar="CODE", required=True, help="whose book it goes into")
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the good rows of a file with bad ones")
        parser.add_argument("--bad-rows", type=Path, metavar="OUT", help="write the bad rows, and why, to this CSV")

    def run(self, **options: Any) -> dict[str, Any]:
        path, bad_rows = options["file"], options["bad_rows"]
        if not path.is_file():
            raise ValueError(f"There is no file {path}.")
        landlord = landlord_code(options["landlord"])
        content = path.read_bytes()
        if bad_rows:
            self._make_room(bad_rows, path)
        self.outcome = import_sheet(
            kind=options["kind"],
            name=path.name,
            content=content,
            landlord=landlord,
            dry_run=options["dry_run"],
            skip_bad_rows=options["skip_bad_rows"],
        )
        if bad_rows:
            bad_rows.write_bytes(as_csv(self.outcome.bad_rows))
        self._tell(self.outcome)
        return self.outcome.as_json()

    def refused(self, result: dict[str, Any]) -> bool:
        # With --skip-bad-rows the good ones went in, as asked; a dry run ends as the real one would.
        return self.outcome.refused

    def _make_room(self, path: Path, original: Path) -> None:
        """Refuse before anything is imported what could not be written afterwards."""
        if path.resolve() == original.resolve():
            raise ValueError(f"{path} is the file to be imported: write the bad rows elsewhere.")
        try:
            path.write_bytes(b"")
        except OSError as error:
            raise ValueError(f"{path} cannot be written: {error.strerror}.") from error

    def _tell(self, outcome: Outcome) -> None:
        for problem in outcome.errors:
            self.say(f"Row {problem.row}, {problem.column}: {problem.message}")
        for problem in outcome.warnings:
            self.say(f"Note on row {problem.row}, {problem.column}: {problem.message}")
        if outcome.errors:
            self.say(f"{len(outcome.errors)} cells are to be mended.")
        for what in ("created", "updated", "unchanged"):
            counts = ", ".join(f"{count} {model}" for model, count in outcome.counts(what).items())
            self.say(f"{what}: {counts or 'nothing'}")
