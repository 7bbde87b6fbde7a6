"""C expressions, as litmus tests and macro files share them: from lark's tree to ours."""

from __future__ import annotations

from lark import Token, Tree

from explorer.litmus.refusals import assigning_operator
from explorer.litmus.source import LitmusError, Place, Source
from explorer.litmus.syntax import (
    AddressOf,
    Binary,
    BinaryOp,
    Call,
    Cast,
    Conditional,
    Dereference,
    Expression,
    Index,
    Integer,
    Name,
    Primitive,
    Type,
    Unary,
    UnaryOp,
)

# Values are modelled without a width; nobody writes longer numbers into a litmus test.
MAX_DIGITS = 30

# How many arguments each primitive takes, its operator left out.
_ARGUMENTS = {
    "__load": (1,),
    "__store": (2,),
    "__fence": (0,),
    "__xchg": (2,),
    "__cmpxchg": (3,),
    "__atomic_op": (2,),
    "__atomic_op_return": (2,),
    "__atomic_fetch_op": (2,),
    "__atomic_add_unless": (3,),
    "__lock": (1,),
    "__unlock": (1,),
    "__trylock": (1,),
    "__islocked": (1,),
    "__srcu": (1, 2),
}
_WITH_OPERATOR = frozenset({"__atomic_op", "__atomic_op_return", "__atomic_fetch_op"})
_WITHOUT_TAG = frozenset({"__atomic_op", "__lock", "__unlock", "__trylock", "__islocked"})


class ExpressionBuilder:
    """Turns lark's trees of expressions and types into ours."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def place(self, node: Tree[Token] | Token) -> Place:
        """Where a tree or token stands; a tree without tokens stands nowhere in particular."""
        if isinstance(node, Token):
            return Place(self.source, node.start_pos or 0, node.end_pos or 0)
        if node.meta.empty:
            return Place(self.source, 0, 0)
        return Place(self.source, node.meta.start_pos, node.meta.end_pos)

    def integer(self, token: Token | Tree[Token]) -> int:
        text = str(token).rstrip("uUlL")
        if len(text) > MAX_DIGITS:
            raise LitmusError("this number is too long", self.place(token))
        return int(text, 0)

    def type(self, node: Tree[Token]) -> Type:
        name, *stars = node.children
        return Type(" ".join(str(name).split()), len(stars), place=self.place(node))

    def expression(self, node: Tree[Token]) -> Expression:
        place = self.place(node)
        rule = str(node.data)
        match rule:
            case "name":
                return Name(str(node.children[0]), place=place)
            case "integer":
                return Integer(self.integer(node.children[0]), place=place)
            case "call":
                arguments = tuple(self.expression(child) for child in trees(node))
                return Call(str(node.children[0]), arguments, place=place)
            case "primitive":
                return self.primitive(node)
            case "cast":
                type_, operand = trees(node)
                return Cast(self.type(type_), self.expression(operand), place=place)
        operands = [self.expression(child) for child in trees(node)]
        match rule:
            case "binary":
                operator = next(child for child in node.children if isinstance(child, Token))
                self._check_sign(self.place(operator))
                return Binary(BinaryOp(str(operator)), *operands, place=place)
            case "unary":
                self._check_sign(place)
                return Unary(UnaryOp(str(node.children[0])), *operands, place=place)
            case "conditional":
                return Conditional(*operands, place=place)
            case "dereference":
                return Dereference(*operands, place=place)
            case "address_of":
                return AddressOf(*operands, place=place)
            case _:
                assert rule == "index", rule
                return Index(*operands, place=place)

    def _check_sign(self, place: Place) -> None:
        """Two minus signs side by side are one operator of C, whatever they would mean apart."""
        if self.source.text.startswith("--", place.start):
            raise assigning_operator(self.source, place.start, "--")

    def primitive(self, node: Tree[Token]) -> Primitive:
        tag = operator = None
        arguments: list[Expression] = []
        for child in trees(node):
            match child.data:
                case "tag":
                    tag = str(child.children[0])
                case "operator":
                    operator = BinaryOp(str(child.children[0]))
                case _:
                    arguments.append(self.expression(child))
        primitive = Primitive(str(node.children[0]), tag, tuple(arguments), operator, place=self.place(node))
        _check(primitive)
        return primitive


def _check(primitive: Primitive) -> None:
    name, given = primitive.name, len(primitive.arguments)
    if given not in _ARGUMENTS[name]:
        wanted = " or ".join(map(str, _ARGUMENTS[name]))
        noun = "argument" if wanted == "1" else "arguments"
        raise LitmusError(f"{name} takes {wanted} {noun}, but has {given}", primitive.place)
    if name in _WITH_OPERATOR and primitive.operator is None:
        raise LitmusError(f"{name} lacks its operator: {name}(pointer, +, value)", primitive.place)
    if name not in _WITH_OPERATOR and primitive.operator is not None:
        raise LitmusError(f"{name} takes no operator", primitive.place)
    if name in _WITHOUT_TAG and primitive.tag is not None:
        raise LitmusError(f"{name} takes no ordering", primitive.place)
    if name not in _WITHOUT_TAG and primitive.tag is None:
        raise LitmusError(f"{name} lacks its ordering: {name}{{...}}", primitive.place)


def trees(node: Tree[Token]) -> list[Tree[Token]]:
    """The subtrees of a tree, without its tokens."""
    return [child for child in node.children if isinstance(child, Tree)]
