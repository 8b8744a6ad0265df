"""The block of a resource, by its address."""

from pathlib import Path

import pytest

from modules.account.blocks import Account
from modules.environment import Environment
from modules.environment_files import EnvironmentFile, load
from ops.note.blocks import NO_BLOCK, REMOVED, Blocks
from ops.workspace import PROJECT


@pytest.fixture(scope="module")
def prod() -> EnvironmentFile:
    return load(PROJECT / "envs")["prod"]


@pytest.fixture(scope="module")
def mobile() -> EnvironmentFile:
    return load(PROJECT / "tests" / "environments")["mobile"]


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("aws_ecs_service.service_api", 'service "api"'),
        ("aws_cloudwatch_log_group.foundation_service_api_log_group", 'service "api"'),
        ("aws_lb_target_group.target_group_api_public", 'service "api"'),
        ("aws_acm_certificate.certificate_site_www", 'site "www"'),
        ("aws_lambda_function.function_database_main_logins", 'database "main"'),
        ("aws_sqs_queue.queue_push_mobile_dead_letters", 'push "mobile"'),
        ("aws_cloudwatch_metric_alarm.alarm_database_main_cpu", "alarms"),
        ("aws_sns_topic.topic_alarms_critical", "alarms"),
        ("aws_subnet.network_public_a", "network"),
        ('aws_subnet.network_public["a"]', "network"),
        ("aws_lambda_function.function_slack_alarm", 'function "slack-alarm"'),
    ],
)
def test_address_names_its_block(address: str, title: str, prod: EnvironmentFile) -> None:
    block = Blocks(prod.document, Environment).of(address)
    assert block.title == title
    text = Path(prod.document.file).read_text().splitlines()
    assert text[block.line - 1].startswith(title)


def test_longest_label_wins(mobile: EnvironmentFile) -> None:
    blocks = Blocks(mobile.document, Environment)
    assert blocks.of("aws_lambda_function.function_slack_alarm").title == 'function "slack-alarm"'
    assert blocks.of("aws_lambda_function.function_search_logs").title == 'search "logs"'


def test_shared_and_removed_resources_have_no_block(prod: EnvironmentFile) -> None:
    blocks = Blocks(prod.document, Environment)
    assert blocks.of("aws_kms_key.foundation_data_key").title == NO_BLOCK
    assert blocks.of("aws_s3_bucket.bucket_old", is_gone=True).title == REMOVED
    assert blocks.of("aws_s3_bucket.bucket_content", is_gone=True).title == 'bucket "content"'


def test_address_of_account_names_block_of_account_file(prod: EnvironmentFile) -> None:
    assert prod.account
    blocks = Blocks(prod.account.document, Account)
    assert blocks.of("aws_iam_role.people_prod_read").title == "people"
    assert blocks.of("aws_cloudtrail.account_trail").title == "trail"
    assert blocks.of("aws_accessanalyzer_analyzer.account_external_access").title == "access_analyzer"
    assert blocks.of("aws_account_alternate_contact.contact_security").title == 'contact "security"'
    assert blocks.of("aws_iam_role.delivery_prod_apply").title == NO_BLOCK
    assert Blocks(None, Account).of("aws_cloudtrail.account_trail").title == NO_BLOCK


@pytest.mark.parametrize("folder", ["envs", "tests/environments"])
def test_most_committed_addresses_have_a_block(folder: str) -> None:
    """What belongs to no block is what the blocks of an environment share, such as keys, logs, and connections."""
    shared = (
        "experiment_logs",
        "foundation_",
        "log_query_",
        "repository_",
        "service_names",
        "site_pipeline_github_source",
        "zone_query_logs",
    )
    for file in load(PROJECT / folder).values():
        blocks = Blocks(file.document, Environment)
        for address in (PROJECT / folder / "addresses" / f"{file.settings.name}.txt").read_text().split():
            if blocks.of(address).title == NO_BLOCK:
                assert address.partition(".")[2].startswith(shared), f"{file.document.file}: {address}"
