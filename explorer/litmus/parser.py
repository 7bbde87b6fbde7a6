"""From the text of a C litmus test to its syntax tree."""

from __future__ import annotations

from lark import Token, Tree

from explorer.litmus.comments import blank_comments, expected_result
from explorer.litmus.expressions import ExpressionBuilder, trees
from explorer.litmus.grammar import tree_of
from explorer.litmus.source import LitmusError, Source
from explorer.litmus.syntax import (
    Address,
    And,
    Assign,
    Block,
    Declaration,
    Equal,
    Expected,
    ExpressionStatement,
    If,
    Initial,
    Integer,
    Litmus,
    Location,
    Not,
    Or,
    Parameter,
    Proposition,
    Quantifier,
    Register,
    Statement,
    Thread,
    Type,
    Value,
)

# More elements than a test needs; the memory of a test has one location for each.
MAX_ELEMENTS = 1000


def parse(source: Source) -> Litmus:
    """The litmus test of a file.

    What the calls in it stand for is not looked up here: that takes a macro file (``expand``).

    Raises:
        LitmusError: the text is no C litmus test, or uses a part of C that is not read.
    """
    code, comments = blank_comments(source, litmus=True)
    return _TestBuilder(source).test(tree_of(source, code, "test"), expected_result(comments))


def parse_outcome(text: str) -> Proposition:
    """A condition alone, as it stands behind ``exists``.

    Raises:
        LitmusError: the text is no condition.
    """
    # The word is there for messages, which show the line, and say what conditions have.
    source = Source("OUTCOME", f"exists {text}")
    code, _ = blank_comments(source, litmus=True)
    (condition,) = trees(tree_of(source, code, "final"))
    return _TestBuilder(source).proposition(condition)


class _TestBuilder(ExpressionBuilder):
    """Turns lark's trees of a test into ours."""

    def test(self, node: Tree[Token], expected: Expected | None) -> Litmus:
        tokens = [child for child in node.children if isinstance(child, Token)]
        documentation = next((str(t)[1:-1] for t in tokens if t.type == "DOCUMENTATION"), None)
        information = [str(t).partition("=") for t in tokens if t.type == "INFORMATION"]
        parts = {str(child.data): child for child in trees(node)}
        threads = tuple(self.thread(child) for child in trees(node) if child.data == "thread")
        for number, thread in enumerate(threads):
            if thread.number != number:
                raise LitmusError(f"thread P{number} is missing: threads are P0, P1, ... in order", thread.place)
        quantifier = Quantifier.FORALL
        condition: Proposition = And(())
        final = parts.get("final")
        if final is not None:
            quantifier = _quantifier(str(final.children[0]))
            condition = self.proposition(trees(final)[0])
        observed = parts.get("locations")
        filtered = parts.get("filter")
        return Litmus(
            name=next(str(t) for t in tokens if t.type == "TITLE"),
            initial=self.initial_state(parts["initial_state"]),
            threads=threads,
            quantifier=quantifier,
            condition=condition,
            documentation=documentation,
            information=tuple((key.strip(), value.strip()) for key, _, value in information),
            locations=tuple(self.observed(child) for child in trees(observed)) if observed is not None else (),
            filter=self.proposition(trees(filtered)[0]) if filtered is not None else None,
            expected=expected,
            place=self.place(node),
        )

    # ---- the initial state

    def initial_state(self, node: Tree[Token]) -> tuple[Initial, ...]:
        entries = tuple(self.initial(child) for child in trees(node))
        seen: set[Register | Location] = set()
        for entry in entries:
            if entry.target in seen:
                raise LitmusError(f"a second initial value of {entry.target}", entry.place)
            seen.add(entry.target)
        return entries

    def initial(self, node: Tree[Token]) -> Initial:
        type_ = target = size = None
        values: list[Value] = []
        for child in trees(node):
            match child.data:
                case "type":
                    type_ = self.type(child)
                case "register" | "location":
                    target = self.observed(child)
                case "size":
                    size = self.integer(child.children[0])
                case "list":
                    values += [self.value(each) for each in trees(child)]
                case _:
                    values.append(self.value(child))
        assert target is not None
        place = self.place(node)
        if size is not None and isinstance(target, Register):
            raise LitmusError("a register cannot be an array", place)
        if size is not None and not 1 <= size <= MAX_ELEMENTS:
            raise LitmusError(f"an array has 1 to {MAX_ELEMENTS} elements", place)
        if len(values) > (size or 1):
            raise LitmusError(f"{len(values)} values for {size or 1} elements", place)
        return Initial(target, type_, size, tuple(values), place=place)

    def value(self, node: Tree[Token]) -> Value:
        place = self.place(node)
        if node.data == "address":
            return Address(self.location(trees(node)[0]), place=place)
        minus, digits = node.children
        number = self.integer(digits)
        return Integer(-number if minus else number, place=place)

    def location(self, node: Tree[Token]) -> Location:
        size = trees(node)
        index = self.integer(size[0].children[0]) if size else 0
        return Location(str(node.children[0]), index, place=self.place(node))

    def observed(self, node: Tree[Token]) -> Register | Location:
        if node.data == "location":
            return self.location(node)
        thread, name = node.children
        return Register(self.thread_number(thread), str(name), place=self.place(node))

    def thread_number(self, token: Token | Tree[Token]) -> int:
        """The number of ``P1`` or ``1``."""
        digits = str(token).removeprefix("P")
        if not digits.isdecimal() or len(digits) > 3:
            raise LitmusError(f"'{token}' is no thread", self.place(token))
        return int(digits)

    # ---- threads

    def thread(self, node: Tree[Token]) -> Thread:
        *parameters, body = trees(node)
        number = self.thread_number(node.children[0])
        self.parameters: dict[str, Parameter] = {}
        for child in parameters:
            parameter = self.parameter(child)
            if parameter.name in self.parameters:
                raise LitmusError(f"a second parameter is named {parameter.name}", parameter.place)
            self.parameters[parameter.name] = parameter
        self.declared: set[str] = set()
        return Thread(number, tuple(self.parameters.values()), self.block(body), place=self.place(node))

    def parameter(self, node: Tree[Token]) -> Parameter:
        type_, name = node.children
        assert isinstance(type_, Tree)
        return Parameter(self.type(type_), str(name), place=self.place(node))

    def block(self, node: Tree[Token]) -> tuple[Statement, ...]:
        return tuple(each for child in trees(node) for each in self.statements(child))

    def statements(self, node: Tree[Token]) -> list[Statement]:
        """The statements that one stands for: ``int r0, r1;`` is two, ``;`` is none."""
        place = self.place(node)
        match node.data:
            case "declaration":
                name = " ".join(str(node.children[0]).split())
                return [self.declaration(name, child) for child in trees(node)]
            case "assign":
                target, value = (self.expression(child) for child in trees(node))
                return [Assign(target, value, place=place)]
            case "evaluate":
                return [ExpressionStatement(self.expression(trees(node)[0]), place=place)]
            case "block":
                return [Block(self.block(node), place=place)]
            case "branch":
                condition, *arms = trees(node)
                then, *otherwise = (self.arm(arm) for arm in arms)
                return [If(self.expression(condition), then, otherwise[0] if otherwise else (), place=place)]
            case "once":
                body, condition = trees(node)
                if self.expression(condition) != Integer(0):
                    raise LitmusError("loops are not read: only do { ... } while (0)", self.place(condition))
                return [Block(self.arm(body), place=place)]
            case _:
                return []

    def arm(self, node: Tree[Token]) -> tuple[Statement, ...]:
        return self.block(node) if node.data == "block" else tuple(self.statements(node))

    def declaration(self, type_name: str, node: Tree[Token]) -> Declaration:
        stars = sum(isinstance(child, Token) and child.type == "STAR" for child in node.children)
        name = next(child for child in node.children if isinstance(child, Token) and child.type == "NAME")
        place = self.place(node)
        if str(name) in self.parameters:
            raise LitmusError(f"{name} is a parameter already", place)
        if str(name) in self.declared:
            raise LitmusError(f"{name} is declared already", place)
        self.declared.add(str(name))
        initialiser = self.expression(trees(node)[0]) if trees(node) else None
        return Declaration(Type(type_name, stars, place=place), str(name), initialiser, place=place)

    # ---- conditions

    def proposition(self, node: Tree[Token]) -> Proposition:
        place = self.place(node)
        match node.data:
            case "and":
                return And(tuple(self.proposition(child) for child in trees(node)), place=place)
            case "or":
                return Or(tuple(self.proposition(child) for child in trees(node)), place=place)
            case "not":
                return Not(self.proposition(trees(node)[0]), place=place)
            case "true":
                return And((), place=place)
            case "false":
                return Or((), place=place)
            case _:
                left, right = trees(node)
                equal = Equal(self.observed(left), self.right(right), place=place)
                return equal if node.data == "equal" else Not(equal, place=place)

    def right(self, node: Tree[Token]) -> Integer | Address | Register | Location:
        return self.value(node) if node.data in ("number", "address") else self.observed(node)


def _quantifier(text: str) -> Quantifier:
    if "exists" not in text:
        return Quantifier.FORALL
    return Quantifier.EXISTS if text == "exists" else Quantifier.NOT_EXISTS
