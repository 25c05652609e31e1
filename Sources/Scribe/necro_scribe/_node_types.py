"""Of what type an expression of an analysed query is, as Postgres has noted in it."""

from necro_scribe._catalog import Catalog
from necro_scribe._nodes import Node

__all__ = ["type_of"]

_BOOL, _INT4, _TEXT, _XML = 16, 23, 25, 142
# The field in which a node says its type.
_FIELDS = {
    "AGGREF": "aggtype",
    "ARRAYCOERCEEXPR": "resulttype",
    "ARRAYEXPR": "array_typeid",
    "CASEEXPR": "casetype",
    "CASETESTEXPR": "typeId",
    "COALESCEEXPR": "coalescetype",
    "COERCETODOMAIN": "resulttype",
    "COERCETODOMAINVALUE": "typeId",
    "COERCEVIAIO": "resulttype",
    "CONST": "consttype",
    "CONVERTROWTYPEEXPR": "resulttype",
    "DISTINCTEXPR": "opresulttype",
    "FIELDSELECT": "resulttype",
    "FIELDSTORE": "resulttype",
    "FUNCEXPR": "funcresulttype",
    "MERGESUPPORTFUNC": "msftype",
    "MINMAXEXPR": "minmaxtype",
    "NEXTVALUEEXPR": "typeId",
    "NULLIFEXPR": "opresulttype",
    "OPEXPR": "opresulttype",
    "PARAM": "paramtype",
    "RELABELTYPE": "resulttype",
    "ROWEXPR": "row_typeid",
    "SETTODEFAULT": "typeId",
    "SQLVALUEFUNCTION": "type",
    "SUBSCRIPTINGREF": "refrestype",
    "VAR": "vartype",
    "WINDOWFUNC": "wintype",
}
# Nodes that have the type of one below them.
_WITHIN = {
    "COLLATEEXPR": "arg",
    "INFERENCEELEM": "expr",
    "JSONVALUEEXPR": "formatted_expr",
    "NAMEDARGEXPR": "arg",
    "PLACEHOLDERVAR": "phexpr",
    "RETURNINGEXPR": "retexpr",
}
_BOOLEANS = frozenset(
    {
        "BOOLEANTEST",
        "BOOLEXPR",
        "CURRENTOFEXPR",
        "JSONISPREDICATE",
        "NULLTEST",
        "ROWCOMPAREEXPR",
        "SCALARARRAYOPEXPR",
    }
)
_EXPR_SUBLINK, _ARRAY_SUBLINK = 4, 6
_XML_SERIALIZE, _XML_IS_DOCUMENT = 6, 7


def type_of(node: Node | None, catalog: Catalog) -> int:
    """The oid of an expression's type; 0 where the node is not known."""
    if node is None:
        return 0
    tag = node.tag
    if tag in _FIELDS:
        return node.number(_FIELDS[tag])
    if tag in _WITHIN:
        return type_of(node.node(_WITHIN[tag]), catalog)
    if tag in _BOOLEANS:
        return _BOOL
    if tag == "GROUPINGFUNC":
        return _INT4
    if tag == "SUBLINK":
        return _type_of_sublink(node, catalog)
    if tag == "XMLEXPR":
        operation = node.number("op")
        return {_XML_SERIALIZE: _TEXT, _XML_IS_DOCUMENT: _BOOL}.get(operation, _XML)
    if tag in ("JSONCONSTRUCTOREXPR", "JSONEXPR"):
        output = node.node("returning")
        return output.number("typid") if output is not None else 0
    return 0


def _type_of_sublink(node: Node, catalog: Catalog) -> int:
    kind = node.number("subLinkType")
    if kind not in (_EXPR_SUBLINK, _ARRAY_SUBLINK):
        return _BOOL
    query = node.node("subselect")
    targets = query.nodes("targetList") if query is not None else []
    within = type_of(targets[0].node("expr"), catalog) if targets else 0
    if kind == _EXPR_SUBLINK:
        return within
    # An array of arrays has the type of the arrays.
    return catalog.array_of(within) or within
