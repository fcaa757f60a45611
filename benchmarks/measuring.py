"""Two roads to the same rows, run in turn on the same machine: the ratio holds elsewhere, the seconds do not."""

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.db import connection, transaction

ROUNDS = 5
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Seconds of one run: the processor's are this process's and those of its database server's process."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Ratio:
    """How many times the yardstick's median a piece of work takes, with the medians themselves."""

    ours: Spent
    yardstick: Spent

    @property
    def cpu(self) -> float:
        return self.ours.cpu / self.yardstick.cpu

    @property
    def wall(self) -> float:
        return self.ours.wall / self.yardstick.wall


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside is taken back at the end, what it would have committed included."""
    block = transaction.atomic()
    block._from_testcase = True  # so that a durable block may stand inside, as in Django's own test cases
    with block:
        yield
        transaction.set_rollback(True)


def processor() -> float:
    """Seconds of the processor that this process has spent, and the one that serves its connection."""
    own = time.process_time()
    if connection.vendor != "postgresql":
        return own
    connection.ensure_connection()
    fields = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return own + (int(fields[11]) + int(fields[12])) / TICK


def spent(work: Callable[[], object]) -> Spent:
    gc.collect()
    cpu, wall = processor(), time.perf_counter()
    work()
    return Spent(processor() - cpu, time.perf_counter() - wall)


def in_turn(
    ours: Callable[[], object],
    yardstick: Callable[[], object],
    *,
    rounds: int = ROUNDS,
    around: Callable[[], AbstractContextManager[None]] = undone,
) -> Ratio:
    """Run both in turn, A B A B, each from the same rows, after one run of each that does not count."""
    runs: tuple[list[Spent], list[Spent]] = ([], [])
    for _round in range(rounds + 1):
        for work, times in zip((ours, yardstick), runs, strict=True):
            with around():
                times.append(spent(work))
    return Ratio(*(middle(times[1:]) for times in runs))


def middle(times: list[Spent]) -> Spent:
    return Spent(median(each.cpu for each in times), median(each.wall for each in times))
