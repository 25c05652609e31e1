"""Statements with conditions that may be left out, as parts that are put together when they run."""

from necro_scribe._queries import Query
from necro_scribe._resolved import Resolved
from necro_scribe._sqltext import Span

__all__ = ["Part", "template_parts"]

type Part = str | int | tuple[tuple[int, ...], tuple[Part, ...]]
"""Text; the index of a parameter; or a condition and the parameters it is left out without."""


def template_parts(resolved: Resolved) -> tuple[Part, ...]:
    """A statement as parts; parameters are indices of its method's, from 0."""
    query = resolved.query
    order = {name: index for index, name in enumerate(resolved.prepared.parameters)}
    numbers = {span: order[query.parameters[number - 1]] for span, number in query.places}
    conditions: dict[Span, set[int]] = {}
    for name, spans in query.conditions.items():
        for span in spans:
            conditions.setdefault(span, set()).add(order[name])
    statement = query.lexed.statement
    return _parts(query, statement, numbers, conditions)


def _parts(
    query: Query, span: Span, numbers: dict[Span, int], conditions: dict[Span, set[int]]
) -> tuple[Part, ...]:
    """The parts of a run of octets, conditions within conditions included."""
    octets = query.source.octets
    marks: list[Span] = [
        one
        for one in (*numbers, *conditions, *query.lexed.trailing_commas)
        if span.offset <= one.offset and one.end <= span.end and one != span
    ]
    marks.sort(key=lambda one: (one.offset, -one.count))
    parts: list[Part] = []
    position = span.offset
    for one in marks:
        if one.offset < position:
            continue
        if one.offset > position:
            parts.append(octets[position : one.offset].decode())
        if one in numbers:
            parts.append(numbers[one])
        elif one in conditions:
            inner = _parts(query, one, numbers, conditions)
            parts.append((tuple(sorted(conditions[one])), inner))
        position = one.end
    if position < span.end:
        parts.append(octets[position : span.end].decode())
    return tuple(parts)
