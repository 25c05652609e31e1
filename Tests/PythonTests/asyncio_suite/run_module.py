"""Runs a module of CPython's own `test.test_asyncio` on Necro's loop, in a process of its own.

Usage: `python run_module.py MODULE`. The last line of standard output is a JSON object: for each
test its outcome, `ok`, `skip` or what went wrong.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import selectors
import signal
import sys
import threading
import unittest
import warnings
from collections.abc import Iterator
from typing import Any, cast

from necro._loop import Loop
from necro._native import native

__all__ = ["outcomes"]


class _Outcomes(unittest.TestResult):
    """What became of each test, by its name without the package's."""

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: dict[str, str] = {}

    def _note(self, test: unittest.TestCase, outcome: str) -> None:
        name = test.id().removeprefix("test.test_asyncio.")
        if self.outcomes.get(name, "ok") in ("ok", "skip"):
            self.outcomes[name] = outcome

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        super().addSuccess(test)
        self._note(test, "ok")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        super().addSkip(test, reason)
        self._note(test, "skip")

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        super().addError(test, err)
        self._note(test, self.errors[-1][1])

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        super().addFailure(test, err)
        self._note(test, self.failures[-1][1])

    def addSubTest(  # noqa: N802
        self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any
    ) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            text = self._exc_info_to_string(err, subtest)  # type: ignore[attr-defined]
            self._note(test, cast("str", text))

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        super().addExpectedFailure(test, err)
        self._note(test, "ok")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        super().addUnexpectedSuccess(test)
        self._note(test, "an unexpected success")


class _SuiteLoop(Loop):
    """Necro's loop, made as the suite makes asyncio's own."""

    made = 0

    def __init__(self, selector: selectors.BaseSelector | None = None) -> None:
        """A loop on a reactor of its own, whichever selector is asked for."""
        if selector is not None:
            selector.close()
        _SuiteLoop.made += 1
        self._own_worker = native.Worker(None, {}, False)
        super().__init__(self._own_worker, _nothing)

    def close(self) -> None:
        """Closes the loop and its reactor, which no host has."""
        super().close()
        self._own_worker.close()


def _nothing() -> None:
    """Is called when a worker has drained; these have no host that would have them do so."""


def _is_main() -> bool:
    """Whether the tests run in the main thread, and so in the main interpreter."""
    return threading.current_thread() is threading.main_thread()


def _use_loop() -> None:
    """Has everything that asks for a new loop get Necro's, also after a policy is set anew."""
    names: Any = asyncio
    names.SelectorEventLoop = names.EventLoop = _SuiteLoop
    names.unix_events.SelectorEventLoop = names.unix_events.EventLoop = _SuiteLoop
    names.unix_events._UnixDefaultEventLoopPolicy._loop_factory = _SuiteLoop


def _tests(module: Any) -> Iterator[unittest.TestCase]:
    """The tests of a module that say something about our loop."""
    # Of the classes that are there for each of the library's selectors, all of which get our loop,
    # those on `select` are taken.
    dropped: tuple[str, ...] = ("Poll", "EPoll", "Kqueue")
    if not _is_main():
        # These child watchers handle signals, and are gone in Python 3.14.
        dropped += ("SubprocessFastWatcher", "SubprocessSafeWatcher")
    suites: list[Any] = [unittest.defaultTestLoader.loadTestsFromModule(module)]
    while suites:
        for test in suites.pop(0):
            if isinstance(test, unittest.TestSuite):
                suites.append(test)
            elif not type(test).__name__.startswith(dropped):
                yield test


def outcomes(name: str) -> dict[str, str]:
    """Runs the tests of a module; `loops` is how many of our loops they have made."""
    _use_loop()
    module = importlib.import_module(f"test.test_asyncio.{name}")
    result = _Outcomes()
    names: Any = asyncio
    safe_watcher = names.SafeChildWatcher
    if name in ("test_events", "test_streams") and not _is_main():
        # They use it in passing, and it needs signals; asyncio itself uses pidfds.
        names.SafeChildWatcher = names.PidfdChildWatcher
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        unittest.TestSuite(_tests(module)).run(result)
    names.SafeChildWatcher = safe_watcher
    return {**result.outcomes, "loops": str(_SuiteLoop.made)}


if __name__ == "__main__":
    # A shell that starts a command in the background has it ignore interrupts, which are tested.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    found = outcomes(sys.argv[1])
    sys.stdout.flush()
    print("\n" + json.dumps(found), flush=True)
