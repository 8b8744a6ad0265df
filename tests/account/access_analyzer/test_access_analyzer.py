"""The `access_analyzer` block: analyzers of external and unused access."""

from tests.support.template import Template


def test_each_region_has_an_analyzer_of_external_access(mobile_staging: Template) -> None:
    analyzers = mobile_staging.resources("aws_accessanalyzer_analyzer").values()
    assert [each.get("provider") for each in analyzers if each["type"] == "ACCOUNT"] == [None, "aws.us-west-2"]


def test_unused_access_is_analyzed_once_by_choice(mobile_staging: Template, account: Template) -> None:
    unused = mobile_staging.resource("aws_accessanalyzer_analyzer.account_unused_access")
    assert unused["configuration"] == {"unused_access": {"unused_access_age": 90}}
    assert set(account.resources("aws_accessanalyzer_analyzer")) == {"account_external_access"}
