"""`-- embed: grave`: the columns of a joined table as a model within the row's."""

from necro_scribe._problems import Problem
from necro_scribe._queries import Query, Replacement
from necro_scribe._sqltext import Span, TokenKind, read_tokens

__all__ = ["embedding"]


def embedding(query: Query, problems: list[Problem]) -> list[Replacement]:
    """`grave.*` becomes `grave`, the row as one value: NULL where an outer join finds none."""
    if not query.embed:
        return []
    statement = query.lexed.statement
    text = query.source.octets[statement.offset : statement.end]
    tokens = [
        one
        for one in read_tokens(text)[0]
        if one.kind not in (TokenKind.LINE_COMMENT, TokenKind.BLOCK_COMMENT)
    ]
    replaced: list[Replacement] = []
    for name, offset in query.embed:
        found: list[Span] = []
        for first, dot, star in zip(tokens, tokens[1:], tokens[2:], strict=False):
            written = first.span.of(text)
            is_name = first.kind in (TokenKind.WORD, TokenKind.QUOTED_IDENTIFIER) and (
                written.strip('"') == name
                or (not written.startswith('"') and written.lower() == name)
            )
            is_star = star.kind == TokenKind.OPERATOR_NAME and star.span.of(text) == "*"
            if is_name and dot.kind == TokenKind.DOT and is_star:
                found.append(dot.span)
                found.append(star.span)
        if not found:
            problems.append(
                Problem(
                    f"{query.name} selects no {name}.*",
                    query.source,
                    offset,
                    "what is embedded stands as `name.*` in the statement",
                )
            )
        replaced += [
            Replacement(Span(statement.offset + one.offset, one.count), "") for one in found
        ]
    return replaced
