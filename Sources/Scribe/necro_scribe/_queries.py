"""Queries as scribe works on them: with `$1` for `{id}`, and back to the file for errors."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from necro_scribe._conditions import ConditionError, condition_of
from necro_scribe._problems import Problem, SourceFile, fault_message
from necro_scribe._sqltext import Directive, Kind, LexedQuery, Span, read_queries

__all__ = ["Prepared", "Query", "Replacement", "TypeOverride", "prepare", "read_query_file"]

_NAME = re.compile(r'"(?:[^"]|"")+"|[^\s,"]+')


@dataclass(frozen=True, slots=True)
class Replacement:
    """Octets of a file, and what Postgres gets in their place.

    - number: of the parameter that they are, counted from 1, else 0.
    """

    span: Span
    text: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class TypeOverride:
    """`-- type: name annotation`, of a column or `{parameter}`."""

    name: str
    is_parameter: bool
    annotation: str
    offset: int


@dataclass(slots=True)
class Query:
    """A query of a file.

    - parameters: the different names in the order of their first places; for `$1` and the like
      their numbers.
    - places: each parameter's number, counted from 1, for every place.
    - nullable, not_null, optional, embed: what directives name, with the octet where each stands.
    """

    source: SourceFile
    lexed: LexedQuery
    name: str
    kind: Kind
    comment: str
    parameters: list[str]
    places: list[tuple[Span, int]]
    is_named: bool
    nullable: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    not_null: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    optional: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    embed: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    types: list[TypeOverride] = field(default_factory=list[TypeOverride])
    conditions: dict[str, list[Span]] = field(default_factory=dict[str, list[Span]])

    @property
    def offset(self) -> int:
        """Where its name stands."""
        return self.lexed.name.offset


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as Postgres takes it, and where its characters are from.

    - pieces: of the statement, by its first character: the octet in the file, and whether it was
      copied from there.
    """

    sql: str
    parameters: tuple[str, ...]
    starts: tuple[int, ...]
    pieces: tuple[tuple[int, bool], ...]

    def offset_of(self, position: int) -> int:
        """The octet in the file of a character of the statement, which counts from 1."""
        index = bisect_right(self.starts, position - 1) - 1
        offset, is_copied = self.pieces[index]
        if not is_copied:
            return offset
        return offset + len(self.sql[self.starts[index] : position - 1].encode())


def read_query_file(source: SourceFile, problems: list[Problem]) -> list[Query]:
    """The queries of a file."""
    file = read_queries(source.octets)
    for fault in file.faults:
        message, hint = fault_message(fault, source.octets)
        problems.append(Problem(message, source, fault.span.offset, hint))
    for meta in file.meta_commands:
        word = meta.of(source.octets).split()[0]
        problems.append(Problem(f"{word} is a command to psql", source, meta.offset))
    return [_query(source, lexed, problems) for lexed in file.queries]


def _query(source: SourceFile, lexed: LexedQuery, problems: list[Problem]) -> Query:
    parameters: list[str] = []
    places: list[tuple[Span, int]] = []
    is_named = True
    for span in lexed.parameters:
        text = span.of(source.octets)
        is_named = text.startswith("{")
        name = text.strip("{}$")
        if is_named:
            if name not in parameters:
                parameters.append(name)
            places.append((span, parameters.index(name) + 1))
        else:
            places.append((span, int(name)))
    if not is_named:
        parameters = [str(number + 1) for number in range(max(number for _, number in places))]
    for comma in lexed.trailing_commas:
        problems.append(
            Problem(
                "a comma before a closing parenthesis",
                source,
                comma.offset,
                hint="Postgres refuses it; scribe leaves it out",
                is_warning=True,
            )
        )
    query = Query(
        source,
        lexed,
        lexed.name.of(source.octets),
        lexed.kind,
        "\n".join(one.of(source.octets) for one in lexed.comments),
        parameters,
        places,
        is_named,
    )
    for directive, value in lexed.directives:
        _direct(query, directive, value, problems)
    _find_conditions(query, problems)
    return query


def _direct(query: Query, directive: Directive, value: Span, problems: list[Problem]) -> None:
    """Takes up a directive."""
    text = value.of(query.source.octets)
    if directive == Directive.TYPE:
        name, _, annotation = text.partition(" ")
        name = name.rstrip(":")
        if not annotation.strip():
            hint = "write `-- type: column list[str]` or `-- type: {parameter} list[str]`"
            problems.append(
                Problem("a type needs a name and an annotation", query.source, value.offset, hint)
            )
            return
        is_parameter = name.startswith("{")
        query.types.append(
            TypeOverride(
                name.strip("{}") if is_parameter else _unquoted(name),
                is_parameter,
                annotation.strip(),
                value.offset,
            )
        )
        return
    target = {
        Directive.NULLABLE: query.nullable,
        Directive.NOT_NULL: query.not_null,
        Directive.OPTIONAL: query.optional,
        Directive.EMBED: query.embed,
    }[directive]
    for match in _NAME.finditer(text):
        offset = value.offset + len(text[: match.start()].encode())
        name = match[0]
        if directive == Directive.OPTIONAL:
            name = name.strip("{}$")
            if name not in query.parameters:
                known = ", ".join(query.parameters) or "none"
                problems.append(
                    Problem(
                        f"{query.name} has no parameter {name}",
                        query.source,
                        offset,
                        f"it has {known}",
                    )
                )
                continue
        target.append((_unquoted(name), offset))


def _unquoted(name: str) -> str:
    """A name as Postgres has it: folded to lower case unless it is in quotes."""
    if name.startswith('"'):
        return name[1:-1].replace('""', '"')
    return name.lower() if name.isascii() else name


def _find_conditions(query: Query, problems: list[Problem]) -> None:
    for name, offset in query.optional:
        number = query.parameters.index(name) + 1
        spans: list[Span] = []
        for span, at in query.places:
            if at != number:
                continue
            try:
                condition = condition_of(query.source.octets, query.lexed.statement, span)
            except ConditionError:
                problems.append(
                    Problem(
                        f"{name} cannot be optional: here it stands in no condition",
                        query.source,
                        span.offset,
                        hint="an optional parameter stands in conditions of WHERE, ON, HAVING"
                        f" or FILTER alone, which are left out with it (line"
                        f" {query.source.place(offset)[0]})",
                    )
                )
                continue
            if condition not in spans:
                spans.append(condition)
        query.conditions[name] = spans


def prepare(
    query: Query,
    dropped: frozenset[str] = frozenset(),
    others: tuple[Replacement, ...] = (),
) -> Prepared:
    """The statement with `$1` for its parameters.

    - dropped: optional parameters whose conditions are left out.
    - others: what else is put in the place of octets.
    """
    replaced: list[Replacement] = list(others)
    replaced += [Replacement(one, "") for one in query.lexed.trailing_commas]
    for name in dropped:
        replaced += [Replacement(one, "TRUE") for one in query.conditions[name]]
    replaced += [Replacement(span, "", number) for span, number in query.places]
    replaced.sort(key=lambda one: (one.span.offset, -one.span.count))
    octets, statement = query.source.octets, query.lexed.statement
    sql = ""
    numbers: dict[int, int] = {}
    starts: list[int] = []
    pieces: list[tuple[int, bool]] = []
    position = statement.offset
    for one in replaced:
        if one.span.offset < position:
            # It lies in a condition that is left out.
            continue
        starts += [len(sql)]
        pieces += [(position, True)]
        sql += octets[position : one.span.offset].decode()
        starts += [len(sql)]
        pieces += [(one.span.offset, False)]
        if one.number:
            # Without those that were left out, parameters are counted anew.
            number = (
                numbers.setdefault(one.number, len(numbers) + 1) if query.is_named else one.number
            )
            sql += f"${number}"
        else:
            sql += one.text
        position = one.span.end
    starts += [len(sql)]
    pieces += [(position, True)]
    sql += octets[position : statement.end].decode()
    names = (
        query.parameters if not query.is_named else [query.parameters[one - 1] for one in numbers]
    )
    return Prepared(sql, tuple(names), tuple(starts), tuple(pieces))
