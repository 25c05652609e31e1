"""What `make bench-app` serves with FastAPI and Starlette on uvicorn: as `necro_app`.

Two apps, since middleware stands around all of an app.
"""

# FastAPI lives in a virtual environment of its own, where type checkers do not look.
# mypy: ignore-errors
# pyright: basic, reportMissingImports=false

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI

bare = FastAPI()
chain = FastAPI()


@bare.get("/")
async def index():
    """Answers what every server of the benchmarks does."""
    return {"data": "the dead rise"}


for _ in range(2):

    @chain.middleware("http")
    async def around(request, call_next):
        """Stands around."""
        return await call_next(request)


@chain.middleware("http")
async def third(request, call_next):
    """Stands around."""
    response = await call_next(request)
    response.headers["x-third"] = "1"
    return response


async def get_token() -> str:
    """Is what the second provider takes."""
    return "bone"


async def get_user(token: Annotated[str, Depends(get_token)]) -> str:
    """Is what the handler takes."""
    return token


@chain.get("/")
@chain.get("/chain")
async def behind(user: Annotated[str, Depends(get_user)]):
    """Is what `index` is, behind three middlewares and two providers."""
    return {"data": "the dead rise"}
