"""`:copyfrom`: an INSERT of one row as one of many.

The values come as an array for each parameter.
"""

import re

from necro_scribe._facts import StatementFacts, TypeFacts
from necro_scribe._problems import Problem
from necro_scribe._queries import Query, Replacement
from necro_scribe._sqltext import Span, TokenKind, read_tokens

__all__ = ["copying"]

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")


def copying(
    query: Query, facts: StatementFacts, own_schema: str, problems: list[Problem]
) -> list[Replacement]:
    """What of the statement is replaced so that it takes arrays: `VALUES (…)` becomes a SELECT.

    `VALUES ({a}, lower({b}))` becomes `SELECT sets.a1, lower(sets.a2) FROM unnest($1::int4[],
    $2::text[]) AS sets (a1, a2)`. Where the statement is no such INSERT, that is a problem.

    - own_schema: whose names need no schema before them.
    """
    found = _values(query)
    if facts.kind != "insert" or found is None:
        problems.append(
            Problem(
                f"{query.name} is :copyfrom, and is no INSERT of one row of VALUES",
                query.source,
                query.offset,
                "make it :batch",
            )
        )
        return []
    word, opening, closing = found
    for number, parameter in enumerate(facts.parameters, 1):
        if parameter.type.kind == "array":
            problems.append(
                Problem(
                    f"{query.name} is :copyfrom, and its parameter {query.parameters[number - 1]}"
                    " is an array",
                    query.source,
                    query.offset,
                    "make it :batch",
                )
            )
            return []
    for span, number in query.places:
        if not opening.end <= span.offset < closing.offset:
            problems.append(
                Problem(
                    f"{query.name} is :copyfrom, and has {query.parameters[number - 1]} outside of"
                    " VALUES",
                    query.source,
                    span.offset,
                    "make it :batch",
                )
            )
            return []
    arrays = ", ".join(
        f"${number}::{_type_name(one.type, own_schema)}[]"
        for number, one in enumerate(facts.parameters, 1)
    )
    names = ", ".join(f"a{number}" for number in range(1, len(facts.parameters) + 1))
    replaced = [
        Replacement(Span(word.offset, opening.end - word.offset), "SELECT "),
        Replacement(closing, f" FROM unnest({arrays}) AS sets ({names})"),
    ]
    replaced += [Replacement(span, f"sets.a{number}") for span, number in query.places]
    return replaced


def _values(query: Query) -> tuple[Span, Span, Span] | None:
    """The word VALUES and the parentheses behind it, where there is one of both."""
    statement = query.lexed.statement
    text = query.source.octets[statement.offset : statement.end]
    tokens = [
        one
        for one in read_tokens(text)[0]
        if one.kind not in (TokenKind.LINE_COMMENT, TokenKind.BLOCK_COMMENT)
    ]
    depth = 0
    word: Span | None = None
    opening: Span | None = None
    for index, one in enumerate(tokens):
        span = Span(statement.offset + one.span.offset, one.span.count)
        if one.kind == TokenKind.RIGHT_PARENTHESIS:
            depth -= 1
            if depth == 0 and opening is not None and word is not None:
                following = tokens[index + 1] if index + 1 < len(tokens) else None
                is_last = following is None or following.kind != TokenKind.COMMA
                return (word, opening, span) if is_last else None
        if one.kind == TokenKind.LEFT_PARENTHESIS:
            if depth == 0 and word is not None:
                opening = span
            depth += 1
        if depth == 0 and one.kind == TokenKind.WORD and one.span.of(text).upper() == "VALUES":
            word = span
    return None


def _type_name(type_: TypeFacts, own_schema: str) -> str:
    """A type as SQL names it."""
    name = type_.name if _PLAIN.match(type_.name) else '"{}"'.format(type_.name.replace('"', '""'))
    if type_.schema in ("pg_catalog", own_schema):
        return name
    schema = type_.schema.replace('"', '""')
    return f'"{schema}".{name}'
