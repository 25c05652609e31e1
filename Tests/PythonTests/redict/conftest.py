"""What the tests of Redict share: a coroutine run with a Redict of its own, in each protocol."""

from __future__ import annotations

import pytest
from necro._private_servers import PrivateRedict
from redict_running import Run, run_with


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
def run(request: pytest.FixtureRequest, redict_server: PrivateRedict) -> Run:
    """Runs a coroutine function with a Redict of its own."""
    url = f"{redict_server.url}?protocol={request.param}"
    return lambda body: run_with(url, body)
