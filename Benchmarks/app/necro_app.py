"""What `make bench-app` serves with Necro: a bare handler, and the same behind a chain.

`NECRO_BENCH_ROUTES` says how many further routes the app has.
"""

from __future__ import annotations

import os

import necro

app = necro.App()
chain = necro.Router()


@app.get("/")
async def bare() -> dict[str, str]:
    """Answers what every server of the benchmarks does."""
    return {"data": "the dead rise"}


@chain.middleware
async def first(request: necro.Request, call_next: necro.CallNext) -> necro.Response:
    """Stands around."""
    return await call_next(request)


@chain.middleware
async def second(request: necro.Request, call_next: necro.CallNext) -> necro.Response:
    """Stands around."""
    return await call_next(request)


@chain.middleware
async def third(request: necro.Request, call_next: necro.CallNext) -> necro.Response:
    """Stands around."""
    response = await call_next(request)
    response.set_header("x-third", "1")
    return response


@chain.provide("token")
async def get_token() -> str:
    """Is what the second provider takes."""
    return "bone"


@chain.provide("user")
async def get_user(token: str) -> str:
    """Is what the handler takes."""
    return token


@chain.get("/chain")
async def behind(user: str) -> dict[str, str]:
    """Is what `bare` is, behind three middlewares and two providers."""
    return {"data": "the dead rise"}


app.include(chain)


async def summon(id: str) -> dict[str, str]:
    """Is the handler of all further routes."""
    return {"data": id}


for number in range(int(os.environ.get("NECRO_BENCH_ROUTES", "0"))):
    app.get(f"/realm{number % 10}/graves{number // 10}/{{id}}")(summon)
