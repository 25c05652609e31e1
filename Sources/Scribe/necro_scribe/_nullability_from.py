"""Proves what FROM and WHERE let through: joins, subqueries, common tables, set operations."""

from itertools import product
from math import prod
from typing import TYPE_CHECKING

from necro_scribe._nodes import Node
from necro_scribe._nullability_scope import Condition, Event, RowFacts, Scope, variable_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from necro_scribe._nullability import Prover

__all__ = ["FromProofs"]

# Values of RTEKind.
RELATION, SUBQUERY, JOIN, FUNCTION, TABLE_FUNCTION, VALUES, COMMON = 0, 1, 2, 3, 4, 5, 6
GROUP = 9
# Values of JoinType.
INNER, LEFT, FULL, RIGHT = 0, 1, 2, 3
_JOIN_NAMES = {LEFT: "LEFT JOIN", FULL: "FULL JOIN", RIGHT: "RIGHT JOIN"}
# Values of SetOperation.
UNION, INTERSECT, EXCEPT = 1, 2, 3
_MISSING = "nothing is known of the column"
# A recursive query is looked at again until nothing more turns out to be NULL.
_ROUNDS_MAX = 2_000
# Combinations of events that are gone through.
_CHOICES_MAX = 1_000
# How deep subqueries are looked at again, each of which doubles the work.
_DEPTH_MAX = 4


class FromProofs:
    """Looks at FROM clauses, for a Prover."""

    def __init__(self, prover: "Prover") -> None:
        self._prover = prover
        self._catalog = prover.catalog
        self._rejections = prover.rejections
        self._depth = 0

    # Joins.

    def rows_of(self, tree: Node, scope: Scope) -> RowFacts:
        """What is known of the rows that FROM and WHERE let through."""
        return self._walked(tree, scope, RowFacts())

    def _walked(self, node: Node, scope: Scope, beside: RowFacts) -> RowFacts:
        """What is known of the rows of a part of FROM.

        - beside: what is known of what stands to its left, which LATERAL may look at.
        """
        if node.tag == "RANGETBLREF":
            return self._of_relation(node.number("rtindex"), scope, beside)
        if node.tag == "JOINEXPR":
            return self._of_join(node, scope, beside)
        rows = RowFacts()
        for each in node.nodes("fromlist"):
            rows = rows.joined(self._walked(each, scope, beside.joined(rows)))
        for key in self._rejections.of(node.node("quals"), "TRUE", scope):
            rows.add(key)
        rows.settle()
        return rows

    def _of_relation(self, number: int, scope: Scope, beside: RowFacts) -> RowFacts:
        rows = RowFacts({number: frozenset()})
        entry = scope.relation(number)
        if entry is None:
            return rows
        scope.facts = beside
        scope.columns[number] = self._columns(entry, scope)
        functions = entry.nodes("functions")
        if entry.number("rtekind") == FUNCTION and len(functions) == 1:
            # A strict function has no rows for NULL.
            call = functions[0].node("funcexpr")
            function = self._catalog.function_of(call) if call is not None else None
            is_strict = function is not None and function.returns_set and function.is_strict
            if call is not None and is_strict and call.tag == "FUNCEXPR":
                for argument in call.nodes("args"):
                    for key in self._rejections.known(argument, scope):
                        rows.add(key)
        return rows

    def _of_join(self, node: Node, scope: Scope, beside: RowFacts) -> RowFacts:
        kind, number = node.number("jointype"), node.number("rtindex")
        left_node, right_node = node.node("larg"), node.node("rarg")
        assert left_node is not None
        assert right_node is not None
        left = self._walked(left_node, scope, beside)
        right = self._walked(right_node, scope, beside.joined(left))
        scope.joins[number] = _JOIN_NAMES.get(kind, "join")
        events: set[Event] = set()
        # Each side is filled in where the other one has rows for which nothing is found.
        if kind in (LEFT, FULL):
            right = right.within((number, "right"))
            events.add((number, "right"))
        if kind in (RIGHT, FULL):
            left = left.within((number, "left"))
            events.add((number, "left"))
        rows = left.joined(right)
        if kind in (INNER, LEFT, FULL, RIGHT):
            for key in self._rejections.of(node.node("quals"), "TRUE", scope):
                rows.add(key, frozenset(events))
        rows.settle()
        return rows

    # What is behind a relation.

    def refine(self, scope: Scope) -> None:
        """Looks again at subqueries and views, of which more is known once all of WHERE is.

        Of the rows that are left, some columns are not NULL, which may rule out within a subquery
        what others would be NULL for.
        """
        if self._depth >= _DEPTH_MAX:
            return
        given: dict[int, set[int]] = {}
        for key in scope.facts.known:
            if key[0] == "V" and key[1] == 0 and scope.facts.holds(key):
                number, column = key[2], key[3]
                if isinstance(number, int) and isinstance(column, int) and column > 0:
                    given.setdefault(number, set()).add(column)
        self._depth += 1
        try:
            for number in scope.columns:
                self._refine(number, frozenset(given.get(number, ())), scope)
        finally:
            self._depth -= 1

    def _refine(self, number: int, given: frozenset[int], scope: Scope) -> None:
        entry = scope.relation(number)
        if entry is None or not any(scope.columns[number].values()):
            return
        kind = entry.number("rtekind")
        query = entry.node("subquery")
        if kind == SUBQUERY and query is not None and (given or entry.flag("lateral")):
            scope.columns[number] = {0: "", **self._prover.outputs(query, scope, given)}
        elif kind == RELATION and given:
            view = self._prover.tables.view_columns(entry.number("relid"), given)
            if view is not None:
                scope.columns[number] = view
        elif kind == COMMON and given:
            home = scope.outer(entry.number("ctelevelsup"))
            table = _common_table(entry, home)
            query = table.node("ctequery") if table is not None else None
            if table is None or query is None or table.flag("cterecursive"):
                return
            scope.columns[number] = {0: "", **self._prover.outputs(query, home, given)}

    # Columns.

    def of_variable(self, node: Node, scope: Scope) -> str:
        """Why a column may be NULL where we are."""
        levels, number = node.number("varlevelsup"), node.number("varno")
        column = node.number("varattno")
        home = scope.outer(levels)
        if home is None or node.number("varreturningtype"):
            return _MISSING
        if levels:
            key = variable_key(0, number, column)
            grouping = home.grouping if home.is_grouped else None
            if grouping is not None and grouping.is_kept.get(key) is False:
                return "it is NULL in the rows of grouping sets that it is not in"
            if home.holds(key):
                return ""
        entry = home.relation(number)
        if entry is None:
            return _MISSING
        if entry.number("rtekind") in (JOIN, GROUP):
            name = "groupexprs" if entry.number("rtekind") == GROUP else "joinaliasvars"
            aliases = entry.nodes(name)
            if not 0 < column <= len(aliases):
                return _MISSING
            return self._prover.why(aliases[column - 1], home)
        if number not in home.columns or number not in home.facts.nulled:
            return _MISSING
        return self.of_column(number, column, home)

    def of_column(self, number: int, column: int, scope: Scope) -> str:
        """Why a column of a relation of this level may be NULL."""
        if why := scope.columns[number].get(column, _MISSING):
            return why
        for join, _ in sorted(scope.facts.nulled[number]):
            return f"the {scope.joins[join]} may find no row of {scope.name_of(number)}"
        return ""

    def is_one_there(self, arguments: list[Node], scope: Scope) -> bool:
        """Whether one of several columns is not NULL, as not both sides of a FULL JOIN can be."""
        conditions = [
            condition
            for each in arguments
            if (condition := self._nulled_by(scope.resolved(each), scope)) is not None
        ]
        if not conditions or prod(map(len, conditions)) > _CHOICES_MAX:
            return False
        # Whichever events are chosen, one for each, two of them are the two sides of one join.
        return all(
            any((join, "left") in events and (join, "right") in events for join, _ in events)
            for events in map(set, product(*conditions))
        )

    def _nulled_by(self, node: Node, scope: Scope) -> Condition | None:
        """The events after which a column is NULL, where it is NULL after nothing else."""
        while node.tag == "RELABELTYPE" and (argument := node.node("arg")) is not None:
            node = scope.resolved(argument)
        number, column = node.number("varno"), node.number("varattno")
        grouping = scope.grouping if scope.is_grouped else None
        is_whole = grouping is None or (grouping.has_rows and all(grouping.is_kept.values()))
        is_own = node.tag == "VAR" and not node.number("varlevelsup") and is_whole
        if not is_own or number not in scope.columns or number not in scope.facts.nulled:
            return None
        return None if scope.columns[number].get(column, _MISSING) else scope.facts.nulled[number]

    def _columns(self, entry: Node, scope: Scope) -> dict[int, str]:
        """Why the columns of a relation may be NULL in its own rows."""
        kind = entry.number("rtekind")
        if kind == RELATION:
            return self._prover.tables.columns(entry.number("relid"), entry.flag("inh"))
        if kind == SUBQUERY:
            query = entry.node("subquery")
            return {} if query is None else {0: "", **self._prover.outputs(query, scope)}
        if kind == FUNCTION:
            return self._of_functions(entry, scope)
        if kind == VALUES:
            return self._of_values(entry, scope)
        if kind == COMMON:
            return {0: "", **self._of_common(entry, scope)}
        if kind == TABLE_FUNCTION:
            return _of_table_function(entry)
        return {}

    def _of_values(self, entry: Node, scope: Scope) -> dict[int, str]:
        found: dict[int, str] = {0: ""}
        rows = entry.fields.get("values_lists")
        for row in rows if isinstance(rows, list) else []:
            for number, cell in enumerate(row if isinstance(row, list) else [], 1):
                node = cell if isinstance(cell, Node) else None
                found[number] = found.get(number, "") or self._prover.why(node, scope)
        return found

    def _of_functions(self, entry: Node, scope: Scope) -> dict[int, str]:
        functions = entry.nodes("functions")
        found: dict[int, str] = {}
        number = 0
        for each in functions:
            count = each.number("funccolcount")
            reasons = self._of_function(each, scope)
            for index in range(count):
                number += 1
                why = reasons[index] if index < len(reasons) else "its function may give NULL"
                if len(functions) > 1 and not why:
                    why = "a function beside it may have more rows"
                found[number] = why
        if entry.flag("funcordinality"):
            found[number + 1] = ""
        return found

    def _of_function(self, each: Node, scope: Scope) -> list[str]:
        call = each.node("funcexpr")
        # Columns that the query names itself are of a record that may be anything.
        if call is None or each.has("funccolnames"):
            return []
        function = self._catalog.function_of(call) if call.tag == "FUNCEXPR" else None
        if function is not None and function.returns_set:
            return self._prover.calls.set_columns(function, call, scope)
        return [self._prover.why(call, scope)] if each.number("funccolcount") == 1 else []

    # Common tables.

    def _of_common(self, entry: Node, scope: Scope) -> dict[int, str]:
        name = entry.text("ctename") or ""
        home = scope.outer(entry.number("ctelevelsup"))
        if home is None:
            return {}
        if name not in home.common:
            table = _common_table(entry, home)
            query = table.node("ctequery") if table is not None else None
            if table is None or query is None:
                return {}
            if table.flag("cterecursive"):
                self._settle_recursion(name, table, query, home)
            else:
                home.common[name] = self._prover.outputs(query, home)
        return home.common[name]

    def _settle_recursion(self, name: str, table: Node, query: Node, home: Scope) -> None:
        """Begins with all columns never NULL, and takes back what a round shows to be.

        What is left holds by induction: of the rows that the recursion begins with, and of each
        that is made from one of which it holds.
        """
        count = len(table.words("ctecolnames")) + _added_columns(table)
        home.common[name] = dict.fromkeys(range(1, count + 1), "")
        for _ in range(_ROUNDS_MAX):
            found = {**dict.fromkeys(home.common[name], ""), **self._prover.outputs(query, home)}
            if not any(why and not home.common[name].get(each) for each, why in found.items()):
                break
            home.common[name] = {
                each: why or found[each] for each, why in home.common[name].items()
            }
        else:
            home.common[name] = {}

    # Set operations.

    def of_set_operation(self, node: Node, scope: Scope, given: frozenset[int]) -> dict[int, str]:
        """Why the columns of UNION, INTERSECT and EXCEPT may be NULL."""
        if node.tag == "RANGETBLREF":
            entry = scope.relation(node.number("rtindex"))
            query = entry.node("subquery") if entry is not None else None
            return {} if query is None else self._prover.outputs(query, scope, given)
        left_node, right_node = node.node("larg"), node.node("rarg")
        if left_node is None or right_node is None:
            return {}
        left = self.of_set_operation(left_node, scope, given)
        kind = node.number("op")
        if kind == EXCEPT:
            return left
        right = self.of_set_operation(right_node, scope, given)
        pairs = ((each, left[each], right.get(each, _MISSING)) for each in left)
        if kind == INTERSECT:
            return {each: one if not one or other else "" for each, one, other in pairs}
        return {each: one or other for each, one, other in pairs}


def _common_table(entry: Node, home: Scope | None) -> Node | None:
    tables = home.query.nodes("cteList") if home is not None else []
    name = entry.text("ctename")
    return next((each for each in tables if each.text("ctename") == name), None)


def _added_columns(table: Node) -> int:
    """How many columns SEARCH and CYCLE put behind those of the query, which they fill in.

    The values that mark a cycle are constants, and where one of them is NULL nothing is added here.
    """
    added = 1 if table.node("search_clause") is not None else 0
    cycle = table.node("cycle_clause")
    if cycle is None:
        return added
    marks = [cycle.node("cycle_mark_value"), cycle.node("cycle_mark_default")]
    is_marked = all(each is not None and not each.flag("constisnull") for each in marks)
    return added + (2 if is_marked else 0)


def _of_table_function(entry: Node) -> dict[int, str]:
    """XMLTABLE and JSON_TABLE: the first numbers its rows itself, and knows NOT NULL."""
    node = entry.node("tablefunc")
    if node is None or node.number("functype"):
        return {}
    names = node.words("colnames")
    # Sets of columns count from 0.
    fixed = {each + 1 for each in _numbers(node.words("notnulls"))}
    ordinal = node.number("ordinalitycol") + 1 if node.has("ordinalitycol") else 0
    return {
        each: "" if each == ordinal or each in fixed else "nothing may be found for it"
        for each in range(1, len(names) + 1)
    }


def _numbers(words: "Iterable[str]") -> list[int]:
    return [int(each) for each in words if each.isdecimal()]
