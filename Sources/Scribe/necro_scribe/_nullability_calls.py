"""Proves which calls of functions, operators, aggregates and window functions are never NULL."""

from typing import TYPE_CHECKING

from necro_scribe._catalog import Function
from necro_scribe._nodes import Key, Node
from necro_scribe._nullability_functions import (
    AGGREGATES,
    AGGREGATES_OF_ANYTHING,
    AGGREGATES_OF_NOTHING,
    FRAME_WINDOW_FUNCTIONS,
    SETS,
    WINDOW_FUNCTIONS,
    is_never_null,
    is_null_of_first,
    is_null_only_of_nulls,
    is_part_of_all_times,
    never_null_of_values,
)
from necro_scribe._nullability_scope import Scope

if TYPE_CHECKING:
    from necro_scribe._nullability import Prover

__all__ = ["CallProofs"]

type Keys = frozenset[Key]

_NO_KEYS: Keys = frozenset()
# Bits of a window's frameOptions (nodes/parsenodes.h).
_RANGE, _ROWS, _GROUPS = 0x2, 0x4, 0x8
# It begins at the first row, the row itself, or before it; and ends at the last, itself, or after.
_BEGINS_BEFORE = 0x20 | 0x200 | 0x800
_ENDS_AFTER = 0x100 | 0x400 | 0x4000
_OFFSETS = 0x800 | 0x4000
# A value of RTEKind.
_VALUES = 5
# EXCLUDE CURRENT ROW and EXCLUDE GROUP.
_EXCLUDES_ROW = 0x8000 | 0x10000


class CallProofs:
    """Looks at calls, for a Prover."""

    def __init__(self, prover: "Prover") -> None:
        self._prover = prover
        self._catalog = prover.catalog

    def gives_values(self, node: Node) -> bool:
        """Whether an operator or function is NULL only where one of its arguments is."""
        function = self._catalog.function_of(node)
        if function is None or node.flag("funcvariadic"):
            return False
        operator = "" if node.tag == "FUNCEXPR" else self._catalog.operator_name(node)
        if node.tag != "FUNCEXPR" and not operator:
            return False
        return never_null_of_values(function, operator)

    def of_call(self, node: Node, scope: Scope, known: Keys) -> str:
        """Why a function or an operator may give NULL."""
        function = self._catalog.function_of(node)
        if function is None:
            return "nothing is known of its function"
        arguments = node.nodes("args")
        if function.returns_set:
            return self._of_set(function, node, scope)
        if not node.flag("funcvariadic"):
            if is_never_null(function):
                return ""
            if is_null_only_of_nulls(function):
                reasons = [self._prover.why(each, scope, known) for each in arguments]
                return "" if "" in reasons else reasons[0]
            if is_null_of_first(function):
                return self._prover.why(arguments[0], scope, known)
            if self.gives_values(node) or self._is_part(function, arguments):
                return self._prover.all_of(arguments, scope, known)
        operator = self._catalog.operator_name(node) if node.tag == "OPEXPR" else ""
        return f"{operator or function.name + '()'} may give NULL"

    def _is_part(self, function: Function, arguments: list[Node]) -> bool:
        part = _text_of(arguments[0]) if arguments else None
        return is_part_of_all_times(function, part, self._catalog.version)

    # Sets.

    def count_sets(self, node: Node) -> int:
        """How many functions in an expression return sets."""
        if node.tag in ("SUBLINK", "QUERY"):
            return 0
        own = node.flag("funcretset") or node.flag("opretset")
        return own + sum(self.count_sets(each) for each in node.children)

    def _of_set(self, function: Function, node: Node, scope: Scope) -> str:
        columns = self.set_columns(function, node, scope)
        if len(columns) == 1:
            return columns[0]
        # Of several columns it is one composite value, which is there.
        return "" if columns else f"{function.name}() may give NULL"

    def set_columns(self, function: Function, node: Node, scope: Scope) -> list[str]:
        """Why the columns of a set may be NULL; empty where nothing is known of them."""
        if not function.is_builtin or node.flag("funcvariadic"):
            return []
        why = f"{function.name}() may give NULL"
        if function.name in SETS:
            return ["" if is_value else why for is_value in SETS[function.name]]
        arguments = node.nodes("args")
        if function.name == "string_to_table" and len(arguments) == 2:
            return [""]
        if function.signature == "unnest(anymultirange)":
            return [""]
        if function.signature == "unnest(anyarray)":
            return [self._of_elements(arguments[0], scope)]
        return []

    def _of_elements(self, array: Node, scope: Scope) -> str:
        """Why an element of an array may be NULL."""
        if array.tag == "ARRAYEXPR" and not array.flag("multidims"):
            return self._prover.all_of(array.nodes("elements"), scope)
        if array.tag == "FUNCEXPR":
            function = self._catalog.function_of(array)
            # With a third argument, texts that equal it are NULL.
            if function is not None and function.signature == "string_to_array(text,text)":
                return ""
        return "an element of the array may be NULL"

    # Aggregates.

    def of_aggregate(self, node: Node, scope: Scope) -> str:
        """Why an aggregate may be NULL."""
        function = self._catalog.functions.get(node.number("aggfnoid"))
        if function is None or not function.is_builtin:
            return "nothing is known of its aggregate"
        if function.name in AGGREGATES_OF_NOTHING:
            return ""
        name = f"{function.name}()"
        if node.number("agglevelsup"):
            return f"{name} of an outer query may have no rows"
        if node.node("aggfilter") is not None:
            return f"FILTER may leave {name} no rows"
        if scope.grouping is None or not scope.grouping.has_rows:
            return f"{name} is NULL where there are no rows"
        if function.name in AGGREGATES_OF_ANYTHING:
            return ""
        if function.name not in AGGREGATES:
            return f"{name} may give NULL"
        arguments = [each.node("expr") for each in node.nodes("args")[:1]]
        arguments += node.nodes("aggdirectargs")
        # Its arguments are of the rows, not of the groups.
        was_grouped, scope.is_grouped = scope.is_grouped, False
        try:
            reason = next((why for each in arguments if (why := self._prover.why(each, scope))), "")
        finally:
            scope.is_grouped = was_grouped
        return f"all that {name} gets may be NULL: {reason}" if reason else ""

    def of_window(self, node: Node, scope: Scope, known: Keys) -> str:
        """Why a window function may be NULL."""
        function = self._catalog.functions.get(node.number("winfnoid"))
        if function is None or not function.is_builtin:
            return "nothing is known of its window function"
        arguments = node.nodes("args")
        name = f"{function.name}()"
        if function.name in WINDOW_FUNCTIONS or function.name in AGGREGATES_OF_NOTHING:
            return ""
        if function.name == "ntile":
            return self._prover.all_of(arguments, scope, known)
        if function.name in ("lag", "lead"):
            if len(arguments) == 3:
                return self._prover.all_of(arguments, scope, known)
            return f"there may be no row for {name}"
        if node.node("aggfilter") is not None:
            return f"FILTER may leave {name} no rows"
        if not self._has_own_row(node.number("winref"), scope.query):
            return f"the frame of {name} may have no rows"
        if function.name in AGGREGATES_OF_ANYTHING:
            return ""
        if function.name in AGGREGATES or function.name in FRAME_WINDOW_FUNCTIONS:
            return self._prover.why(arguments[0], scope, known) if arguments else ""
        return f"{name} may give NULL"

    def _has_own_row(self, reference: int, query: Node) -> bool:
        """Whether the frame of a window always has the row that it is the frame of."""
        for clause in query.nodes("windowClause"):
            if clause.number("winref") != reference:
                continue
            options = clause.number("frameOptions")
            if options & _EXCLUDES_ROW:
                return False
            if not (options & _BEGINS_BEFORE and options & _ENDS_AFTER):
                return False
            # Distances in values are measured by a function of their type.
            return not options & _RANGE or not options & _OFFSETS or self._measures(clause)
        return False

    def _measures(self, clause: Node) -> bool:
        measures = [clause.number("startInRangeFunc"), clause.number("endInRangeFunc")]
        functions = [self._catalog.functions.get(each) for each in measures if each]
        return bool(functions) and all(each is not None and each.is_builtin for each in functions)

    # Rows.

    def has_one_row(self, query: Node) -> bool:
        """Whether a query has a row, whatever the tables hold."""
        if query.number("commandType") != 1 or query.node("setOperations") is not None:
            return False
        if query.has("limitCount") or query.has("limitOffset") or query.flag("hasTargetSRFs"):
            return False
        if query.has("groupClause") or query.has("groupingSets") or query.has("havingQual"):
            return False
        tree = query.node("jointree")
        if query.flag("hasAggs"):
            return True
        if tree is None or tree.has("quals"):
            return False
        # VALUES has a row at least; without FROM there is one.
        relations = query.nodes("rtable")
        parts = tree.nodes("fromlist")
        return all(
            each.tag == "RANGETBLREF"
            and relations[each.number("rtindex") - 1].number("rtekind") == _VALUES
            for each in parts
        )


def _text_of(node: Node) -> str | None:
    """The text that a constant is, where it is one."""
    if node.tag != "CONST" or node.flag("constisnull") or node.number("consttype") != 25:
        return None
    octets = bytes(int(each) & 255 for each in node.words("constvalue"))
    # Behind the length, of four octets.
    return octets[4:].decode(errors="replace")
