"""What is known of the rows of one query level while it is looked at."""

from dataclasses import dataclass, field

from necro_scribe._nodes import Key, Node

__all__ = ["Condition", "Event", "Grouping", "RowFacts", "Scope", "variable_key"]

# That a join has no row for one of its sides, and fills in NULLs: the join and the side.
type Event = tuple[int, str]
type Condition = frozenset[Event]
_ALWAYS: Condition = frozenset()


def variable_key(levels: int, relation: int, column: int) -> Key:
    """The key of a column of a relation that is so many query levels further out."""
    return ("V", levels, relation, column)


@dataclass(slots=True)
class RowFacts:
    """What is known of each row at one point of a query.

    - nulled: for each relation the events after which all its columns are NULL.
    - known: expressions that are not NULL in any row in which none of the events of a condition has
      come about; with an empty condition in every row.
    """

    nulled: dict[int, Condition] = field(default_factory=dict[int, Condition])
    known: dict[Key, set[Condition]] = field(default_factory=dict[Key, set[Condition]])

    def add(self, key: Key, condition: Condition = _ALWAYS) -> None:
        """Notes that an expression is not NULL."""
        self.known.setdefault(key, set()).add(condition)

    def holds(self, key: Key) -> bool:
        """Whether an expression is not NULL in any row."""
        return _ALWAYS in self.known.get(key, ())

    def joined(self, other: "RowFacts") -> "RowFacts":
        """What is known of rows that are made of a row of this and one of the other."""
        known = {key: set(conditions) for key, conditions in self.known.items()}
        for key, conditions in other.known.items():
            known.setdefault(key, set()).update(conditions)
        return RowFacts({**self.nulled, **other.nulled}, known)

    def within(self, event: Event) -> "RowFacts":
        """What is known once a join fills in NULLs for rows that it does not find here."""
        more = frozenset({event})
        nulled = {relation: events | more for relation, events in self.nulled.items()}
        known = {
            key: {condition | more for condition in conditions}
            for key, conditions in self.known.items()
        }
        return RowFacts(nulled, known)

    def settle(self) -> None:
        """Rules out what cannot have come about, as a column of the relation is not NULL."""
        while gone := self._impossible():
            self.nulled = {relation: events - gone for relation, events in self.nulled.items()}
            self.known = {
                key: {condition - gone for condition in conditions}
                for key, conditions in self.known.items()
            }

    def _impossible(self) -> Condition:
        gone: set[Event] = set()
        for key in self.known:
            if key[0] == "V" and key[1] == 0 and self.holds(key):
                relation = key[2]
                assert isinstance(relation, int)
                gone |= self.nulled.get(relation, _ALWAYS)
        return frozenset(gone)


@dataclass(slots=True)
class Grouping:
    """How GROUP BY changes what an expression is.

    - is_kept: for each expression that is grouped by, whether it is in all the grouping sets; in
      the rows of the others it is NULL.
    - has_rows: each group is made of one row or more; without GROUP BY, or with an empty grouping
      set, there is a group even where there are no rows.
    """

    is_kept: dict[Key, bool]
    kept_references: frozenset[int]
    has_rows: bool


class Scope:
    """A query level.

    - columns: for each relation, by the numbers of its columns, why they may be NULL in its own
      rows.
    - tables: for each relation its own table, where it is one.
    - facts: of the rows at the point that is looked at.
    - after: expressions that are not NULL in the groups that HAVING lets through.
    - is_grouped: what is looked at is made of groups, not of rows.
    """

    def __init__(self, query: Node, parent: "Scope | None") -> None:
        self.query = query
        self.parent = parent
        self.relations = query.nodes("rtable")
        self.columns: dict[int, dict[int, str]] = {}
        self.facts = RowFacts()
        self.grouping: Grouping | None = None
        self.is_grouped = False
        self.after: frozenset[Key] = frozenset()
        self.joins: dict[int, str] = {}
        self.common: dict[str, dict[int, str]] = {}

    def relation(self, number: int) -> Node | None:
        """An entry of the range table."""
        return self.relations[number - 1] if 0 < number <= len(self.relations) else None

    def outer(self, levels: int) -> "Scope | None":
        """The query level that is so many further out."""
        scope: Scope | None = self
        for _ in range(levels):
            scope = scope.parent if scope is not None else None
        return scope

    def holds(self, key: Key) -> bool:
        """Whether an expression of this level is known not to be NULL where we are."""
        if not self.is_grouped:
            return self.facts.holds(key)
        if key in self.after:
            return True
        grouping = self.grouping
        return grouping is not None and grouping.has_rows and self.facts.holds(key)

    def name_of(self, number: int) -> str:
        """What a relation is called in the query."""
        entry = self.relation(number)
        names = entry.node("eref") if entry is not None else None
        return (names.text("aliasname") if names is not None else None) or "a relation"

    def column_name(self, number: int, column: int) -> str:
        """What a column of a relation is called in the query."""
        entry = self.relation(number)
        names = entry.node("eref") if entry is not None else None
        columns = names.words("colnames") if names is not None else []
        return columns[column - 1] if 0 < column <= len(columns) else "?"

    def resolved(self, node: Node) -> Node:
        """What a column of a join, or of groups, stands for; another node as it is."""
        for _ in range(len(self.relations) + 1):
            if node.tag != "VAR" or node.number("varlevelsup") or node.number("varattno") <= 0:
                return node
            entry = self.relation(node.number("varno"))
            if entry is None or entry.number("rtekind") != 2:
                return node
            aliases = entry.nodes("joinaliasvars")
            column = node.number("varattno")
            if column > len(aliases):
                return node
            node = aliases[column - 1]
        return node
