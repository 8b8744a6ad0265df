"""Saved log queries: the language of their text, and the log groups of each."""

import re

import pytest

from modules.observability.keys.log_queries import QUERIES, Source
from tests.support.template import Template

#: [CloudWatch Logs Insights language query syntax]
#: (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html): commands and functions.
COMMANDS = ("dedup", "display", "fields", "filter", "limit", "parse", "sort", "stats")
FUNCTIONS = ("avg", "bin", "count", "ispresent", "max", "min", "sum")
#: Words that are neither fields nor functions.
WORDS = ("and", "as", "asc", "by", "desc", "in", "like", "or")
#: Every log event: [Supported logs and discovered fields]
#: (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html).
EVERY = {"@log", "@logStream", "@message", "@timestamp"}
_REPORT = (
    "record.errorType record.metrics.durationMs record.metrics.initDurationMs record.metrics.maxMemoryUsedMB "
    "record.requestId record.status"
)
#: The fields of each log: by the page that the query cites, or by the assumption in its comment.
FIELDS: dict[Source, set[str]] = {
    "audit": {"event", "result", "who", "user", "commit", "job"},
    "tasks": {"level", "route", "status"},
    "functions": {"level", "type", *_REPORT.split()},
    "mysql": set(),
    "postgres": set(),
    "firewall": {"action", "terminatingRuleId", "httpRequest.clientIp", "httpRequest.country"},
    "firewall-of-sites": {"action", "terminatingRuleId", "httpRequest.clientIp", "httpRequest.country"},
}
_NAME = re.compile(r"@?[A-Za-z_][\w.]*")
ALL = [(source, title, text) for source, queries in QUERIES.items() for title, text in queries.items()]


def commands(text: str) -> list[str]:
    """Return the commands without comments, texts, and patterns."""
    code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    code = re.sub(r"/(?:\\.|[^/\\])*/", "", code)
    return [each.strip() for each in re.sub(r'"[^"]*"', "", code).split("|")]


def patterns(text: str) -> list[str]:
    return re.findall(r"/((?:\\.|[^/\\])*)/", "\n".join(each for each in text.splitlines() if not each.startswith("#")))


@pytest.mark.parametrize(("source", "title", "text"), ALL, ids=lambda each: each if len(str(each)) < 30 else "")
def test_query_has_only_documented_commands_functions_and_fields(source: Source, title: str, text: str) -> None:
    created = {name for pattern in patterns(text) for name in re.findall(r"\(\?<(\w+)>", pattern)}
    created |= set(re.findall(r"\bas (\w+)", text))
    for command in commands(text):
        verb, _, rest = command.partition(" ")
        assert verb in COMMANDS, command
        called = set(re.findall(r"(\w+)\(", rest)) - set(WORDS)
        assert called <= set(FUNCTIONS), command
        names = set(_NAME.findall(re.sub(r"\d+[mhd]\b", "", rest))) - {*WORDS, *called}
        assert names <= EVERY | FIELDS[source] | created, command
        assert rest.count("(") == rest.count(")"), command


@pytest.mark.parametrize(("source", "title", "text"), ALL, ids=lambda each: each if len(str(each)) < 30 else "")
def test_patterns_of_a_query_are_regular_expressions(source: Source, title: str, text: str) -> None:
    for pattern in patterns(text):
        re.compile(pattern.replace("(?<", "(?P<"))


def test_slow_statement_of_mysql_matches_its_log() -> None:
    (pattern,) = patterns(QUERIES["mysql"]["slow-statements"])
    line = "# Query_time: 12.000194  Lock_time: 0.000003 Rows_sent: 1  Rows_examined: 40000\nSELECT 1;"
    match = re.search(pattern.replace("(?<", "(?P<"), line)
    assert match
    assert match.groupdict() == {"seconds": "12.000194", "locked": "0.000003", "sent": "1", "examined": "40000"}


def test_slow_statement_of_postgresql_matches_its_log() -> None:
    (pattern,) = patterns(QUERIES["postgres"]["slow-statements"])
    line = "2026-11-27 12:00:00 UTC:10.0.0.1(5432):app@app:[1]:LOG:  duration: 1204.500 ms  statement: SELECT 1"
    match = re.search(pattern.replace("(?<", "(?P<"), line)
    assert match
    assert match["milliseconds"] == "1204.500"


def test_queries_are_about_log_groups_of_the_stack(prod: Template, mobile: Template) -> None:
    for template in (prod, mobile):
        groups = {each["name"] for each in template.resources("aws_cloudwatch_log_group").values()}
        queries = template.resources("aws_cloudwatch_query_definition").values()
        assert queries
        for each in queries:
            assert set(each["log_group_names"]) <= groups, each["name"]


def test_queries_exist_only_for_what_the_environment_has(prod: Template, mobile: Template) -> None:
    assert {name.split("_")[2] for name in prod.resources("aws_cloudwatch_query_definition")} == {
        "audit", "functions", "firewall", "mysql", "tasks"
    }  # fmt: skip
    assert {name.split("_")[2] for name in mobile.resources("aws_cloudwatch_query_definition")} == {
        "audit",
        "functions",
        "tasks",
    }


def test_queries_of_sites_are_in_the_region_of_their_logs(prod: Template) -> None:
    found = prod.resources("aws_cloudwatch_query_definition")
    providers = {each["name"].split("/")[2]: each.get("provider") for each in found.values()}
    assert providers["firewall-of-sites"] == "aws.us-east-1"
    assert providers["tasks"] is None
