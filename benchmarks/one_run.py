"""Bills one landlord's month in a process of its own: says when it is ready, and by how many megabytes it grew."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "site"), str(ROOT)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rentbook.settings")


def kilobytes(name: str) -> int:
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name)]
    return int(line.split()[1])


def main(code: str) -> None:
    import django

    django.setup()
    from benchmarks.billing import run
    from rentbook.kernel.people import Landlord

    landlord = Landlord.objects.get(code=code)
    print("ready", flush=True)
    sys.stdin.readline()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    idle = kilobytes("VmRSS")
    run(landlord)
    print((kilobytes("VmHWM") - idle) / 1024)


if __name__ == "__main__":
    main(sys.argv[1])
