"""Arguments and shapes of replies that depend on options."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from necro.redict._faces import Argument, Scores

__all__ = ["geo", "interleaved", "swapped"]


def swapped(mapping: "Scores") -> "list[float | str | bytes]":
    """Scores and members in turn, as ZADD takes them."""
    return [each for member, score in mapping.items() for each in (score, member)]


def interleaved(token: str, values: "Iterable[Argument]") -> "list[Argument]":
    """A token before each value."""
    return [each for value in values for each in (token, value)]


def geo(withdist: bool, withhash: bool, withcoord: bool) -> str:
    """The shape of a member that is found, with what was asked for."""
    if not (withdist or withhash or withcoord):
        return "."
    return "[(." + "f" * withdist + "." * withhash + "(ff)" * withcoord + ")"
