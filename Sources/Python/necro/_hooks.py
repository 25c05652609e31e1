"""Startup and shutdown hooks: plain or async functions that take nothing, or `state`."""

from collections.abc import Callable

from necro._errors import StartupError
from necro._signatures import Signature, display_name
from necro._state import State

__all__ = ["check_hook", "failure", "run_hook"]


def check_hook(hook: Callable[..., object], event: str) -> None:
    """Raises StartupError when a hook takes what no hook is given."""
    where = f"{event} hook {display_name(hook)}"
    signature = Signature(hook, where)
    if signature.is_generator:
        raise StartupError(f"{where}: the hook yields; use a hook for each event")
    for parameter in signature.parameters:
        if parameter.name != "state" and not parameter.has_default:
            raise StartupError(
                f"{where}, parameter '{parameter.name}': a hook is given 'state' and nothing else"
            )


def failure(event: str, hook: Callable[..., object], error: BaseException) -> str:
    """The line that says what a hook raised."""
    from necro._refused import refused_extension

    reason = refused_extension(error) or f"{type(error).__qualname__}: {error}"
    return f"{event} hook {display_name(hook)} failed: {reason}"


async def run_hook(hook: Callable[..., object], state: State) -> None:
    """Runs one hook to its end."""
    signature = Signature(hook, display_name(hook))
    keywords = {"state": state} if any(p.name == "state" for p in signature.parameters) else {}
    result = hook(**keywords)
    if signature.is_async:
        await result  # type: ignore[misc]  # pyright: ignore
