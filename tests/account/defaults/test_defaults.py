"""The `defaults` block: S3, EBS, instance metadata, ECR, and ECS."""

from tests.support.template import Template

PER_REGION = {
    "aws_ebs_encryption_by_default": "account_ebs",
    "aws_ec2_instance_metadata_defaults": "account_metadata",
    "aws_ecr_registry_scanning_configuration": "account_images",
}


def test_all_public_access_is_blocked_once(mobile_staging: Template) -> None:
    block = mobile_staging.only("aws_s3_account_public_access_block")
    assert set(block) == {"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"}
    assert set(block.values()) == {True}


def test_defaults_are_set_in_each_region(mobile_staging: Template) -> None:
    for kind, name in PER_REGION.items():
        found = mobile_staging.resources(kind)
        assert set(found) == {name, f"{name}_us_west_2"}
        assert found[f"{name}_us_west_2"]["provider"] == "aws.us-west-2"


def test_basic_scanning_scans_a_push_and_enhanced_scanning_repeats(account: Template, mobile_staging: Template) -> None:
    basic = account.only("aws_ecr_registry_scanning_configuration")
    assert (basic["scan_type"], basic["rule"][0]["scan_frequency"]) == ("BASIC", "SCAN_ON_PUSH")
    enhanced = mobile_staging.resource("aws_ecr_registry_scanning_configuration.account_images")
    assert (enhanced["scan_type"], enhanced["rule"][0]["scan_frequency"]) == ("ENHANCED", "CONTINUOUS_SCAN")


def test_settings_of_ecs_are_for_all_users_and_roles(account: Template, mobile_staging: Template) -> None:
    trunking = account.only("aws_ecs_account_setting_default")
    assert (trunking["name"], trunking["value"]) == ("awsvpcTrunking", "enabled")
    insights = mobile_staging.resource("aws_ecs_account_setting_default.account_container_insights")
    assert (insights["name"], insights["value"]) == ("containerInsights", "enhanced")
