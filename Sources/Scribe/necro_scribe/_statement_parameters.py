"""What the parameters of a statement are compared with or stored in."""

from necro_scribe._catalog import Catalog
from necro_scribe._nodes import Node, walked

__all__ = ["hints_of"]

# Values of CmdType.
_UPDATE, _INSERT = 2, 3
_RELATION = 0
# What changes how a value is typed, and not what it stands for.
_CAST_FORMS = (1, 2)  # COERCE_EXPLICIT_CAST and COERCE_IMPLICIT_CAST of CoercionForm.
_CASTS = frozenset({"RELABELTYPE", "COERCEVIAIO", "COERCETODOMAIN", "ARRAYCOERCEEXPR"})


def hints_of(query: Node, catalog: Catalog) -> dict[int, tuple[str | None, bool]]:
    """For each parameter a name, and whether all that is done with it is to store it where NULL is
    taken."""
    names: dict[int, str] = {}
    stored: dict[int, list[bool]] = {}
    uses: dict[int, int] = {}
    for node in walked(query):
        number = _parameter(node)
        if node.tag == "PARAM" and number:
            uses[number] = uses.get(number, 0) + 1
        if node.tag == "QUERY":
            for number, name, takes_null in _stored(node, catalog):
                names.setdefault(number, name)
                stored.setdefault(number, []).append(takes_null)
            for number, name in _compared(node):
                names.setdefault(number, name)
    return {
        number: (
            names.get(number),
            len(stored.get(number, ())) == count and all(stored[number]),
        )
        for number, count in uses.items()
    }


def _without_casts(node: Node | None) -> Node | None:
    while node is not None:
        if node.tag in _CASTS:
            node = node.node("arg")
        elif node.tag == "FUNCEXPR" and node.number("funcformat") in _CAST_FORMS:
            node = next(iter(node.nodes("args")), None)
        else:
            break
    return node


def _parameter(node: Node | None) -> int:
    """The number of the parameter that an expression is, casts apart; 0 for any other."""
    node = _without_casts(node)
    if node is None or node.tag != "PARAM" or node.number("paramkind") != 0:
        return 0
    return node.number("paramid")


def _stored(query: Node, catalog: Catalog) -> "list[tuple[int, str, bool]]":
    """The parameters that a statement writes as they are: number, column, whether it takes NULL."""
    entries: list[Node] = []
    if query.number("commandType") in (_UPDATE, _INSERT):
        entries += query.nodes("targetList")
        conflict = query.node("onConflict")
        entries += conflict.nodes("onConflictSet") if conflict is not None else []
    relations = query.nodes("rtable")
    target = query.number("resultRelation")
    if not entries or not 0 < target <= len(relations):
        return []
    relation = catalog.relations.get(relations[target - 1].number("relid"))
    if relation is None:
        return []
    found: list[tuple[int, str, bool]] = []
    for entry in entries:
        attribute = relation.attributes.get(entry.number("resno"))
        for value in _values(entry.node("expr"), relations):
            number = _parameter(value)
            if number and attribute is not None and not entry.flag("resjunk"):
                # A view's column may be one that does not take it.
                takes_null = relation.kind in "rp" and not attribute.not_null
                is_domain = catalog.is_not_null_domain(attribute.type)
                found.append((number, attribute.name, takes_null and not is_domain))
    return found


def _values(node: Node | None, relations: list[Node]) -> list[Node]:
    """What an expression may be: those of all rows, for a column of VALUES."""
    if node is None:
        return []
    number = node.number("varno") if node.tag == "VAR" else 0
    rows = relations[number - 1].fields.get("values_lists") if number else None
    if not isinstance(rows, list):
        return [node]
    cells = [row[node.number("varattno") - 1] for row in rows if isinstance(row, list)]
    return [each for each in cells if isinstance(each, Node)]


def _compared(query: Node) -> list[tuple[int, str]]:
    """The parameters that a query compares with a column."""
    relations = query.nodes("rtable")
    found: list[tuple[int, str]] = []
    waiting = [node for name in ("jointree", "havingQual") if (node := query.node(name))]
    while waiting:
        node = waiting.pop()
        if node.tag == "QUERY":
            continue
        waiting.extend(node.children)
        if node.tag not in ("OPEXPR", "SCALARARRAYOPEXPR", "DISTINCTEXPR"):
            continue
        arguments = node.nodes("args")
        for one, other in (arguments, arguments[::-1]) if len(arguments) == 2 else ():
            number, name = _parameter(one), _column_name(other, relations)
            if number and name:
                found.append((number, name))
    return found


def _column_name(node: Node | None, relations: list[Node]) -> str | None:
    node = _without_casts(node)
    if node is None or node.tag != "VAR" or node.number("varlevelsup"):
        return None
    entry = relations[node.number("varno") - 1]
    names = entry.node("eref")
    column = node.number("varattno")
    words = names.words("colnames") if names is not None else []
    return words[column - 1] if 0 < column <= len(words) else None
