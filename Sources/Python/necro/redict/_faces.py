"""How a command's one description becomes a method of each face.

`Commands` says of each command which arguments it takes and what its reply is: `Request[str]`. On
an asynchronous face a call gives an awaitable of that, on a blocking one the reply itself, in a
pipeline a place for it. Type checkers see that by the descriptors here; when the program runs, a
method calls `_call` of its face and nothing stands in between.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Concatenate, Protocol, overload

    from necro._necro import RedictCall
    from necro.redict._pipeline import Queued

    type Key = str | bytes
    type Argument = str | bytes | bytearray | memoryview | int | float
    type Fields = Mapping[str, Argument] | Mapping[bytes, Argument] | Mapping[Key, Argument]
    type Scores = Mapping[str, float] | Mapping[bytes, float] | Mapping[Key, float]

    class Request[Reply]:
        """What a face makes a call of."""

    class Awaits[**P, Reply, **Q, Other](Protocol):
        """A method of two forms."""

        @overload
        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> RedictCall[Reply]: ...
        @overload
        def __call__(self, *args: Q.args, **kwargs: Q.kwargs) -> RedictCall[Other]: ...

    class Replies[**P, Reply, **Q, Other](Protocol):
        """The same where it waits."""

        @overload
        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Reply: ...
        @overload
        def __call__(self, *args: Q.args, **kwargs: Q.kwargs) -> Other: ...

    class Queues[**P, Reply, **Q, Other](Protocol):
        """The same in a pipeline."""

        @overload
        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Queued[Reply]: ...
        @overload
        def __call__(self, *args: Q.args, **kwargs: Q.kwargs) -> Queued[Other]: ...

    class typed[**P, Reply]:  # noqa: N801
        """A method of each face."""

        def __init__(self, make: Callable[Concatenate[Any, P], Request[Reply]]) -> None: ...
        @overload
        def __get__(
            self, face: "Asynchronous", owner: object
        ) -> Callable[P, RedictCall[Reply]]: ...
        @overload
        def __get__(self, face: "Blocking", owner: object) -> Callable[P, Reply]: ...
        @overload
        def __get__(self, face: "Queueing", owner: object) -> Callable[P, Queued[Reply]]: ...
        @overload
        def __get__(self, face: None, owner: object) -> Callable[Concatenate[Any, P], Any]: ...
        def __get__(self, face: object, owner: object) -> Any: ...

    class choice[**P, Reply, **Q, Other]:  # noqa: N801
        """A method of each face, of two forms."""

        @overload
        def __get__(self, face: "Asynchronous", owner: object) -> Awaits[P, Reply, Q, Other]: ...
        @overload
        def __get__(self, face: "Blocking", owner: object) -> Replies[P, Reply, Q, Other]: ...
        @overload
        def __get__(self, face: "Queueing", owner: object) -> Queues[P, Reply, Q, Other]: ...
        def __get__(self, face: object, owner: object) -> Any: ...

    class either[**P, Reply]:  # noqa: N801
        """Makes a method of two forms of this one and the one that it decorates."""

        def __init__(self, one: Callable[Concatenate[Any, P], Request[Reply]]) -> None: ...
        def __call__[**Q, Other](
            self, make: Callable[Concatenate[Any, Q], Request[Other]]
        ) -> choice[P, Reply, Q, Other]: ...

else:

    def typed(make: object) -> object:
        """The method itself."""
        return make

    def either(one: object) -> object:
        """What leaves the method as it is."""
        return typed


__all__ = ["Asynchronous", "Blocking", "Queueing", "either", "typed"]


class Asynchronous:
    """A face whose methods give awaitables."""

    __slots__ = ()


class Blocking:
    """A face whose methods wait for the reply, in a thread other than the loop's."""

    __slots__ = ()


class Queueing:
    """A face whose methods give places for replies that come together."""

    __slots__ = ()
