"""CloudWatch: the rule of a composite alarm.

[PutCompositeAlarm, AlarmRule]
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html): ALARM, OK, and
INSUFFICIENT_DATA of a name or ARN, with or without double quotes; AND, OR, NOT, TRUE, FALSE, and parentheses. Other
functions, such as AT_LEAST, are not supported.
"""

import re
from collections.abc import Callable
from typing import Any

from local_aws.tokens import tokens

_TOKEN = re.compile(
    r"\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:\"(?P<quoted>[^\"]+)\"|(?P<bare>[^()\"]+?))\s*\)"
    r"|(?P<word>AND|OR|NOT|TRUE|FALSE|true|false)\b|(?P<sign>[()]))"
)

#: Returns the state of an alarm, by its name or ARN.
StateOf = Callable[[str], str]
_Node = Callable[[StateOf], bool]


class RuleError(Exception):
    """A rule that is not valid."""


class Rule:
    """A parsed rule."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(_TOKEN, text, lambda rest: RuleError(f"{rest[:40]!r} is not supported"))
        self._next = 0
        #: Names and ARNs of the alarms, as written, each once.
        self.alarms = list(dict.fromkeys(each["quoted"] or each["bare"] for each in self._tokens if each["state"]))
        self._node = self._or()
        if self._next < len(self._tokens):
            raise RuleError(f"{self._tokens[self._next].group().strip()} is unexpected")

    def holds(self, state_of: StateOf) -> bool:
        """Return whether the rule is true in these states."""
        return self._node(state_of)

    def _or(self) -> _Node:
        nodes = [self._and()]
        while self._take("OR"):
            nodes.append(self._and())
        return lambda state_of: any(each(state_of) for each in nodes)

    def _and(self) -> _Node:
        nodes = [self._not()]
        while self._take("AND"):
            nodes.append(self._not())
        return lambda state_of: all(each(state_of) for each in nodes)

    def _not(self) -> _Node:
        if self._take("NOT"):
            node = self._not()
            return lambda state_of: not node(state_of)
        if self._take("("):
            node = self._or()
            if not self._take(")"):
                raise RuleError(") is missing")
            return node
        return self._leaf()

    def _leaf(self) -> _Node:
        if self._next == len(self._tokens):
            raise RuleError("it ends early")
        token = self._tokens[self._next]
        self._next += 1
        if token["state"]:
            state, alarm = token["state"], token["quoted"] or token["bare"]
            return lambda state_of: state_of(alarm) == state
        word = token.group().strip()
        if word.upper() not in ("TRUE", "FALSE"):
            raise RuleError(f"{word} is unexpected")
        return lambda _: word.upper() == "TRUE"

    def _take(self, text: str) -> bool:
        found = self._next < len(self._tokens) and self._tokens[self._next].group().strip() == text
        self._next += found
        return found


def find(backend: Any, reference: str) -> Any:
    """Return an alarm by its name or ARN; None if it does not exist."""
    by_arn = next((each for each in backend.alarms.values() if each.alarm_arn == reference), None)
    return by_arn or backend.alarms.get(reference)
