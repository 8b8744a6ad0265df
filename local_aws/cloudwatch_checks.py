"""CloudWatch: checks of PutMetricAlarm, and the state of a new or changed alarm.

- AWS: [PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html) and
  [MetricDataQuery](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html) limit
  lengths, numbers, periods, and what can be combined. Moto 5.2.5 accepts everything. Added: the checks.
- AWS: an action in another Region is an error ("Invalid region ... specified. Only ... is supported."). The API
  reference does not say so; [fix: create SNS topics for alarms in us-west-2]
  (https://github.com/cds-snc/notification-terraform/pull/128) quotes the error. Added: the error.
- AWS: a new alarm is INSUFFICIENT_DATA until it is evaluated, and a changed alarm keeps its state and its tags. Moto's
  alarm is OK after either. Added: the states.
- What cannot be evaluated here (anomaly detection, Metrics Insights queries, SEARCH, statistics other than the five
  and percentiles, metrics of other accounts) is an error, which AWS does not return.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from local_aws.cloudwatch_datapoints import STATISTICS, is_extended, readings
from local_aws.cloudwatch_evaluation import COMPARISONS, evaluate, watched
from local_aws.cloudwatch_functions import UnsupportedError

NAME_LENGTH, DESCRIPTION_LENGTH, ACTIONS_PER_STATE = 255, 1024, 5
#: Periods in seconds that are not a multiple of 60, for metrics with high resolution.
SHORT_PERIODS = (10, 20, 30)
HOUR, DAY, WEEK = 3600, 86_400, 604_800
#: Metrics, and expressions, of an alarm.
QUERIES_OF_A_KIND = 10
TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")

_ID = re.compile(r"[a-z][A-Za-z0-9_]*")
_OF_ONE_METRIC = ("namespace", "dimensions", "period", "unit", "statistic", "extended_statistic")


def install() -> None:
    """Let Moto check alarms."""
    from moto.cloudwatch.models import CloudWatchBackend
    from moto.cloudwatch.responses import CloudWatchResponse

    from local_aws.extend import add

    add(CloudWatchResponse, _of_own_account(CloudWatchResponse.put_metric_alarm))
    add(CloudWatchBackend, _checked(CloudWatchBackend.put_metric_alarm))


def _of_own_account(put: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def put_metric_alarm(response: Any) -> Any:
        for each in response._get_param("Metrics", []):
            own = each.get("AccountId") in (None, response.current_account)
            require(own, "The embedded AWS cannot evaluate this alarm: it reads a metric of another account")
        return put(response)

    return put_metric_alarm


def _checked(put: Callable[..., Any]) -> Callable[..., Any]:
    def put_metric_alarm(backend: Any, name: str, tags: Any = None, **given: Any) -> Any:
        before = backend.alarms.get(name)
        check_alarm(backend, name, given)
        _check_conditions(given)
        alarm = put(backend, name=name, **given)
        keep_state(before, alarm)
        try:
            _check_evaluation(alarm)
        except UnsupportedError as error:
            backend.alarms.pop(name)
            if before:
                backend.alarms[name] = before
            raise refused(f"The embedded AWS cannot evaluate this alarm: {error}") from error
        if tags and not before:
            backend.tagger.tag_resource(alarm.alarm_arn, tags)
        evaluate(backend, alarm)
        return alarm

    return put_metric_alarm


def check_alarm(backend: Any, name: str, given: dict[str, Any]) -> None:
    """Check what metric alarms and composite alarms have in common."""
    require(0 < len(name) <= NAME_LENGTH, f"AlarmName must have at most {NAME_LENGTH} characters")
    description = given.get("description") or ""
    require(
        len(description) <= DESCRIPTION_LENGTH, f"AlarmDescription must have at most {DESCRIPTION_LENGTH} characters"
    )
    for actions in (given.get(f"{state}_actions") or () for state in ("ok", "alarm", "insufficient_data")):
        require(len(actions) <= ACTIONS_PER_STATE, f"A state must have at most {ACTIONS_PER_STATE} actions")
        for arn in actions:
            region = (arn.split(":") + [""] * 4)[3]
            message = f"Invalid region {region} specified. Only {backend.region_name} is supported."
            require(region in ("", backend.region_name), message)


def keep_state(before: Any, alarm: Any) -> None:
    """Give a changed alarm the state that it had, and a new one INSUFFICIENT_DATA."""
    alarm.state_value = "INSUFFICIENT_DATA"
    if before:
        for name in ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp", "history"):
            setattr(alarm, name, getattr(before, name))


def require(condition: bool, message: str) -> None:
    """Reject the request with ValidationError if the condition is false."""
    if not condition:
        raise refused(message)


def refused(message: str) -> Exception:
    """Return CloudWatch's ValidationError."""
    from moto.cloudwatch.exceptions import ValidationError

    return ValidationError(message)


def _check_conditions(given: dict[str, Any]) -> None:
    queries = given.get("metric_data_queries") or ()
    require(bool(queries) != bool(given.get("metric_name")), "Specify either MetricName or Metrics")
    treatment = given.get("treat_missing_data") or "missing"
    require(treatment in TREATMENTS, f"TreatMissingData must be one of {', '.join(TREATMENTS)}")
    if queries:
        extra = [name for name in _OF_ONE_METRIC if given.get(name)]
        require(not extra, f"Metrics cannot be combined with {', '.join(extra)}")
        _check_queries(queries)
        periods = {int(each.metric_stat.period) for each in queries if each.metric_stat}
        require(len(periods) == 1, "All metrics of a math expression must have the same period")
        period = periods.pop()
    else:
        one = bool(given.get("statistic")) != bool(given.get("extended_statistic"))
        require(one, "Specify either Statistic or ExtendedStatistic")
        require(bool(given.get("period")), "Period is required")
        period = int(given["period"])
    _check_period(period, given["evaluation_periods"] or 0)


def _check_period(period: int, count: int) -> None:
    require(period in SHORT_PERIODS or (period > 0 and period % 60 == 0), f"Period {period} is not a multiple of 60")
    require(count > 0, "EvaluationPeriods must be at least 1")
    longest = DAY if period < HOUR else WEEK
    message = (
        f"Period multiplied by EvaluationPeriods must be at most {longest} seconds for a period of {period} seconds"
    )
    require(period * count <= longest, message)


def _check_queries(queries: Iterable[Any]) -> None:
    queries = list(queries)
    ids = [each.id for each in queries]
    require(len(set(ids)) == len(ids) and all(_ID.fullmatch(each) for each in ids), f"The IDs {ids} are not valid")
    one = all(bool(each.metric_stat) != bool(each.expression) for each in queries)
    require(one, "Each of Metrics must have either MetricStat or Expression")
    for kind in ("metric_stat", "expression"):
        count = sum(bool(getattr(each, kind)) for each in queries)
        require(count <= QUERIES_OF_A_KIND, f"Metrics must contain at most {QUERIES_OF_A_KIND} with {kind}")
    returned = [each.id for each in queries if each.return_data is not False]
    require(len(returned) == 1, f"Exactly one of Metrics must have ReturnData true: {', '.join(returned) or 'none'}")


def _check_evaluation(alarm: Any) -> None:
    """Evaluate with invented data points: what fails now would fail later, when data arrives."""
    if alarm.comparison_operator not in COMPARISONS or alarm.threshold_metric_id or alarm.threshold is None:
        raise UnsupportedError("only static thresholds are supported")
    read = readings(alarm)
    for each in read.values():
        if each.statistic not in STATISTICS and not is_extended(each.statistic or ""):
            raise UnsupportedError(f"the statistic {each.statistic} is not supported")
    period = max(each.period for each in read.values())
    times = range(0, 3 * period, period)
    watched(alarm, {name: dict.fromkeys(times, 1.0) for name in read}, times)
