"""The `config` block: recorders, and what they record."""

from tests.support.template import Template


def test_each_region_has_a_recorder_that_starts_after_its_channel(mobile_staging: Template) -> None:
    for suffix, provider in (("", None), ("_us_west_2", "aws.us-west-2")):
        status = mobile_staging.resource(f"aws_config_configuration_recorder_status.account_config{suffix}")
        assert (status["is_enabled"], status.get("provider")) == (True, provider)
        assert status["depends_on"] == [f"aws_config_delivery_channel.account_config{suffix}"]
        channel = mobile_staging.resource(f"aws_config_delivery_channel.account_config{suffix}")
        assert f"aws_config_configuration_recorder.account_config{suffix}" in channel["depends_on"]


def test_iam_is_recorded_in_one_region_and_network_interfaces_in_none(mobile_staging: Template) -> None:
    def excluded(name: str) -> set[str]:
        group = mobile_staging.resource(f"aws_config_configuration_recorder.{name}")["recording_group"]
        return set(group["exclusion_by_resource_types"][0]["resource_types"])

    assert excluded("account_config") == {"AWS::EC2::NetworkInterface"}
    assert "AWS::IAM::Role" in excluded("account_config_us_west_2")
