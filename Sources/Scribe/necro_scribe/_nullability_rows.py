"""Proves that a statement gives one row at most."""

from necro_scribe._catalog import Catalog
from necro_scribe._nodes import Node, walked
from necro_scribe._nullability_from import JOIN, RELATION, SUBQUERY

__all__ = ["RowProofs"]

# Values of CmdType, JoinType and LimitOption that matter here.
_SELECT, _INSERT, _MERGE = 1, 3, 5
_INNER, _LEFT = 0, 1
_LIMIT_WITH_TIES = 1

# A relation, a column of it, what the column is equal to, and by which operator.
type Equality = tuple[int, int, Node, int]


class RowProofs:
    """Counts rows of queries of one database."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def is_one_at_most(self, query: Node) -> bool:
        """Whether it is proven that a query gives one row at most."""
        kind = query.number("commandType")
        if kind == _MERGE or query.flag("hasTargetSRFs"):
            return False
        if kind == _INSERT:
            return self._is_one_inserted(query)
        if kind == _SELECT and self._is_limited(query):
            return True
        if query.node("setOperations") is not None or query.has("groupingSets"):
            return False
        is_grouped = query.flag("hasAggs") or query.has("havingQual")
        if is_grouped and not query.has("groupClause"):
            return True
        tree = query.node("jointree")
        return tree is not None and self._is_pinned(query, tree)

    def _is_limited(self, query: Node) -> bool:
        limit = query.node("limitCount")
        if limit is not None and limit.tag == "FUNCEXPR" and len(limit.nodes("args")) == 1:
            # A number that is written as it is becomes one of eight octets by a cast.
            limit = limit.nodes("args")[0]
        is_exact = query.number("limitOption") != _LIMIT_WITH_TIES
        if limit is None or limit.tag != "CONST" or limit.flag("constisnull") or not is_exact:
            return False
        octets = [int(each) & 255 for each in limit.words("constvalue")]
        return int.from_bytes(bytes(octets), "little") <= 1

    def _is_one_inserted(self, query: Node) -> bool:
        # Without FROM the values are those of one row.
        tree = query.node("jointree")
        if tree is None or not tree.has("fromlist"):
            return True
        return self._is_pinned(query, tree)

    def _is_pinned(self, query: Node, tree: Node) -> bool:
        """Whether each relation has a unique key that is equal to what is known without it."""
        relations = query.nodes("rtable")
        waiting: list[int] = []
        equalities: list[Equality] = []
        if not self._collect(tree, relations, waiting, equalities):
            return False
        known: set[int] = set()
        while waiting:
            found = [each for each in waiting if self._is_one(each, relations, equalities, known)]
            if not found:
                return False
            known.update(found)
            waiting = [each for each in waiting if each not in known]
        return True

    def _collect(
        self,
        node: Node,
        relations: list[Node],
        waiting: list[int],
        equalities: list[Equality],
    ) -> bool:
        """Gathers the relations of a part of FROM, and what is equal in it; False where unknown."""
        if node.tag == "RANGETBLREF":
            waiting.append(node.number("rtindex"))
            return True
        if node.tag == "FROMEXPR":
            parts = node.nodes("fromlist")
        elif node.tag == "JOINEXPR" and node.number("jointype") in (_INNER, _LEFT):
            parts = [each for each in (node.node("larg"), node.node("rarg")) if each is not None]
        else:
            return False
        is_outer = node.tag == "JOINEXPR" and node.number("jointype") == _LEFT
        before = len(waiting)
        for index, each in enumerate(parts):
            if is_outer and index == 1:
                before = len(waiting)
            if not self._collect(each, relations, waiting, equalities):
                return False
        # ON of a LEFT JOIN leaves out rows of its right side alone.
        allowed = set(waiting[before:]) if is_outer else None
        equalities += [
            each
            for each in self._equal_in(node.node("quals"), relations)
            if allowed is None or each[0] in allowed
        ]
        return True

    def _equal_in(self, node: Node | None, relations: list[Node]) -> list[Equality]:
        """The columns that a condition says to be equal to something."""
        if node is None:
            return []
        if node.tag == "BOOLEXPR" and node.text("boolop") == "and":
            return [one for each in node.nodes("args") for one in self._equal_in(each, relations)]
        arguments = node.nodes("args")
        if node.tag != "OPEXPR" or len(arguments) != 2:
            return []
        found: list[Equality] = []
        for one, other in (arguments, reversed(arguments)):
            column = _column_of(one, relations)
            # Another collation than the column's may hold more to be equal than its key does.
            if column is not None and column.number("varcollid") == node.number("inputcollid"):
                number, position = column.number("varno"), column.number("varattno")
                found.append((number, position, other, node.number("opno")))
        return found

    def _is_one(
        self, number: int, relations: list[Node], equalities: list[Equality], known: set[int]
    ) -> bool:
        entry = relations[number - 1]
        kind = entry.number("rtekind")
        if kind == SUBQUERY:
            query = entry.node("subquery")
            return query is not None and self.is_one_at_most(query)
        if kind != RELATION:
            return False
        relation = self._catalog.relations.get(entry.number("relid"))
        # A key holds within a table; tables that inherit from it have keys of their own.
        is_whole = relation is not None and (relation.kind == "p" or not relation.children)
        if relation is None or relation.kind not in "rp" or not is_whole:
            return False
        pinned: dict[int, set[int]] = {}
        for owner, column, other, operator in equalities:
            if owner == number and _needs(other, relations) <= known:
                families = self._catalog.equalities.get(operator, frozenset())
                pinned.setdefault(column, set()).update(families)
        return any(
            all(
                family in pinned.get(column, ())
                for column, family in zip(key.columns, key.families, strict=False)
            )
            for key in relation.keys
        )


def _column_of(node: Node, relations: list[Node]) -> Node | None:
    """The column that an expression is, without what changes only how its type is called."""
    while node.tag == "RELABELTYPE" and (within := node.node("arg")) is not None:
        node = within
    for _ in relations:
        if node.tag != "VAR" or node.number("varlevelsup") or node.number("varattno") <= 0:
            return None
        entry = relations[node.number("varno") - 1]
        if entry.number("rtekind") != JOIN:
            return node
        node = entry.nodes("joinaliasvars")[node.number("varattno") - 1]
    return None


def _needs(node: Node, relations: list[Node]) -> set[int]:
    """The relations of this level that an expression depends on; all where it is not plain."""
    found: set[int] = set()
    for each in walked(node):
        if each.tag in ("SUBLINK", "QUERY"):
            return {-1}
        if each.tag == "VAR" and not each.number("varlevelsup"):
            column = _column_of(each, relations)
            found.add(column.number("varno") if column is not None else -1)
    return found
