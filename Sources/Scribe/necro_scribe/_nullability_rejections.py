"""Which expressions are not NULL, given what became of a condition.

`WHERE grave = 3` lets no row through whose grave is NULL, as `=` gives NULL for it, which is not
TRUE. The functions here draw only such conclusions as hold by the rules of SQL for NULL and by a
function's being STRICT, which the server itself goes by.
"""

from typing import Literal

from necro_scribe._catalog import Catalog
from necro_scribe._nodes import Key, Node, walked
from necro_scribe._nullability_functions import words
from necro_scribe._nullability_scope import Scope, variable_key

__all__ = ["Outcome", "Rejections"]

# What became of a condition; KNOWN is TRUE or FALSE.
type Outcome = Literal["TRUE", "FALSE", "KNOWN", "NOT TRUE", "NOT FALSE"]
type Keys = frozenset[Key]

_NOTHING: Keys = frozenset()
_OPPOSITE: dict[Outcome, Outcome] = {
    "TRUE": "FALSE",
    "FALSE": "TRUE",
    "KNOWN": "KNOWN",
    "NOT TRUE": "NOT FALSE",
    "NOT FALSE": "NOT TRUE",
}
# For `IS TRUE` and the others (BoolTestType): of the operand, where the test is met or not.
_TESTS: tuple[tuple[Outcome | None, Outcome | None], ...] = (
    ("TRUE", "NOT TRUE"),
    ("NOT TRUE", "TRUE"),
    ("FALSE", "NOT FALSE"),
    ("NOT FALSE", "FALSE"),
    (None, "KNOWN"),
    ("KNOWN", None),
)
# Nodes that are NULL where their operand is.
OPERANDS = {
    "RELABELTYPE": "arg",
    "COERCEVIAIO": "arg",
    "ARRAYCOERCEEXPR": "arg",
    "CONVERTROWTYPEEXPR": "arg",
    "COLLATEEXPR": "arg",
    "COERCETODOMAIN": "arg",
    "FIELDSELECT": "arg",
    "NAMEDARGEXPR": "arg",
}
_CALLS = frozenset({"FUNCEXPR", "OPEXPR"})
# Nodes whose value is the same wherever they stand in one query level, for the same row.
_REPEATABLE = words(
    """
    VAR CONST PARAM FUNCEXPR OPEXPR RELABELTYPE COERCEVIAIO ARRAYCOERCEEXPR COLLATEEXPR
    FIELDSELECT SUBSCRIPTINGREF ARRAYEXPR COALESCEEXPR AGGREF TARGETENTRY
    """
)


class Rejections:
    """Draws conclusions from conditions of one query level."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def of(self, node: Node | None, outcome: Outcome, scope: Scope) -> Keys:
        """The expressions that are not NULL where a condition came out so."""
        if node is None:
            return _NOTHING
        if self._is_left_out(node, scope):
            return self.known(node, scope) if outcome in ("TRUE", "FALSE", "KNOWN") else _NOTHING
        if node.tag == "BOOLEXPR":
            return self._of_boolean(node, outcome, scope)
        if node.tag == "NULLTEST":
            return self._of_null_test(node, outcome, scope)
        if node.tag == "BOOLEANTEST":
            kind = node.number("booltesttype")
            is_met = {"TRUE": 0, "NOT FALSE": 0, "FALSE": 1, "NOT TRUE": 1}.get(outcome)
            within = None if is_met is None or kind > 5 else _TESTS[kind][is_met]
            return _NOTHING if within is None else self.of(node.node("arg"), within, scope)
        if node.tag == "SUBLINK":
            # One row at least was found for which the comparison holds.
            is_any = node.number("subLinkType") == 2
            return (
                self.of(node.node("testexpr"), "TRUE", scope)
                if is_any and outcome == "TRUE"
                else _NOTHING
            )
        if node.tag == "DISTINCTEXPR" and outcome in ("FALSE", "NOT TRUE"):
            return self._of_same(node, scope)
        if outcome in ("NOT TRUE", "NOT FALSE"):
            return _NOTHING
        if node.tag == "SCALARARRAYOPEXPR":
            return self._of_any(node, outcome, scope)
        if node.tag == "COALESCEEXPR" and outcome == "TRUE":
            arguments = node.nodes("args")
            if len(arguments) == 2 and _is_false(arguments[1]):
                return self.of(arguments[0], "TRUE", scope)
        return self.known(node, scope)

    def _of_boolean(self, node: Node, outcome: Outcome, scope: Scope) -> Keys:
        operator = node.text("boolop")
        arguments = node.nodes("args")
        if operator == "not":
            return self.of(arguments[0], _OPPOSITE[outcome], scope)
        if outcome == "KNOWN":
            return self.of(node, "TRUE", scope) & self.of(node, "FALSE", scope)
        # An alternative that never comes about says nothing.
        possible = [argument for argument in arguments if not _is_never(argument, outcome)]
        if not possible:
            return _NOTHING
        each = [self.of(argument, outcome, scope) for argument in possible]
        # All of them came out so, or one of them did and nobody knows which.
        is_each = outcome in (("TRUE", "NOT FALSE") if operator == "and" else ("FALSE", "NOT TRUE"))
        return _NOTHING.union(*each) if is_each else each[0].intersection(*each[1:])

    def _of_null_test(self, node: Node, outcome: Outcome, scope: Scope) -> Keys:
        """Of `x IS NULL` (0) and `x IS NOT NULL` (1), which are never NULL themselves."""
        is_negated = node.number("nulltesttype") == 1
        wanted = ("TRUE", "NOT FALSE") if is_negated else ("FALSE", "NOT TRUE")
        argument = node.node("arg")
        if outcome not in wanted or argument is None:
            return _NOTHING
        found = self.known(argument, scope)
        if not node.flag("argisrow") or not is_negated:
            return found
        # A row IS NOT NULL where all its fields are not.
        if argument.tag == "ROWEXPR":
            return found.union(*(self.known(each, scope) for each in argument.nodes("args")))
        if argument.tag == "VAR" and argument.number("varattno") == 0:
            levels, number = argument.number("varlevelsup"), argument.number("varno")
            home = scope.outer(levels)
            columns = home.columns.get(number, {}) if home is not None else {}
            return found | {variable_key(levels, number, each) for each in columns if each > 0}
        return found

    def _of_same(self, node: Node, scope: Scope) -> Keys:
        """Of `x IS NOT DISTINCT FROM 5`."""
        left, right = node.nodes("args")
        found = _NOTHING
        if _is_value(right):
            found |= self.known(left, scope)
        if _is_value(left):
            found |= self.known(right, scope)
        return found

    def _of_any(self, node: Node, outcome: Outcome, scope: Scope) -> Keys:
        """Of `x = ANY (array)` and `x <> ALL (array)`."""
        function = self._catalog.function_of(node)
        arguments = node.nodes("args")
        if function is None or not function.is_strict or len(arguments) != 2:
            return _NOTHING
        scalar, array = arguments
        found = self.known(array, scope)
        # Of an empty array ANY is FALSE and ALL is TRUE, whatever is compared with it.
        has_elements = array.tag == "ARRAYEXPR" and bool(array.nodes("elements"))
        is_decided = outcome == ("TRUE" if node.flag("useOr") else "FALSE")
        if has_elements or is_decided:
            found |= self.known(scalar, scope)
        return found

    def known(self, node: Node | None, scope: Scope) -> Keys:
        """The expressions that are not NULL where this one is not."""
        if node is None:
            return _NOTHING
        node = scope.resolved(node)
        key = self.key(node, scope)
        found: Keys = _NOTHING if key is None else frozenset({key})
        if self._is_left_out(node, scope):
            return found
        if node.tag == "VAR" and key is not None:
            # Where a column has a value the row is there.
            found |= {variable_key(node.number("varlevelsup"), node.number("varno"), 0)}
        if node.tag in OPERANDS:
            return found | self.known(node.node(OPERANDS[node.tag]), scope)
        if node.tag in _CALLS:
            function = self._catalog.function_of(node)
            if function is not None and function.is_strict and not function.returns_set:
                found = found.union(*(self.known(each, scope) for each in node.nodes("args")))
        elif node.tag == "SUBSCRIPTINGREF" and node.node("refassgnexpr") is None:
            found |= self.known(node.node("refexpr"), scope)
        elif node.tag in ("BOOLEXPR", "SCALARARRAYOPEXPR"):
            found |= self.of(node, "KNOWN", scope)
        return found

    def group_key(self, node: Node, scope: Scope) -> Key:
        """What an expression is known by as one that is grouped by."""
        node = scope.resolved(node)
        return self.key(node, scope) or node.key

    def _is_left_out(self, node: Node, scope: Scope) -> bool:
        """Whether some grouping set leaves an expression out, by itself and not by its operands."""
        grouping = scope.grouping if scope.is_grouped else None
        if grouping is None or all(grouping.is_kept.values()):
            return False
        return grouping.is_kept.get(self.group_key(node, scope)) is False

    def key(self, node: Node, scope: Scope) -> Key | None:
        """What an expression is known by, where it has the same value wherever it stands."""
        if node.tag == "VAR":
            if node.number("varreturningtype"):
                return None
            levels = node.number("varlevelsup")
            return variable_key(levels, node.number("varno"), node.number("varattno"))
        if node.tag in ("CONST", "PARAM") or not self._is_repeatable(node):
            return None
        return node.key

    def _is_repeatable(self, node: Node) -> bool:
        if node.tag not in _REPEATABLE:
            return False
        return all(self._is_fixed(each) for each in walked(node))

    def _is_fixed(self, node: Node) -> bool:
        """Whether a node by itself gives the same for the same operands."""
        if node.tag in _CALLS:
            function = self._catalog.function_of(node)
            return function is not None and function.volatility == "i" and function.is_builtin
        if node.tag == "PARAM":
            return node.number("paramkind") == 0
        if node.tag == "AGGREF":
            return self._is_fixed_aggregate(node)
        if node.tag == "VAR":
            return not node.number("varreturningtype")
        return node.tag in _REPEATABLE or node.tag == "SORTGROUPCLAUSE"

    def _is_fixed_aggregate(self, node: Node) -> bool:
        function = self._catalog.functions.get(node.number("aggfnoid"))
        return function is not None and function.is_builtin and not node.number("agglevelsup")


def _is_value(node: Node) -> bool:
    return node.tag == "CONST" and not node.flag("constisnull")


def _is_never(node: Node, outcome: Outcome) -> bool:
    """Whether a constant does not come out so."""
    if node.tag != "CONST" or node.flag("constisnull"):
        return node.tag == "CONST" and outcome in ("TRUE", "FALSE")
    return outcome in (("TRUE", "NOT FALSE") if _is_false(node) else ("FALSE", "NOT TRUE"))


def _is_false(node: Node) -> bool:
    is_boolean = node.tag == "CONST" and node.number("consttype") == 16
    return is_boolean and node.words("constvalue")[:1] == ["0"]
