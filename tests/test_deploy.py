"""What a production start is told: nothing to warn of, and no start without a secret."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {"BASE_URL": "https://rent.example.org", "ALLOWED_HOSTS": "rent.example.org"}
SECRETS = {"SECRET_KEY": secrets.token_urlsafe(48), "WEBHOOK_SECRET": secrets.token_urlsafe(24)}


def check(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    own = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "DATABASE_URL"}}
    own |= {"RENTBOOK_VAR": str(tmp_path), **environment}
    return subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)


def test_the_production_settings_leave_nothing_to_warn_of(tmp_path):
    done = check(tmp_path, **PRODUCTION, **SECRETS)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_production_does_not_start_without_a_secret_of_its_own(tmp_path):
    done = check(tmp_path, **PRODUCTION)
    assert done.returncode != 0
    assert "SECRET_KEY must be set in production" in done.stderr
