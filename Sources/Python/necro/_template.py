"""Path templates: `/summon/{id}`, `/files/{rest:path}`.

The server's router has the last word and the same rules; they are checked here too, so that an
error names the handler before anything is bound.
"""

__all__ = ["PathTemplate", "TemplateError"]


class TemplateError(ValueError):
    """The template breaks a rule; the text says which."""


class PathTemplate:
    """A parsed template: its text, the names of its parameters in order, and its shape.

    Two templates of the same shape match the same paths: names are left out of it.
    """

    __slots__ = ("names", "shape", "text")

    def __init__(self, text: str) -> None:
        """Parses a template; raises TemplateError."""
        if not text.startswith("/"):
            raise TemplateError("does not begin with '/'")
        if "?" in text or "#" in text:
            raise TemplateError("has a query or a fragment; a template is a path alone")
        names: list[str] = []
        shape: list[str] = []
        segments = text[1:].split("/")
        for index, segment in enumerate(segments):
            if "{" not in segment and "}" not in segment:
                shape.append(segment)
                continue
            name, is_rest = _parameter(segment)
            if name in names:
                raise TemplateError(f"names {{{name}}} twice")
            if is_rest and index + 1 != len(segments):
                raise TemplateError(f"has segments after {{{name}:path}}, which takes them all")
            names.append(name)
            shape.append("{:path}" if is_rest else "{}")
        self.text = text
        self.names = tuple(names)
        self.shape = "/" + "/".join(shape)

    def __repr__(self) -> str:
        """The template's text."""
        return f"PathTemplate({self.text!r})"


def _parameter(segment: str) -> tuple[str, bool]:
    """The name in a parameter segment and whether it takes the rest of the path."""
    if segment.count("{") != segment.count("}"):
        raise TemplateError(f"has an unclosed brace in {segment!r}")
    if not (segment.startswith("{") and segment.endswith("}")) or segment.count("{") != 1:
        raise TemplateError(f"mixes text and parameter in {segment!r}; a parameter is a segment")
    name, colon, converter = segment[1:-1].partition(":")
    if colon and converter != "path":
        raise TemplateError(
            f"has the converter {converter!r} in {segment!r}; annotate the parameter of the"
            " handler instead (only ':path' is known here)"
        )
    if not name.isidentifier():
        raise TemplateError(
            f"names a parameter {name!r}, which no handler can have"
            if name
            else "has a parameter without a name"
        )
    return name, bool(colon)
