"""Proves which expressions of an analysed query are never NULL.

Every method answers with why an expression may be NULL, in words for a person; an empty text says
that it is proven that it is not. What is not understood may be NULL.
"""

from collections.abc import Callable, Iterable
from typing import ClassVar

from necro_scribe._catalog import Catalog
from necro_scribe._nodes import Key, Node
from necro_scribe._nullability_calls import CallProofs
from necro_scribe._nullability_from import FromProofs
from necro_scribe._nullability_functions import words
from necro_scribe._nullability_rejections import OPERANDS, Rejections
from necro_scribe._nullability_scope import Grouping, Scope
from necro_scribe._nullability_tables import TableProofs
from necro_scribe._nullability_writes import WriteProofs

__all__ = ["Prover"]

type Keys = frozenset[Key]
type Method = Callable[[Prover, Node, Scope, Keys], str]

_NO_KEYS: Keys = frozenset()
_ALL: frozenset[int] = frozenset()
# Values of SubLinkType.
EXISTS_SUBLINK, ALL_SUBLINK, ANY_SUBLINK, EXPR_SUBLINK, ARRAY_SUBLINK = 0, 1, 2, 4, 6
# Values of SVFOp: current_schema is NULL where the search path leads nowhere.
_CURRENT_SCHEMA = 14
_XML_ELEMENT = 1
# JSON_OBJECT and JSON_ARRAY of JsonConstructorType.
_JSON_MADE = (1, 2)
# Nodes that are never NULL, whatever is below them.
_NEVER_NULL = words(
    """
    NULLTEST BOOLEANTEST DISTINCTEXPR ROWEXPR ARRAYEXPR GROUPINGFUNC NEXTVALUEEXPR
    MERGESUPPORTFUNC CURRENTOFEXPR
    """
)


class Prover:
    """Looks at queries of one database."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.rejections = Rejections(catalog)
        self.tables = TableProofs(self)
        self.calls = CallProofs(self)
        self._from = FromProofs(self)
        self._writes = WriteProofs(self)

    # Queries.

    def outputs(
        self, query: Node, parent: Scope | None = None, given: frozenset[int] = _ALL
    ) -> dict[int, str]:
        """For each column of a query's result, by its number, why it may be NULL.

        - given: what is asked is of the rows alone in which these columns are not NULL.
        """
        if query.number("commandType") != 1:
            return self._writes.outputs(query, parent)
        if (tree := query.node("setOperations")) is not None:
            scope = Scope(query, parent)
            return self._from.of_set_operation(tree, scope, given)
        scope = self.opened(query, parent, given)
        return self.targets(query.nodes("targetList"), scope)

    def opened(self, query: Node, parent: Scope | None, given: frozenset[int] = _ALL) -> Scope:
        """A query level with what is known of its rows after WHERE, GROUP BY and HAVING."""
        scope = Scope(query, parent)
        if (tree := query.node("jointree")) is not None:
            scope.facts = self._from.rows_of(tree, scope)
        self._group(query, scope)
        # A window or a set shows other rows than the one of which something is given.
        if given and not query.flag("hasWindowFuncs") and not query.flag("hasTargetSRFs"):
            self._add_given(query, scope, given)
        self._from.refine(scope)
        return scope

    def _add_given(self, query: Node, scope: Scope, given: frozenset[int]) -> None:
        keys: Keys = _NO_KEYS
        for entry in query.nodes("targetList"):
            if entry.number("resno") in given and not entry.flag("resjunk"):
                keys |= self.rejections.known(entry.node("expr"), scope)
        if scope.is_grouped:
            scope.after |= keys
            return
        for key in keys:
            scope.facts.add(key)
        scope.facts.settle()

    def targets(self, entries: Iterable[Node], scope: Scope) -> dict[int, str]:
        """Why the entries of a target list may be NULL."""
        expressions = [(each, each.node("expr")) for each in entries]
        sets = sum(self.calls.count_sets(each) for _, each in expressions if each is not None)
        found: dict[int, str] = {}
        for entry, expression in expressions:
            if expression is None or entry.flag("resjunk"):
                continue
            why = self.why(expression, scope)
            if not why and sets > 1 and self.calls.count_sets(expression):
                why = "a set beside it may have more rows"
            found[entry.number("resno")] = why
        return found

    def _group(self, query: Node, scope: Scope) -> None:
        sets = query.nodes("groupingSets")
        clauses = query.nodes("groupClause")
        having = query.node("havingQual")
        if not (sets or clauses or having is not None or query.flag("hasAggs")):
            return
        references = {each.number("tleSortGroupRef") for each in clauses}
        kept, is_empty = _sets_of(sets) if sets else (references, not clauses)
        is_kept: dict[Key, bool] = {}
        for entry in query.nodes("targetList"):
            reference = entry.number("ressortgroupref")
            expression = entry.node("expr")
            if reference in references and expression is not None:
                is_kept[self.rejections.group_key(expression, scope)] = reference in kept
        scope.grouping = Grouping(is_kept, frozenset(kept), not is_empty)
        scope.is_grouped = True
        scope.after = self.rejections.of(having, "TRUE", scope)

    # Expressions.

    def why(self, node: Node | None, scope: Scope, known: Keys = _NO_KEYS) -> str:
        """Why an expression may be NULL.

        - known: expressions of this level that are not NULL where it is looked at.
        """
        if node is None:
            return "it is missing"
        node = scope.resolved(node)
        key = self.rejections.key(node, scope)
        if scope.is_grouped and scope.grouping is not None:
            is_kept = scope.grouping.is_kept.get(node.key if key is None else key)
            # Before version 18 Postgres computes constants in HAVING as if they were not grouped,
            # so that it is believed of columns alone.
            is_tested = node.tag == "VAR" and (key in scope.after or key in known)
            if is_kept is False and not is_tested:
                return "it is NULL in the rows of grouping sets that it is not in"
        if key is not None and (key in known or scope.holds(key)):
            return ""
        return self._of_kind(node, scope, known)

    def _of_kind(self, node: Node, scope: Scope, known: Keys) -> str:
        tag = node.tag
        if tag in _NEVER_NULL:
            return ""
        if tag == "VAR":
            return self._from.of_variable(node, scope)
        if tag == "CONST":
            return "it is NULL" if node.flag("constisnull") else ""
        if tag in ("FUNCEXPR", "OPEXPR"):
            return self.calls.of_call(node, scope, known)
        if tag == "COERCETODOMAIN" and self.catalog.is_not_null_domain(node.number("resulttype")):
            return ""
        if tag in OPERANDS and tag != "FIELDSELECT":
            return self.why(node.node("arg"), scope, known)
        method = self._METHODS.get(tag)
        if method is not None:
            return method(self, node, scope, known)
        return _UNKNOWN.get(tag, "nothing is known of it")

    def all_of(self, nodes: Iterable[Node], scope: Scope, known: Keys = _NO_KEYS) -> str:
        """Why one of several expressions may be NULL."""
        return next((why for each in nodes if (why := self.why(each, scope, known))), "")

    def _of_boolean(self, node: Node, scope: Scope, known: Keys) -> str:
        return self.all_of(node.nodes("args"), scope, known)

    def _of_first(self, node: Node, scope: Scope, known: Keys) -> str:
        """COALESCE, GREATEST and LEAST: NULL where all the arguments are."""
        arguments = node.nodes("args")
        reasons = [self.why(each, scope, known) for each in arguments]
        if not reasons or "" in reasons or self._from.is_one_there(arguments, scope):
            return ""
        return reasons[-1]

    def _of_case(self, node: Node, scope: Scope, known: Keys) -> str:
        operand = node.node("arg")
        for branch in node.nodes("args"):
            condition = branch.node("expr")
            met, missed = _NO_KEYS, _NO_KEYS
            if operand is None:
                met = self.rejections.of(condition, "TRUE", scope)
                missed = self.rejections.of(condition, "NOT TRUE", scope)
            elif condition is not None and condition.tag == "OPEXPR":
                # The comparison is with a stand-in for the operand; it is strict, or nothing holds.
                function = self.catalog.function_of(condition)
                if function is not None and function.is_strict:
                    met = self.rejections.known(operand, scope)
            if why := self.why(branch.node("result"), scope, known | met):
                return why
            known |= missed
        default = node.node("defresult")
        if default is None or (default.tag == "CONST" and default.flag("constisnull")):
            return "CASE without ELSE gives NULL where no condition is met"
        return self.why(default, scope, known)

    def _of_any(self, node: Node, scope: Scope, known: Keys) -> str:
        """`x = ANY (array)`: NULL also where an element is and nothing is found."""
        scalar, array = node.nodes("args")
        if not self.calls.gives_values(node):
            return "its operator may give NULL"
        if array.tag != "ARRAYEXPR" or array.flag("multidims"):
            return "an element of the array may be NULL"
        return self.all_of([scalar, *array.nodes("elements")], scope, known)

    def _of_sublink(self, node: Node, scope: Scope, known: Keys) -> str:
        kind = node.number("subLinkType")
        query = node.node("subselect")
        if kind in (EXISTS_SUBLINK, ARRAY_SUBLINK):
            return ""
        if query is None or kind not in (EXPR_SUBLINK, ANY_SUBLINK, ALL_SUBLINK):
            return "nothing is known of a subquery of its kind"
        within = self.outputs(query, scope)
        reason = next((why for why in within.values() if why), "")
        if kind == EXPR_SUBLINK:
            is_there = self.calls.has_one_row(query)
            return reason if is_there else "the subquery may have no row"
        test = node.node("testexpr")
        if reason or test is None or test.tag != "OPEXPR" or not self.calls.gives_values(test):
            return reason or "nothing is known of the comparison with a subquery"
        left, right = test.nodes("args")
        while right.tag == "RELABELTYPE" and (within_it := right.node("arg")) is not None:
            right = within_it
        if right.tag != "PARAM":
            return "a value of the subquery may become NULL"
        return self.why(left, scope, known)

    def _of_parameter(self, node: Node, scope: Scope, known: Keys) -> str:
        if node.number("paramkind") == 0:
            return f"${node.number('paramid')} may be NULL"
        return "it is computed elsewhere"

    def _of_system(self, node: Node, scope: Scope, known: Keys) -> str:
        is_schema = node.number("op") == _CURRENT_SCHEMA
        return "the search path may lead nowhere" if is_schema else ""

    def _of_xml(self, node: Node, scope: Scope, known: Keys) -> str:
        text = node.text("op")
        return "" if text == str(_XML_ELEMENT) else "XML functions may give NULL"

    def _of_json(self, node: Node, scope: Scope, known: Keys) -> str:
        if node.number("type") in _JSON_MADE:
            return ""
        function = node.node("func")
        return "JSON functions may give NULL" if function is None else self.why(function, scope)

    def _of_aggregate(self, node: Node, scope: Scope, known: Keys) -> str:
        return self.calls.of_aggregate(node, scope)

    def _of_window(self, node: Node, scope: Scope, known: Keys) -> str:
        return self.calls.of_window(node, scope, known)

    def _of_predicate(self, node: Node, scope: Scope, known: Keys) -> str:
        return self.why(node.node("expr"), scope, known)

    _METHODS: ClassVar[dict[str, Method]] = {
        "AGGREF": _of_aggregate,
        "BOOLEXPR": _of_boolean,
        "CASEEXPR": _of_case,
        "COALESCEEXPR": _of_first,
        "JSONCONSTRUCTOREXPR": _of_json,
        "JSONISPREDICATE": _of_predicate,
        "MINMAXEXPR": _of_first,
        "PARAM": _of_parameter,
        "SCALARARRAYOPEXPR": _of_any,
        "SQLVALUEFUNCTION": _of_system,
        "SUBLINK": _of_sublink,
        "WINDOWFUNC": _of_window,
        "XMLEXPR": _of_xml,
    }


# Why what is never proven may be NULL.
_UNKNOWN = {
    "FIELDSELECT": "a field of a composite value may be NULL",
    "NULLIFEXPR": "NULLIF gives NULL where both are equal",
    "SUBSCRIPTINGREF": "there may be no such element",
    "JSONEXPR": "JSON functions give NULL where nothing is found",
    "SETTODEFAULT": "the default may be NULL",
    "RETURNINGEXPR": "there may be no such row",
    "ROWCOMPAREEXPR": "a field may be NULL",
}


def _sets_of(nodes: list[Node]) -> tuple[set[int], bool]:
    """What is in all of several grouping sets that are multiplied, and whether one is empty."""
    kept: set[int] = set()
    is_empty = True
    for node in nodes:
        more, may_be_empty = _set_of(node)
        kept |= more
        is_empty = is_empty and may_be_empty
    return kept, is_empty


def _set_of(node: Node) -> tuple[set[int], bool]:
    # Values of GroupingSetKind: EMPTY, SIMPLE, ROLLUP, CUBE, SETS.
    kind = node.number("kind")
    if kind == 1:
        content = set(node.numbers("content"))
        return content, not content
    if kind == 4:
        each = [_set_of(within) for within in node.nodes("content")]
        if each:
            return set[int].intersection(*(kept for kept, _ in each)), any(e for _, e in each)
    return set(), True
