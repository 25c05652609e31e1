"""The validators `etag` and `last-modified`, and the answer to a client that has the content."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from necro._responses import HeaderItems

    type Moment = datetime | int | float

__all__ = ["NotModified", "etag", "http_date", "quoted_etag", "seconds_of"]

# Octets above 0x7F would pass, but no other software expects them.
_TAG_CHARACTERS = frozenset(map(chr, range(0x21, 0x7F))) - {'"'}


class NotModified(Exception):
    """Ends a handler with 304: the client has what it would get. It is no error."""

    def __init__(self, *, headers: "HeaderItems | None" = None) -> None:
        """A response without content.

        - headers: those of the response with the content; what describes the content is left out.
        """
        super().__init__()
        self.headers = headers


def etag(content: bytes | str, *, weak: bool = False) -> str:
    """The entity tag of a content, for the `etag` header: the same octets have the same tag.

    - weak: marks it as one that only the meaning has to equal, for a tag that is made of something
      else than all octets that are sent.
    """
    from hashlib import blake2b

    octets = content.encode() if isinstance(content, str) else content
    return quoted_etag(blake2b(octets, digest_size=16).hexdigest(), weak=weak)


def quoted_etag(tag: str, *, weak: bool = False) -> str:
    """An entity tag as it stands in a header: with its quotation marks, which it may have already.

    Raises ValueError for what no entity tag can hold (RFC 9110 §8.8.3).
    """
    opaque = tag
    if opaque.startswith('W/"'):
        opaque, weak = opaque[2:], True
    if len(opaque) >= 2 and opaque[0] == opaque[-1] == '"':
        opaque = opaque[1:-1]
    if not _TAG_CHARACTERS.issuperset(opaque):
        raise ValueError(f"{tag!r} is no entity tag")
    return f'W/"{opaque}"' if weak else f'"{opaque}"'


def seconds_of(moment: "Moment") -> int:
    """The whole seconds since 1970 of a moment: a datetime with a time zone, or a number of them.

    Raises ValueError for a datetime without a time zone.
    """
    if isinstance(moment, (int, float)):
        return int(moment // 1)
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return int(moment.timestamp() // 1)


def http_date(moment: "Moment") -> str:
    """A moment as headers have it, in GMT and whole seconds (RFC 9110 §5.6.7)."""
    from email.utils import formatdate

    return formatdate(seconds_of(moment), usegmt=True)
