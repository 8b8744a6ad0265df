"""The `guardduty` block: a detector in each Region, and its features."""

from modules.account.guardduty.settings import FEATURES
from tests.support.template import Template


def test_each_region_has_a_detector(mobile_staging: Template) -> None:
    detectors = mobile_staging.resources("aws_guardduty_detector")
    assert {name: each.get("provider") for name, each in detectors.items()} == {
        "account_guardduty": None,
        "account_guardduty_us_west_2": "aws.us-west-2",
    }


def test_every_feature_is_enabled_or_disabled_explicitly(mobile_staging: Template) -> None:
    features = mobile_staging.resources("aws_guardduty_detector_feature")
    assert len(features) == 2 * len(FEATURES)
    statuses = {each["name"]: each["status"] for each in features.values()}
    assert {name for name, status in statuses.items() if status == "ENABLED"} == {
        "S3_DATA_EVENTS",
        "RUNTIME_MONITORING",
    }
    agents = features["account_runtime_monitoring"]["additional_configuration"]
    assert {each["status"] for each in agents} == {"ENABLED"}


def test_detector_in_production_is_kept(account: Template) -> None:
    assert account.only("aws_guardduty_detector")["lifecycle"] == {"prevent_destroy": True}
