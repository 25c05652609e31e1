"""What an app keeps for the life of one worker."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

__all__ = ["State"]


class State:
    """What `@app.on_startup` stored for this worker: any attributes.

    Every worker has a State of its own, since workers share no Python object.
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...
        def __delattr__(self, name: str) -> None: ...

    else:

        def __getattr__(self, name):
            """Is called only for what was never stored, and says what was."""
            stored = ", ".join(sorted(vars(self))) or "nothing"
            raise AttributeError(
                f"state has no {name!r}; stored at startup: {stored}", name=name, obj=self
            )

    def __contains__(self, name: object) -> bool:
        """Whether something is stored under that name."""
        return name in vars(self)

    def __iter__(self) -> "Iterator[str]":
        """The stored names."""
        return iter(vars(self))

    def __repr__(self) -> str:
        """The stored names, not the values: they often hold secrets."""
        return f"<State: {', '.join(vars(self)) or 'empty'}>"
