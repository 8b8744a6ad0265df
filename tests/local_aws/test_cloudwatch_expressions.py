"""CloudWatch: metric math of alarms."""

from typing import Any

import pytest

from local_aws.cloudwatch_expressions import Expression
from local_aws.cloudwatch_functions import Input, UnsupportedError


def series(*values: float | None) -> dict[int, float]:
    return {time * 60: float(value) for time, value in enumerate(values) if value is not None}


def value(expression: str, **metrics: dict[int, float]) -> Any:
    return Expression(expression).value(Input(dict(metrics), range(0, 300, 60), 60, tuple(metrics)))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a + 1", series(31, 21, 1, 1)),
        ("-a * 2 - 1", series(-61, -41, -1, -1)),
        ("2 + 3 * a", series(92, 62, 2, 2)),
        ("(2 + 3) * a", series(150, 100, 0, 0)),
        ("2 ^ 3 ^ 1 + a - a", series(8, 8, 8, 8)),
        ("a + b", series(50, 20, 20, 0)),
        # The point of a division by zero is dropped.
        ("b / a", series(20 / 30, 0)),
        ("a / b", series(1.5, None, 0)),
        # The examples of the User Guide.
        ("a < b", series(0, 0, 1, 0)),
        ("a >= 30", series(1, 0, 0, 0)),
        ("a > 15 AND b > 15", series(1, 0, 0, 0)),
        ("a > 25 || b > 15", series(1, 0, 1, 0)),
        ("IF(a > 15, 1, 0)", series(1, 1, 0, 0)),
        ("IF(a > 15, a)", series(30, 20)),
        ("IF(a > 15, b, 5)", series(20, 0, 5, 5)),
        ("IF(1, a, b)", series(30, 20, 0, 0)),
        ("IF(MAX(a) > 90, a, 5)", series(5, 5, 5, 5, 5)),
        ("a + CEIL(MAX(c))", {}),
        ("FILL(b, 7)", series(20, 7, 20, 7, 7)),
        ("FILL(b, REPEAT)", series(20, 20, 20, 20, 20)),
        ("FILL(b, a)", series(20, 20, 20, 0)),
        ("SUM([a, b])", series(50, 20, 20, 0)),
        ("AVG(METRICS())", series(50 / 3, 20 / 3, 20 / 3, 0)),
        ("MAX([a, b])", series(30, 20, 20, 0)),
        ("MIN([FILL(b, 100), a])", series(20, 20, 0, 0, 100)),
        ("a / MAX(a)", series(1, 20 / 30, 0, 0)),
        ("a * PERIOD(a)", series(1800, 1200, 0, 0)),
        ("SUM([a, b] / 10)", series(5, 2, 2, 0)),
        ("ABS(-a)", series(30, 20, 0, 0)),
        ("CEIL(a / 40) + FLOOR(a / 40)", series(1, 1, 0, 0)),
        ("TIME_SERIES(1.5)", series(1.5, 1.5, 1.5, 1.5, 1.5)),
    ],
)
def test_expression_value(expression: str, expected: dict[int, float]) -> None:
    assert value(expression, a=series(30, 20, 0, 0), b=series(20, None, 20), c={}) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("SEARCH('{AWS/EC2}', 'Average')", "SEARCH is not supported|is not supported"),
        ("ANOMALY_DETECTION_BAND(a)", "the function ANOMALY_DETECTION_BAND is not supported"),
        ("SELECT AVG(x) FROM y", "SELECT is not supported"),
        ("RATE(a)", "the function RATE is not supported"),
        ("NOT(a)", "the function NOT is not supported"),
        ("a +", "it ends early"),
        ("(a", r"\) is missing"),
        ("a b", "'b' is unexpected"),
        ("a ? b", "is not supported"),
        ("IF(a)", "1 arguments"),
        ("FILL(1, 2)", "a time series is required"),
        ("a + REPEAT", "REPEAT"),
    ],
)
def test_expression_that_is_not_supported_is_an_error(expression: str, problem: str) -> None:
    with pytest.raises(UnsupportedError, match=problem):
        value(expression, a=series(1), b=series(1))
