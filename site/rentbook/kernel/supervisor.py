"""Runs several processes as one: a dead one is started again, a signal stops all."""

import logging
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence

STOP_WITHIN = 10
WAIT_BEFORE_RESTART = 1.0
logger = logging.getLogger(__name__)


class Supervisor:
    """`commands` by name; `run()` returns after SIGINT or SIGTERM, when all have stopped."""

    def __init__(self, commands: Mapping[str, Sequence[str]], environment: Mapping[str, str]):
        self.commands, self.environment = commands, environment
        self.children: dict[str, subprocess.Popen] = {}
        self.stopping = threading.Event()

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stopping.set())
        for name in self.commands:
            self._start(name)
        while not self.stopping.wait(WAIT_BEFORE_RESTART):
            for name, child in self.children.items():
                if child.poll() is not None:
                    logger.warning("The %s ended with %s and is started again.", name, child.returncode)
                    self._start(name)
        self._stop()

    def _start(self, name: str) -> None:
        # A session of its own: Ctrl-C reaches us alone, and we stop the children in good order.
        self.children[name] = subprocess.Popen(self.commands[name], env=self.environment, start_new_session=True)  # noqa: S603

    def _stop(self) -> None:
        for child in self.children.values():
            child.terminate()
        for name, child in self.children.items():
            try:
                child.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                logger.warning("The %s did not stop by itself.", name)
                child.kill()
