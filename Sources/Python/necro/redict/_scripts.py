"""Scripts in Lua, which travel once and are then called by their digest."""

from hashlib import sha1

from necro.redict._errors import NoScriptError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from necro.redict._faces import Argument, Key
    from necro.redict._redict import Redict

__all__ = ["Script"]


class Script:
    """A script: awaiting a call runs it."""

    def __init__(self, redict: "Redict", source: str) -> None:
        self._redict = redict
        self.source = source
        # The server's name for it; nothing secret depends on it.
        self.sha = sha1(source.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: "Sequence[Key]" = (), args: "Sequence[Argument]" = ()) -> "Any":
        """Runs it. A server that does not know it is sent its source."""
        try:
            return await self._redict.evalsha(self.sha, len(keys), *keys, *args)
        except NoScriptError:
            return await self._redict.eval(self.source, len(keys), *keys, *args)
