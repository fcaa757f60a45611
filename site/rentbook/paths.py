"""Where things lie: the checkout (or the folder that an installed Rentbook was started in) and its `var/`."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent.parent
IN_CHECKOUT = (CHECKOUT / "manage.py").is_file()

ROOT = CHECKOUT if IN_CHECKOUT else Path.cwd()
VAR = Path(os.environ.get("RENTBOOK_VAR", ROOT / "var"))
FIXTURES = CHECKOUT / "fixtures" if IN_CHECKOUT else PACKAGE / "fixtures"
