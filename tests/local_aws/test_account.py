"""What an account has only one of: detectors, analyzers, defaults of instance metadata, ECS, and S3."""

import pytest

from tests.local_aws.conftest import Client


def test_update_of_a_detector_changes_only_the_features_that_it_names(client: Client) -> None:
    guardduty = client("guardduty")
    detector = guardduty.create_detector(Enable=True)["DetectorId"]
    guardduty.update_detector(DetectorId=detector, Features=[{"Name": "EKS_AUDIT_LOGS", "Status": "DISABLED"}])
    features = {each["Name"]: each["Status"] for each in guardduty.get_detector(DetectorId=detector)["Features"]}
    assert features["EKS_AUDIT_LOGS"] == features["RUNTIME_MONITORING"] == "DISABLED"
    assert features["S3_DATA_EVENTS"] == "ENABLED", "AWS enables what a new detector does not name"
    with pytest.raises(guardduty.exceptions.BadRequestException, match="already exists"):
        guardduty.create_detector(Enable=True)
    guardduty.delete_detector(DetectorId=detector)
    assert guardduty.list_detectors()["DetectorIds"] == []


def test_analyzer_of_a_type_exists_once_in_a_region(client: Client) -> None:
    analyzers = client("accessanalyzer")
    arn = analyzers.create_analyzer(analyzerName="one", type="ACCOUNT", tags={"a": "b"})["arn"]
    found = analyzers.get_analyzer(analyzerName="one")["analyzer"]
    assert (found["arn"], found["status"], found["tags"]) == (arn, "ACTIVE", {"a": "b"})
    with pytest.raises(analyzers.exceptions.ServiceQuotaExceededException):
        analyzers.create_analyzer(analyzerName="two", type="ACCOUNT")
    analyzers.tag_resource(resourceArn=arn, tags={"c": "d"})
    analyzers.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert analyzers.list_tags_for_resource(resourceArn=arn)["tags"] == {"c": "d"}
    analyzers.delete_analyzer(analyzerName="one")
    with pytest.raises(analyzers.exceptions.ResourceNotFoundException):
        analyzers.get_analyzer(analyzerName="one")


def test_instance_metadata_defaults_without_preference_are_removed(client: Client) -> None:
    ec2 = client("ec2")
    ec2.modify_instance_metadata_defaults(HttpTokens="required", HttpPutResponseHopLimit=2)
    assert ec2.get_instance_metadata_defaults()["AccountLevel"] == {
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 2,
    }
    ec2.modify_instance_metadata_defaults(HttpTokens="no-preference", HttpPutResponseHopLimit=-1)
    assert ec2.get_instance_metadata_defaults()["AccountLevel"] == {}


def test_account_setting_that_nobody_changed_has_its_default(client: Client) -> None:
    ecs = client("ecs")

    def value() -> str:
        (found,) = ecs.list_account_settings(name="awsvpcTrunking", effectiveSettings=True)["settings"]
        return str(found["value"])

    assert value() == "disabled"
    ecs.put_account_setting_default(name="awsvpcTrunking", value="enabled")
    assert value() == "enabled"


def test_standards_are_enabled_and_disabled(client: Client) -> None:
    hub = client("securityhub")
    hub.enable_security_hub(EnableDefaultStandards=False)
    hub.update_security_hub_configuration(AutoEnableControls=False)
    assert hub.describe_hub()["AutoEnableControls"] is False
    standard = "arn:aws:securityhub:us-east-1::standards/cis-aws-foundations-benchmark/v/3.0.0"
    (enabled,) = hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": standard}])[
        "StandardsSubscriptions"
    ]
    assert (enabled["StandardsArn"], enabled["StandardsStatus"]) == (standard, "READY")
    arn = enabled["StandardsSubscriptionArn"]
    assert len(hub.get_enabled_standards(StandardsSubscriptionArns=[arn])["StandardsSubscriptions"]) == 1
    hub.batch_disable_standards(StandardsSubscriptionArns=[arn])
    assert hub.get_enabled_standards()["StandardsSubscriptions"] == []
