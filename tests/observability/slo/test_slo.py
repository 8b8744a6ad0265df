"""Service level objectives: problems, burn rates, and synthesized alarms."""

from pathlib import Path

import pytest

from modules.observability.slo.keys.burn_rates import BURN_RATES
from tests.support.environments import DEV, only_problem
from tests.support.template import Template

METRIC, COMPOSITE = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"
ALARMS = 'function "forward" { code = "maintenance" }\nalarms { functions = ["forward"] }\n'
BALANCER = 'zone "public" { name = "agora.example" }\nload_balancer "public" { names = ["api.agora.example"] }\n'


def slo(*lines: str) -> str:
    body = "".join(f"  {line}\n" for line in lines)
    return f'slo "api" {{\n{body}}}\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            ALARMS + BALANCER + slo("objective = 99.9"),
            "env.hcl:14: slo.api has no source of requests; write load_balancer or site, whose metrics count",
        ),
        (
            ALARMS + BALANCER + slo('load_balancer = "public"', 'site = "www"', "objective = 99.9"),
            "slo.api has two sources of requests",
        ),
        (
            ALARMS + BALANCER + slo('load_balancer = "private"', "objective = 99.9"),
            "slo.api.load_balancer private names no `load_balancer` block of this environment; there is public",
        ),
        (
            BALANCER + slo('load_balancer = "public"', "objective = 99.9"),
            "slo.api requires an `alarms` block, whose topics its alarms notify",
        ),
        (
            ALARMS + BALANCER + slo('load_balancer = "public"', "objective = 100"),
            "slo.api.objective 100 should be less than 100",
        ),
        (
            ALARMS + BALANCER + slo('load_balancer = "public"', "objective = 93"),
            "slo.api.objective 93.0 is too low for window_days 30: even without any success, no fast alarm would be on;"
            " write more than 93.1",
        ),
        (
            ALARMS + BALANCER + slo('load_balancer = "public"', "objective = 99.9", "window_days = 3"),
            "slo.api.window_days 3 should be greater than or equal to 7",
        ),
        (
            ALARMS + BALANCER + slo('load_balancer = "public"', "objective = 99.9", "latency { p99_ms = 0 }"),
            "slo.api.latency.p99_ms 0 should be greater than or equal to 1",
        ),
        (
            ALARMS + BALANCER + slo('load_balancer = "public"'),
            "slo.api.objective is missing; write `objective = 99.9`",
        ),
    ],
)
def test_invalid_slo_is_a_problem(tmp_path: Path, text: str, message: str) -> None:
    assert message in only_problem(tmp_path, {"env": DEV + text})


def test_latency_of_a_site_is_a_problem(tmp_path: Path) -> None:
    site = 'zone "public" { name = "agora.example" }\nsite "www" { names = ["www.agora.example"] }\n'
    text = DEV + ALARMS + site + slo('site = "www"', "objective = 99.9", "latency { p99_ms = 300 }")
    assert "slo.api.latency has no effect on a site" in only_problem(tmp_path, {"env": text})


@pytest.mark.parametrize(
    ("days", "rates"), [(30, [14.4, 6, 1]), (28, [13.44, 5.6, 1]), (7, [3.36, 1.4, 1]), (90, [43.2, 18, 3])]
)
def test_burn_rates_use_up_the_same_part_of_the_budget(days: int, rates: list[float]) -> None:
    assert [round(each.rate(days), 4) for each in BURN_RATES] == rates


def test_windows_are_within_the_limits_of_cloudwatch() -> None:
    """A data point has at most a day; an alarm watches a day of periods under an hour, and seven days of others."""
    for rate in BURN_RATES:
        assert rate.long.period * rate.long.datapoints == rate.hours * 3600
        for window in (rate.long, rate.short):
            assert window.period <= 86_400
            assert window.period * window.datapoints <= (86_400 if window.period < 3600 else 7 * 86_400)


def test_alarm_of_each_window_has_the_threshold_of_its_burn_rate(prod: Template) -> None:
    def alarm(name: str) -> tuple[float, int, int]:
        block = prod.resource(f"{METRIC}.alarm_slo_api_{name}")
        return block["threshold"], block["metric_query"][0]["metric"]["period"], block["evaluation_periods"]

    # 0.1 percent of the requests may fail, 1 percent may be slow.
    assert alarm("availability_fast_1h") == (1.44, 3600, 1)
    assert alarm("availability_fast_5m") == (1.44, 300, 1)
    assert alarm("availability_slow_6h") == (0.6, 21600, 1)
    assert alarm("availability_slow_30m") == (0.6, 1800, 1)
    assert alarm("availability_steady_3d") == (0.1, 86400, 3)
    assert alarm("availability_steady_6h") == (0.1, 21600, 1)
    assert alarm("latency_fast_1h") == (14.4, 3600, 1)
    assert alarm("latency_steady_3d") == (1, 86400, 3)


def test_latency_counts_the_requests_that_were_too_slow(prod: Template) -> None:
    _, fast, result = prod.resource(f"{METRIC}.alarm_slo_api_latency_fast_1h")["metric_query"]
    assert (fast["metric"]["metric_name"], fast["metric"]["stat"]) == ("TargetResponseTime", "PR(:0.5)")
    assert result["expression"] == "IF(FILL(requests, 0) >= 100, 100 - fast, 0)"


def test_both_windows_of_a_burn_rate_must_be_on(prod: Template) -> None:
    def rule(severity: str) -> str:
        text = str(prod.resource(f"{COMPOSITE}.alarm_slo_api_availability_{severity}")["alarm_rule"])
        return text.replace("${aws_cloudwatch_metric_alarm.alarm_slo_api_availability_", "").replace(".alarm_name}", "")

    assert rule("critical") == '(ALARM("fast_1h") AND ALARM("fast_5m")) OR (ALARM("slow_6h") AND ALARM("slow_30m"))'
    assert rule("warning") == '(ALARM("steady_3d") AND ALARM("steady_6h"))'


def test_slo_notifies_unless_the_load_balancer_already_has(prod: Template) -> None:
    for severity in ("critical", "warning"):
        alarm = prod.resource(f"{COMPOSITE}.alarm_slo_api_availability_{severity}")
        assert alarm["alarm_actions"] == [f"${{aws_sns_topic.topic_alarms_{severity}.arn}}"]
        assert "alarm_load_balancer_public_critical" in alarm["actions_suppressor"]["alarm"]
        # It waits longer than the load balancer's alarm needs, and until no short window contains the outage any more.
        assert (alarm["actions_suppressor"]["wait_period"], alarm["actions_suppressor"]["extension_period"]) == (
            420,
            1920,
        )
        assert alarm["alarm_description"].endswith("alarms.md#slo-availability")
