from pathlib import Path
from typing import Any

from rentbook.exchange.importing import Outcome, import_sheet
from rentbook.kernel.commands import Command as Base
from rentbook.kernel.commands import landlord_code
from rentbook.kernel.contributions import sheet_parts


class Command(Base):
    help = "Import a spreadsheet. All or nothing; every bad cell is named by row and column; again, it changes nothing."

    def arguments(self, parser) -> None:
        parser.add_argument("kind", choices=sorted({part.kind for part in sheet_parts}) or ["leases"])
        parser.add_argument("file", type=Path, help="CSV, XLSX, XLS or ODS, with a row of headings")
        parser.add_argument("--landlord", metavar="CODE", required=True, help="whose book it goes into")
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the good rows of a file with bad ones")

    def run(self, **options: Any) -> dict[str, Any]:
        path: Path = options["file"]
        if not path.is_file():
            raise ValueError(f"There is no file {path}.")
        outcome = import_sheet(
            kind=options["kind"],
            name=path.name,
            content=path.read_bytes(),
            landlord=landlord_code(options["landlord"]),
            dry_run=options["dry_run"],
            skip_bad_rows=options["skip_bad_rows"],
        )
        self._tell(outcome)
        return outcome.as_json()

    def refused(self, result: dict[str, Any]) -> bool:
        # With --skip-bad-rows the good ones went in, as asked.
        return bool(result["errors"]) and result["batch"] is None

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
