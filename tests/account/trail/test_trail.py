"""The `trail` block: the trail, its key, and where it writes."""

from tests.support.template import Template

ARN = "arn:aws:cloudtrail:ap-northeast-2:333333333333:trail/agora-account-trail"


def test_trail_records_all_regions_and_its_files_can_be_verified(account: Template) -> None:
    trail = account.only("aws_cloudtrail")
    for key in ("is_multi_region_trail", "include_global_service_events", "enable_log_file_validation"):
        assert trail[key] is True
    assert trail["kms_key_id"] == "${aws_kms_key.account_trail_key.arn}"
    assert trail["depends_on"] == ["aws_s3_bucket_policy.foundation_logs"], "CloudTrail checks the policy"
    assert trail["lifecycle"] == {"prevent_destroy": True}


def test_only_the_trail_can_write_to_its_prefix(account: Template) -> None:
    statements = {each["Sid"]: each for each in account.policy("aws_s3_bucket_policy.foundation_logs")}
    write = statements["TrailWrite"]
    assert write["Resource"] == [
        "arn:aws:s3:::agora-account-logs-333333333333-ap-northeast-2/trail/AWSLogs/333333333333/*"
    ]
    assert write["Condition"]["StringEquals"]["aws:SourceArn"] == ARN
    assert statements["TrailCheck"]["Condition"] == {"StringEquals": {"aws:SourceArn": ARN}}


def test_trail_without_choices_records_management_events_in_s3(account: Template) -> None:
    trail = account.only("aws_cloudtrail")
    assert [each["name"] for each in trail["advanced_event_selector"]] == ["Management events"]
    assert "cloud_watch_logs_group_arn" not in trail


def test_data_events_leave_out_the_log_bucket(mobile_staging: Template) -> None:
    _, objects, functions = mobile_staging.only("aws_cloudtrail")["advanced_event_selector"]
    assert objects["field_selector"][-1] == {
        "field": "resources.ARN",
        "not_starts_with": ["arn:aws:s3:::mobile-account-logs-555555555555-us-east-1/"],
    }
    assert functions["field_selector"][-1] == {"equals": ["AWS::Lambda::Function"], "field": "resources.type"}


def test_log_group_gets_the_events_by_choice(mobile_staging: Template) -> None:
    trail = mobile_staging.only("aws_cloudtrail")
    arn = "arn:aws:logs:us-east-1:555555555555:log-group:/mobile/account/trail"
    assert trail["cloud_watch_logs_group_arn"] == f"{arn}:*"
    (write,) = mobile_staging.policy("aws_iam_role_policy.account_trail_logs")
    assert write["Resource"] == [f"{arn}:log-stream:555555555555_CloudTrail_us-east-1*"]
