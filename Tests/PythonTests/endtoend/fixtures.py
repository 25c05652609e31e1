"""Fixtures that start a real `necro host`, the shipped build, for a test or a module of tests."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, cast

import pytest
from hosting import Host, hosting


class StartHost(Protocol):
    """Starts a host of an app's source; options are those of `hosting.hosting`."""

    def __call__(self, source: str, *options: str, **more: Any) -> Host: ...


@pytest.fixture
def host(tmp_path: Path) -> Generator[StartHost]:
    """Starts hosts that end, and are checked to end well, after the test."""
    with ExitStack() as stack:
        count = 0

        def start(source: str, *options: str, **more: Any) -> Host:
            nonlocal count
            count += 1
            folder = tmp_path / f"host{count}"
            folder.mkdir()
            return stack.enter_context(hosting(folder, source, *options, **more))

        yield start


@pytest.fixture(scope="module")
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Host]:
    """One host for the module, of the source in its `APP`."""
    source: str = cast("Any", request).module.APP
    with hosting(tmp_path_factory.mktemp("host"), source) as running:
        yield running
