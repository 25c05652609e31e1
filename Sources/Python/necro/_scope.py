"""Where a route stands: what the app and the routers around it add to it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro._app import Router

__all__ = ["Scope"]


class Scope:
    """A prefix, tags, and the routers from the app inwards."""

    __slots__ = ("prefix", "routers", "tags")

    def __init__(self, prefix: str, tags: tuple[str, ...], routers: "tuple[Router, ...]") -> None:
        """The place of a route.

        - prefix: that of all routers together.
        - tags: what every route here is tagged with.
        - routers: the app first, the router that has the route last.
        """
        self.prefix = prefix
        self.tags = tags
        self.routers = routers

    @property
    def below_top(self) -> "Scope":
        """The same place without what the app adds to it."""
        return Scope(self.prefix, self.tags, self.routers[1:])

    def inside(self, router: "Router", prefix: str, tags: tuple[str, ...]) -> "Scope":
        """The place of a router that is included here."""
        return Scope(self.prefix + prefix, (*self.tags, *tags), (*self.routers, router))
