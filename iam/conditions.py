"""Condition operators.

[IAM User Guide, IAM JSON policy elements: Condition operators]
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html), and
[Single-valued vs. multivalued context keys]
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).

Other operators (dates, binary) raise an error, because a guess could make a policy look safer than it is.
"""

import ipaddress
from collections.abc import Callable, Mapping, Sequence

from iam.patterns import matches

#: Context keys in lowercase and their values; a multivalued key has several.
Context = Mapping[str, str | Sequence[str]]

_Test = Callable[[str, str], bool]


def _in_range(actual: str, cidr: str) -> bool:
    return ipaddress.ip_address(actual) in ipaddress.ip_network(cidr, strict=False)


_TESTS: dict[str, _Test] = {
    "StringEquals": lambda actual, expected: actual == expected,
    "StringEqualsIgnoreCase": lambda actual, expected: actual.lower() == expected.lower(),
    "StringLike": lambda actual, expected: matches(expected, actual),
    # "ArnEquals and ArnLike behave identically."
    "ArnEquals": lambda actual, expected: matches(expected, actual),
    "ArnLike": lambda actual, expected: matches(expected, actual),
    "Bool": lambda actual, expected: actual.lower() == expected.lower(),
    "NumericEquals": lambda actual, expected: float(actual) == float(expected),
    "NumericLessThan": lambda actual, expected: float(actual) < float(expected),
    "NumericLessThanEquals": lambda actual, expected: float(actual) <= float(expected),
    "NumericGreaterThan": lambda actual, expected: float(actual) > float(expected),
    "NumericGreaterThanEquals": lambda actual, expected: float(actual) >= float(expected),
    "IpAddress": _in_range,
}
#: Operators, and the operators that they negate.
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "NotIpAddress": "IpAddress",
}
ANY, ALL = "ForAnyValue", "ForAllValues"


def condition_holds(operator: str, key: str, expected: Sequence[str], context: Context) -> bool:
    """Return whether a condition is met by a request's context.

    A missing key fails the condition, unless the operator is negated, ends in IfExists or begins with ForAllValues.
    An operator without a set qualifier never matches a multivalued key: AWS documents the result as undefined.

    Raises NotImplementedError for an operator that is not evaluated here.
    """
    actual = context.get(key.lower())
    if operator == "Null":
        return str(actual is None).lower() in [value.lower() for value in expected]
    qualifier, _, rest = operator.rpartition(":")
    plain = rest.removesuffix("IfExists")
    negated = plain in NEGATED
    test = _TESTS.get(NEGATED.get(plain, plain))
    if test is None or qualifier not in ("", ANY, ALL):
        raise NotImplementedError(f"condition operator {operator}")
    if actual is None:
        return qualifier == ALL or rest != plain or (negated and qualifier != ANY)
    if isinstance(actual, str):
        actual = [actual]
    elif not qualifier:
        return False
    each = [any(test(value, one) for one in expected) != negated for value in actual]
    return all(each) if qualifier == ALL else any(each)
