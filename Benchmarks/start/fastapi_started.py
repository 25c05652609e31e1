"""The same app for FastAPI, whose packages are in an environment of their own."""

# mypy: ignore-errors
# pyright: basic, reportMissingImports=false

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def raise_dead() -> dict[str, str]:
    """Answers."""
    return {"data": "the dead rise"}
