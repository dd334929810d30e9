"""Lists with loops: a loop around a list repeats its items and not the list."""

from __future__ import annotations

from dataclasses import dataclass

from markdown_it.token import Token

from firstwin.messages.marks import AS_COMMENT, Marks, Statement

TICKED = '<span class="'


@dataclass(frozen=True)
class Node:
    """Tokens that stand side by side at one level. ``kind``: what list, a statement's keyword, or another kind of text."""

    kind: str
    tokens: list[Token]

    @property
    def is_list(self) -> bool:
        return self.kind in {"bullet_list", "ordered_list"}


@dataclass(frozen=True)
class Run:
    """Lists, and loops and conditions around lists, that touch: up to ``end``, all of one ``kind``."""

    end: int
    kind: str | None = None
    loops: bool = False
    members: int = 0

    def and_then(self, other: Run) -> Run:
        return Run(other.end, other.kind, self.loops or other.loops, self.members + 1)

    def takes(self, other: Run) -> bool:
        return other.kind is not None and self.kind in {None, other.kind}


def joined(marks: Marks, tokens: list[Token]) -> list[Token]:
    """The tokens, with each run of lists that has a loop made one list."""
    nodes = _nodes(marks, tokens)
    found: list[Token] = []
    position = 0
    while position < len(nodes):
        run = _run(nodes, position)
        is_one = run.loops and (run.members > 1 or nodes[position].kind != "if")
        end = run.end if is_one else position + 1
        found += _one_list(nodes[position:end]) if is_one else nodes[position].tokens
        position = end
    return _with_checklists(found)


def _run(nodes: list[Node], begin: int) -> Run:
    run = Run(begin)
    while run.end < len(nodes) and run.takes(member := _member(nodes, run.end)):
        run = run.and_then(member)
    return run


def _member(nodes: list[Node], at: int) -> Run:
    """One list, or one statement with nothing but lists inside; without a kind where it is neither."""
    first = nodes[at].kind
    if nodes[at].is_list:
        return Run(at + 1, first)
    if first not in {"for", "if"}:
        return Run(at)
    run = Run(at + 1, loops=first == "for")
    while run.end < len(nodes) and nodes[run.end].kind != f"end{first}":
        member = Run(run.end + 1, run.kind) if nodes[run.end].kind in {"else", "elif"} else _member(nodes, run.end)
        if nodes[run.end].kind not in {"else", "elif"} and not run.takes(member):
            return Run(at)
        run = run.and_then(member)
    return Run(run.end + 1, run.kind, run.loops)


def _one_list(nodes: list[Node]) -> list[Token]:
    lists = [node for node in nodes if node.is_list]
    inside = [token for node in nodes for token in (node.tokens[1:-1] if node.is_list else node.tokens)]
    return [lists[0].tokens[0], *inside, lists[0].tokens[-1]]


def _nodes(marks: Marks, tokens: list[Token]) -> list[Node]:
    nodes: list[Node] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            nodes += _begun(marks, token)
        else:
            nodes[-1].tokens.append(token)
        depth += token.nesting
    return nodes


def _begun(marks: Marks, token: Token) -> list[Node]:
    if token.type == "html_block" and not AS_COMMENT.sub("", token.content).strip():
        return [_statement(marks, comment[1]) for comment in AS_COMMENT.finditer(token.content)]
    return [Node(token.type.removesuffix("_open"), [token])]


def _statement(marks: Marks, mark: str) -> Node:
    (part,) = marks.parts(mark)
    keyword = part.keyword if isinstance(part, Statement) else ""
    return Node(keyword, [Token("html_block", "", 0, content=f"<!--{mark}-->\n")])


def _with_checklists(tokens: list[Token]) -> list[Token]:
    """A list of ticks and circles has no bullets besides."""
    for number, token in enumerate(tokens):
        if token.type == "bullet_list_open":
            text = next((later.content for later in tokens[number:] if later.type == "inline"), "")
            if text.startswith(TICKED):
                token.attrSet("class", "checklist")
    return tokens
