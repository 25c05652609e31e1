"""The app that `make bench-start` has necro serve."""

import necro

app = necro.App()


@app.get("/")
async def raise_dead() -> dict[str, str]:
    """Answers."""
    return {"data": "the dead rise"}
