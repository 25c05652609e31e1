"""Every command against a real server, in both versions of the protocol: the same values."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import necro.redict as nr
import pytest
from necro._private_servers import PrivateRedict
from necro.redict._commands import Commands
from redict_commands import CLUSTER, ELSEWHERE, GROUPS, LACKING, Step
from redict_running import Run


async def _check(redis: nr.Redict, steps: list[Step]) -> None:
    for step in steps:
        call = getattr(redis, step.name)
        try:
            reply = await call(*step.arguments, **step.options)
        except nr.RedictError as error:
            reply = error
        assert step.judge(reply), f"{step.name}{step.arguments} {step.options}: {reply!r}"


@pytest.mark.api("Redict: every command is a typed method")
@pytest.mark.parametrize("group", GROUPS)
def test_commands_give_the_same_values_in_both_versions(run: Run, group: str) -> None:
    async def body(redis: nr.Redict) -> None:
        await redis.flushall()
        await _check(redis, GROUPS[group])

    run(body)


@pytest.mark.parametrize("protocol", [2, 3])
def test_commands_of_clusters(protocol: int) -> None:
    async def main(url: str) -> None:
        async with asyncio.timeout(60), nr.connect(f"{url}?protocol={protocol}") as redis:
            await _check(redis, CLUSTER)

    with PrivateRedict(tcp=True, cluster=True) as server:
        asyncio.run(main(server.url))


def test_failing_over_and_shutting_down() -> None:
    async def main(url: str) -> None:
        async with asyncio.timeout(60), nr.connect(url) as redis:
            with pytest.raises(nr.ServerError, match="replicas"):
                await redis.failover(timeout=1)
            with pytest.raises(nr.ConnectionLost):
                await redis.shutdown(nosave=True, now=True)

    with PrivateRedict() as server:
        asyncio.run(main(server.url))


def test_what_the_server_lacks_is_refused_by_it(run: Run) -> None:
    async def body(redis: nr.Redict) -> None:
        calls: dict[str, Awaitable[object]] = {
            "client_capa": redis.client_capa("redirect"),
            "cluster_slot_stats": redis.cluster_slot_stats(slotsrange=(0, 1)),
            "script_show": redis.script_show("0" * 40),
        }
        assert calls.keys() == LACKING.keys()
        for call in calls.values():
            with pytest.raises(nr.RedictError):
                await call

    run(body)


def test_no_command_is_left_out() -> None:
    called = {step.name for steps in (*GROUPS.values(), CLUSTER) for step in steps}
    methods = {name for name in vars(Commands) if not name.startswith("_")}
    assert methods - called - ELSEWHERE == LACKING.keys()
    assert called <= methods
