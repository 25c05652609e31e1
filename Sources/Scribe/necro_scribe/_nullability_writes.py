"""Proves what RETURNING gives: of rows that are there, with what a statement has put into them."""

from typing import TYPE_CHECKING

from necro_scribe._catalog import Relation
from necro_scribe._nodes import Node
from necro_scribe._nullability_scope import RowFacts, Scope, variable_key

if TYPE_CHECKING:
    from necro_scribe._nullability import Prover

__all__ = ["WriteProofs"]

# Values of CmdType.
UPDATE, INSERT, DELETE, MERGE = 2, 3, 4, 5
# Values of OnConflictAction, and of MergeMatchKind.
_CONFLICT_UPDATE = 2
_NOT_MATCHED_BY_SOURCE = 1


class WriteProofs:
    """Looks at statements that write, for a Prover."""

    def __init__(self, prover: "Prover") -> None:
        self._prover = prover
        self._tables = prover.tables
        self._catalog = prover.catalog

    def outputs(self, query: Node, parent: Scope | None) -> dict[int, str]:
        """For each column that RETURNING gives, by its number, why it may be NULL."""
        returning = query.nodes("returningList")
        tree = query.node("jointree")
        if not returning or tree is None:
            return {}
        # What is read is looked at as if it was selected; nothing is grouped in it.
        scope = self._prover.opened(query, parent)
        target = query.number("resultRelation")
        entry = scope.relation(target)
        relation = self._catalog.relations.get(entry.number("relid")) if entry is not None else None
        if relation is None:
            return self._prover.targets(returning, scope)
        kind = query.number("commandType")
        if kind == MERGE:
            self._merge(query, scope, target, relation)
        else:
            self._write(query, scope, target, relation)
        return self._prover.targets(returning, scope)

    def _is_plain(self, relation: Relation) -> bool:
        """Whether what RETURNING gives of it is a row of a table, whose constraints hold."""
        return relation.kind in "rp" and not relation.has_rules

    def _has_triggers(self, relation: Relation) -> bool:
        """Whether something may change a row on its way into the table."""
        members = self._tables.members(relation.oid)
        return any(each.has_row_triggers or each.kind not in "rp" for each in members)

    def _write(self, query: Node, scope: Scope, target: int, relation: Relation) -> None:
        kind = query.number("commandType")
        if not self._is_plain(relation):
            scope.facts = _without(scope.facts, target)
            scope.facts.nulled[target] = frozenset()
            scope.columns[target] = {}
            return
        base = self._tables.columns(relation.oid)
        scope.columns[target] = base
        scope.facts.nulled[target] = frozenset()
        if kind == DELETE:
            return
        is_kept = not self._has_triggers(relation)
        assigned: dict[int, str] = {}
        if kind == INSERT:
            assigned = self._inserted(query, scope, relation)
            conflict = query.node("onConflict")
            if conflict is not None and conflict.number("action") == _CONFLICT_UPDATE:
                assigned = self._merged(conflict, assigned, scope, target, base, is_kept)
        else:
            assigned = self._assigned(query.nodes("targetList"), scope)
        facts = _without(scope.facts, target)
        if kind == UPDATE and is_kept:
            # What WHERE says holds for what is not changed.
            for number, attribute in relation.attributes.items():
                key = variable_key(0, target, number)
                is_same = number not in assigned and not attribute.generated
                if is_same and scope.facts.holds(key):
                    facts.add(key)
        scope.facts = facts
        scope.columns[target] = {
            number: why and (assigned.get(number, why) if is_kept else why)
            for number, why in base.items()
        }

    def _assigned(self, entries: list[Node], scope: Scope) -> dict[int, str]:
        """By the number of a column that is assigned to, why its new value may be NULL."""
        return {
            each.number("resno"): self._prover.why(each.node("expr"), scope)
            for each in entries
            if not each.flag("resjunk")
        }

    def _inserted(self, query: Node, scope: Scope, relation: Relation) -> dict[int, str]:
        given = {each.number("resno"): each.node("expr") for each in query.nodes("targetList")}
        found: dict[int, str] = {}
        for number, attribute in relation.attributes.items():
            expression = given.get(number)
            if attribute.generated:
                continue
            if expression is None or expression.tag == "SETTODEFAULT":
                found[number] = self._tables.of_default(relation, number)
            else:
                found[number] = self._prover.why(expression, scope)
        return found

    def _merged(
        self,
        conflict: Node,
        inserted: dict[int, str],
        scope: Scope,
        target: int,
        base: dict[int, str],
        is_kept: bool,
    ) -> dict[int, str]:
        """Why columns may be NULL in a row that was inserted, or was there and was changed."""
        excluded = conflict.number("exclRelIndex")
        was = scope.facts
        scope.facts = RowFacts({target: frozenset(), excluded: frozenset()})
        scope.columns[excluded] = {
            number: why and (inserted.get(number, why) if is_kept else why)
            for number, why in base.items()
        }
        changed = self._assigned(conflict.nodes("onConflictSet"), scope)
        scope.facts = was
        return {
            number: why or changed.get(number, base.get(number, "it was there before"))
            for number, why in inserted.items()
        }

    def _merge(self, query: Node, scope: Scope, target: int, relation: Relation) -> None:
        """A row of MERGE was matched or not: nothing that ON or WHERE say holds for all."""
        actions = query.nodes("mergeActionList")
        is_alone = any(each.number("matchKind") == _NOT_MATCHED_BY_SOURCE for each in actions)
        scope.facts = RowFacts(dict(scope.facts.nulled))
        if is_alone:
            scope.columns = {number: {} for number in scope.columns}
        scope.facts.nulled[target] = frozenset()
        is_plain = self._is_plain(relation)
        scope.columns[target] = self._tables.columns(relation.oid) if is_plain else {}


def _without(facts: RowFacts, target: int) -> RowFacts:
    """What is known of the columns of all relations but one."""
    known = {
        key: conditions
        for key, conditions in facts.known.items()
        if key[0] == "V" and not (key[1] == 0 and key[2] == target)
    }
    return RowFacts(facts.nulled, known)
