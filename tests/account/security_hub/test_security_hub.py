"""The `security_hub` block: Security Hub and its standards, after AWS Config."""

from tests.support.template import Template


def test_each_region_has_the_standards_of_the_block_and_no_others(mobile_staging: Template) -> None:
    hubs = mobile_staging.resources("aws_securityhub_account").values()
    assert [each["enable_default_standards"] for each in hubs] == [False, False]
    arns = {
        each["standards_arn"] for each in mobile_staging.resources("aws_securityhub_standards_subscription").values()
    }
    assert arns == {
        f"arn:aws:securityhub:{region}::standards/{standard}"
        for region in ("us-east-1", "us-west-2")
        for standard in (
            "aws-foundational-security-best-practices/v/1.0.0",
            "cis-aws-foundations-benchmark/v/3.0.0",
        )
    }


def test_security_hub_is_enabled_after_the_recorder(mobile_staging: Template) -> None:
    hub = mobile_staging.resource("aws_securityhub_account.account_security_hub")
    assert hub["depends_on"] == ["aws_config_configuration_recorder_status.account_config"]
