"""Which condition of a statement a parameter stands in, by its tokens alone."""

from necro_scribe._sqltext import Span, Token, TokenKind, read_tokens

__all__ = ["ConditionError", "condition_of"]

# What a condition stands behind, and what may stand behind one.
_CLAUSES = frozenset({"WHERE", "ON", "HAVING"})
_BEHIND = frozenset(
    {
        "WHERE", "GROUP", "ORDER", "HAVING", "WINDOW", "UNION", "INTERSECT", "EXCEPT", "LIMIT",
        "OFFSET", "FETCH", "FOR", "RETURNING", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS",
        "NATURAL", "WHEN", "DO", "SET",
    }
)  # fmt: skip
# What a parameter cannot stand behind in a condition: it is in another part of the statement.
_ELSEWHERE = frozenset(
    {
        "SELECT", "BY", "LIMIT", "OFFSET", "SET", "VALUES", "RETURNING", "WHEN", "THEN",
        "ELSE", "FETCH", "WITH", "INTO",
    }
)  # fmt: skip


class ConditionError(Exception):
    """A parameter stands in no condition that could be left out."""


class _Tokens:
    """The tokens of a statement, each with the depth of parentheses it lies at."""

    def __init__(self, text: bytes, statement: Span) -> None:
        tokens, _ = read_tokens(text[statement.offset : statement.end])
        self.tokens = [
            one
            for one in tokens
            if one.kind not in (TokenKind.LINE_COMMENT, TokenKind.BLOCK_COMMENT)
        ]
        octets = text[statement.offset : statement.end]
        self.words = [
            one.span.of(octets).upper() if one.kind == TokenKind.WORD else "" for one in self.tokens
        ]
        self.depths: list[int] = []
        depth = 0
        for one in self.tokens:
            if one.kind == TokenKind.RIGHT_PARENTHESIS:
                depth -= 1
            self.depths.append(depth)
            if one.kind == TokenKind.LEFT_PARENTHESIS:
                depth += 1
        self._mark_ranges()

    def _mark_ranges(self) -> None:
        """An AND that belongs to a BETWEEN is no word that conditions stand between."""
        open_at: dict[int, int] = {}
        for index, word in enumerate(self.words):
            depth = self.depths[index]
            if word == "BETWEEN":
                open_at[depth] = open_at.get(depth, 0) + 1
            elif word == "AND" and open_at.get(depth, 0):
                open_at[depth] -= 1
                self.words[index] = ""

    def starts_function(self, index: int) -> bool:
        """Whether a word is the name of a function: LEFT and RIGHT are both."""
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        return (
            self.words[index] in ("LEFT", "RIGHT")
            and following is not None
            and following.kind == TokenKind.LEFT_PARENTHESIS
        )


def condition_of(text: bytes, statement: Span, parameter: Span) -> Span:
    """The smallest condition around a parameter that stands behind WHERE, ON, HAVING or AND.

    It ends at the next AND or clause of the same depth; OR does not end it. Raises ConditionError.
    """
    tokens = _Tokens(text, statement)
    offset = parameter.offset - statement.offset
    at = next(i for i, one in enumerate(tokens.tokens) if one.span.offset == offset)
    first = _first(tokens, at)
    last = _last(tokens, at, tokens.depths[first])
    start, end = tokens.tokens[first], tokens.tokens[last]
    return Span(statement.offset + start.span.offset, end.span.end - start.span.offset)


def _first(tokens: _Tokens, at: int) -> int:
    """The index of the condition's first token."""
    depth = tokens.depths[at]
    found: int | None = None
    for index in range(at - 1, -1, -1):
        token: Token = tokens.tokens[index]
        if tokens.depths[index] < depth:
            # The parenthesis that opened this depth: what is around it may be the condition.
            depth = tokens.depths[index]
        if tokens.depths[index] > depth or token.kind != TokenKind.WORD:
            continue
        word = tokens.words[index]
        if word == "AND" and found is None:
            found = index + 1
        if word in _CLAUSES:
            return found or index + 1
        if word in _ELSEWHERE:
            raise ConditionError
    raise ConditionError


def _last(tokens: _Tokens, at: int, depth: int) -> int:
    """The index of the condition's last token."""
    for index in range(at + 1, len(tokens.tokens)):
        found = tokens.depths[index]
        if found < depth:
            return index - 1
        if found > depth:
            continue
        token = tokens.tokens[index]
        word = tokens.words[index]
        is_end = word == "AND" or (word in _BEHIND and not tokens.starts_function(index))
        if is_end or token.kind in (TokenKind.COMMA, TokenKind.SEMICOLON):
            return index - 1
    return len(tokens.tokens) - 1
