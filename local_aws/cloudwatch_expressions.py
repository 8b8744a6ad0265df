"""CloudWatch: metric math of alarms.

AWS: [Using math expressions with CloudWatch metrics]
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html). Moto 5.2.5 evaluates only an
expression that is the ID of one metric. Added: arithmetic, comparison, AND, OR, and the functions in
`cloudwatch_functions`. Everything else (SEARCH, ANOMALY_DETECTION_BAND, a Metrics Insights query, an unknown function)
is an error, so that no test relies on an alarm that cannot change its state here.
"""

import math
import operator
import re
from collections.abc import Callable

from local_aws.cloudwatch_functions import FUNCTIONS, Input, Series, UnsupportedError, Value, combine
from local_aws.tokens import tokens

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/^<>()\[\],]))"
)
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
#: Words that FILL accepts instead of a value.
_WORDS = ("REPEAT",)

Node = Callable[[Input], Value]


class Expression:
    """A parsed expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [each.group().strip() for each in tokens(_TOKEN, text, self._unsupported)]
        self._next = 0
        self.names: set[str] = set()
        self._node = self._or()
        if self._peek():
            raise self._error(f"{self._peek()!r} is unexpected")

    def value(self, given: Input) -> Value:
        """Return the value for these data points."""
        return self._node(given)

    def _or(self) -> Node:
        node = self._and()
        while self._take("OR", "||"):
            node = _binary(node, self._and(), lambda a, b: float(a != 0 or b != 0))
        return node

    def _and(self) -> Node:
        node = self._comparison()
        while self._take("AND", "&&"):
            node = _binary(node, self._comparison(), lambda a, b: float(a != 0 and b != 0))
        return node

    def _comparison(self) -> Node:
        node = self._sum()
        while sign := self._take(*_COMPARISONS):
            node = _binary(node, self._sum(), _as_number(_COMPARISONS[sign]))
        return node

    def _sum(self) -> Node:
        node = self._product()
        while sign := self._take("+", "-"):
            node = _binary(node, self._product(), operator.add if sign == "+" else operator.sub)
        return node

    def _product(self) -> Node:
        node = self._negative()
        while sign := self._take("*", "/"):
            node = _binary(node, self._negative(), operator.mul if sign == "*" else _divide)
        return node

    def _negative(self) -> Node:
        if self._take("-"):
            node = self._negative()
            return _binary(lambda _: 0.0, node, operator.sub)
        node = self._atom()
        return _binary(node, self._negative(), _power) if self._take("^") else node

    def _atom(self) -> Node:
        token = self._peek()
        if self._take("("):
            node = self._or()
            self._require(")")
            return node
        if self._take("["):
            return _array(self._list("]"))
        self._next += 1
        if token[:1].isdigit() or token[:1] == ".":
            number = float(token)
            return lambda _: number
        if token[:1].isalpha():
            return self._call(token) if self._take("(") else self._name(token)
        raise self._error(f"{token!r} is unexpected" if token else "it ends early")

    def _call(self, name: str) -> Node:
        if name not in FUNCTIONS:
            raise self._error(f"the function {name} is not supported")
        arguments, call = self._list(")"), FUNCTIONS[name]
        return lambda given: call(given, [each(given) for each in arguments])

    def _name(self, name: str) -> Node:
        if name in _WORDS:
            return lambda _: name
        if not name[0].islower():
            raise self._error(f"{name} is not supported")
        self.names.add(name)
        return lambda given: given.values[name]

    def _list(self, end: str) -> list[Node]:
        nodes: list[Node] = []
        while not self._take(end):
            if nodes:
                self._require(",")
            nodes.append(self._or())
        return nodes

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self, *tokens: str) -> str:
        found = self._peek()
        if found not in tokens:
            return ""
        self._next += 1
        return found

    def _require(self, token: str) -> None:
        if not self._take(token):
            raise self._error(f"{token} is missing")

    def _unsupported(self, rest: str) -> UnsupportedError:
        return self._error(f"{rest[:20]!r} is not supported")

    def _error(self, problem: str) -> UnsupportedError:
        return UnsupportedError(f"{self._text}: {problem}")


def _as_number(compare: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    return lambda left, right: float(compare(left, right))


def _binary(left: Node, right: Node, apply: Callable[[float, float], float]) -> Node:
    return lambda given: combine(left(given), right(given), apply)


def _array(nodes: list[Node]) -> Node:
    def array(given: Input) -> Value:
        found: list[Series] = []
        for value in (each(given) for each in nodes):
            for each in value if isinstance(value, list) else [value]:
                if not isinstance(each, dict):
                    raise UnsupportedError("an array can only contain time series")
                found.append(each)
        return found

    return array


def _divide(left: float, right: float) -> float:
    """A data point that would be divided by zero is dropped."""
    return left / right if right else math.nan


def _power(left: float, right: float) -> float:
    try:
        power = left**right
    except (OverflowError, ZeroDivisionError):
        return math.nan
    return math.nan if isinstance(power, complex) else power
