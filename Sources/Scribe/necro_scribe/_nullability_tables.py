"""Proves which columns of tables and views are never NULL in any of their rows."""

from typing import TYPE_CHECKING

from necro_scribe._catalog import Attribute, Relation, nodes_of
from necro_scribe._nodes import Node
from necro_scribe._nullability_scope import Scope

if TYPE_CHECKING:
    from necro_scribe._nullability import Prover

__all__ = ["TableProofs"]

# Of every row of a table: its place, its transactions and commands, and the table it is in.
_SYSTEM_COLUMNS = (-1, -2, -3, -4, -5, -6)


class TableProofs:
    """Looks at tables and views, for a Prover."""

    def __init__(self, prover: "Prover") -> None:
        self._prover = prover
        self._catalog = prover.catalog
        self._columns: dict[tuple[int, bool], dict[int, str]] = {}
        self._own: dict[int, dict[str, str]] = {}

    def columns(self, oid: int, inherits: bool = True) -> dict[int, str]:
        """By the number of a column, with 0 for the whole row: why it may be NULL.

        - inherits: rows of tables that inherit from it, and of its partitions, count as well.
        """
        at = (oid, inherits)
        if at not in self._columns:
            # A view cannot be made of itself, and nobody has to rely on it.
            self._columns[at] = {}
            self._columns[at] = self._found(oid, inherits)
        return self._columns[at]

    def members(self, oid: int) -> list[Relation]:
        """A table and all that inherit from it, as far down as they go."""
        found: dict[int, Relation] = {}
        waiting = [oid]
        while waiting:
            each = waiting.pop()
            relation = self._catalog.relations.get(each)
            if relation is not None and each not in found:
                found[each] = relation
                waiting.extend(relation.children)
        return list(found.values())

    def _found(self, oid: int, inherits: bool) -> dict[int, str]:
        relation = self._catalog.relations.get(oid)
        if relation is None:
            return {}
        if relation.kind == "v":
            return self._of_view(relation)
        numbers = relation.attributes
        if relation.kind == "m":
            why = f"{relation.name} keeps rows from before its tables last changed"
            return {0: "", **dict.fromkeys(numbers, why)}
        members = self.members(oid) if inherits else [relation]
        found = {0: ""}
        if all(each.kind in "rp" for each in members):
            found.update(dict.fromkeys(_SYSTEM_COLUMNS, ""))
        for number, attribute in numbers.items():
            reasons = (self.own(each).get(attribute.name, "unknown") for each in members)
            found[number] = next((why for why in reasons if why), "")
        return found

    def view_columns(self, oid: int, given: frozenset[int]) -> dict[int, str] | None:
        """The same of a view's rows in which some columns are not NULL; None for a table."""
        relation = self._catalog.relations.get(oid)
        if relation is None or relation.kind != "v":
            return None
        return self._of_view(relation, given)

    def _of_view(self, relation: Relation, given: frozenset[int] = frozenset()) -> dict[int, str]:
        if relation.view is None:
            return {}
        queries = nodes_of(relation.view)
        if len(queries) != 1:
            return {}
        reasons = self._prover.outputs(queries[0], None, given)
        names = {number: each.name for number, each in relation.attributes.items()}
        return {
            0: "",
            **{
                number: why and f"in {relation.name}.{names.get(number, '?')}: {why}"
                for number, why in reasons.items()
            },
        }

    def own(self, relation: Relation) -> dict[str, str]:
        """By name, why the columns may be NULL in the rows that are in one table itself."""
        if relation.oid not in self._own:
            self._own[relation.oid] = self._of_table(relation)
        return self._own[relation.oid]

    def _of_table(self, relation: Relation) -> dict[str, str]:
        attributes = relation.attributes
        if relation.kind not in "rp":
            why = f"{relation.name} is elsewhere, where nobody enforces NOT NULL"
            return {each.name: why for each in attributes.values()}
        scope = self._scope_of(relation)
        columns = {number: self._of_column(relation, each) for number, each in attributes.items()}
        scope.columns[1] = columns
        for text in relation.checks:
            for check in nodes_of(text):
                # A check lets NULL through: it has to say IS NOT NULL.
                for key in self._prover.rejections.of(check, "NOT FALSE", scope):
                    number = key[3] if key[0] == "V" and key[1] == 0 else None
                    if isinstance(number, int) and number in columns:
                        columns[number] = ""
        for number, each in attributes.items():
            if each.generated and columns[number]:
                columns[number] = self._of_expression(each, scope) or ""
        return {each.name: columns[number] for number, each in attributes.items()}

    def _of_column(self, relation: Relation, attribute: Attribute) -> str:
        if attribute.not_null:
            return ""
        place = f"{relation.name}.{attribute.name}"
        if self._catalog.is_not_null_domain(attribute.type):
            return f"{place} takes NULL where a subquery without rows is put in it"
        return f"{place} takes NULL"

    def _of_expression(self, attribute: Attribute, scope: Scope) -> str:
        """Why what a column is computed by, or is by default, may be NULL."""
        nodes = nodes_of(attribute.default or "")
        if len(nodes) != 1:
            return "nothing is known of how it is computed"
        return self._prover.why(nodes[0], scope)

    def of_default(self, relation: Relation, number: int) -> str:
        """Why a column that INSERT leaves out may be NULL."""
        attribute = relation.attributes.get(number)
        if attribute is None or not attribute.default:
            return "it has no default"
        if attribute.generated:
            return "it is computed"
        return self._of_expression(attribute, self._scope_of(relation))

    def _scope_of(self, relation: Relation) -> Scope:
        """A query level with the table alone, as its own expressions are stored."""
        entry = Node("RANGETBLENTRY", {"rtekind": "0", "relid": str(relation.oid)})
        scope = Scope(Node("QUERY", {"rtable": [entry]}), None)
        scope.facts.nulled[1] = frozenset()
        scope.columns[1] = {}
        return scope
