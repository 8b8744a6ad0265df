"""OpenSearch domains, their delivery, and the log groups that are sent to them, in the synthesized JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from modules.data.search.search import LOGS
from ops.workspace import stack_folder
from tests.conftest import Synthesize
from tests.support.environments import ALARMS, DEV, PROD, write
from tests.support.template import Template

FUNCTION = 'function "maintenance" {\n  search = "logs"\n}\n'
SERVICE = 'ecs "main" {\n}\nservice "api" {\n  search = "logs"\n}\n'
DOMAIN = "aws_opensearch_domain.search_logs"
STREAM = "aws_kinesis_firehose_delivery_stream.search_logs"


@pytest.fixture(scope="module")
def output(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> Path:
    environments = {
        "dev": DEV + 'search "logs" {\n}\n' + FUNCTION + SERVICE,
        "two": DEV.replace("10.20.0.0", "10.20.32.0") + 'search "logs" {\n}\nsearch "audit" {\n}\n',
        "prod": PROD + 'search "logs" {\n}\n' + ALARMS,
    }
    return synthesize(write(tmp_path_factory.mktemp("search"), environments))


@pytest.fixture(scope="module")
def prod(output: Path) -> Template:
    return Template(stack_folder(output, "prod"))


@pytest.fixture(scope="module")
def dev(output: Path) -> Template:
    return Template(stack_folder(output, "dev"))


def statements(template: Template, role: str) -> dict[str, Any]:
    return {each["Sid"]: each for each in template.policy(f"aws_iam_role_policy.{role}")}


def test_domain_in_production_has_masters_two_zones_and_is_kept(prod: Template) -> None:
    domain = prod.resource(DOMAIN)
    assert domain["cluster_config"] == {
        "instance_type": "m6g.large.search",
        "instance_count": 2,
        "dedicated_master_enabled": True,
        "dedicated_master_type": "m6g.large.search",
        "dedicated_master_count": 3,
        "zone_awareness_enabled": True,
        "zone_awareness_config": {"availability_zone_count": 2},
    }
    assert domain["vpc_options"]["subnet_ids"] == ["${aws_subnet.network_data_a.id}", "${aws_subnet.network_data_c.id}"]
    assert domain["auto_tune_options"] == {"desired_state": "ENABLED", "use_off_peak_window": True}
    assert domain["lifecycle"] == {"prevent_destroy": True}


def test_domain_in_development_is_one_burstable_node_without_auto_tune(dev: Template) -> None:
    domain = dev.resource(DOMAIN)
    assert domain["cluster_config"] == {
        "instance_type": "t3.small.search",
        "instance_count": 1,
        "dedicated_master_enabled": False,
        "zone_awareness_enabled": False,
    }
    assert domain["vpc_options"]["subnet_ids"] == ["${aws_subnet.network_data_a.id}"]
    assert "auto_tune_options" not in domain
    assert "lifecycle" not in domain


def test_domain_is_encrypted_and_has_no_password(dev: Template, prod: Template) -> None:
    for template in (dev, prod):
        domain = template.resource(DOMAIN)
        assert domain["encrypt_at_rest"] == {"enabled": True, "kms_key_id": "${aws_kms_key.foundation_data_key.arn}"}
        assert domain["node_to_node_encryption"] == {"enabled": True}
        assert domain["domain_endpoint_options"] == {
            "enforce_https": True,
            "tls_security_policy": "Policy-Min-TLS-1-2-PFS-2023-10",
        }
        assert domain["advanced_security_options"] == {
            "enabled": True,
            "internal_user_database_enabled": False,
            "master_user_options": {"master_user_arn": "${aws_iam_role.function_search_logs.arn}"},
        }


def test_domain_writes_all_logs_to_log_groups_of_one_resource_policy(dev: Template) -> None:
    options = dev.resource(DOMAIN)["log_publishing_options"]
    assert {each["log_type"] for each in options} == set(LOGS)
    (statement,) = json.loads(dev.only("aws_cloudwatch_log_resource_policy")["policy_document"])["Statement"]
    allowed = statement["Resource"][0].removesuffix("*:*")
    assert all(each["cloudwatch_log_group_arn"].startswith(allowed) for each in options)
    assert statement["Condition"]["ArnLike"]["aws:SourceArn"] == [
        "arn:aws:es:ap-northeast-2:111111111111:domain/agora-dev-logs"
    ]


def test_two_searches_share_the_resource_policy(output: Path) -> None:
    template = Template(stack_folder(output, "two"))
    assert len(template.resources("aws_opensearch_domain")) == 2
    assert len(template.resources("aws_cloudwatch_log_resource_policy")) == 1


def test_security_group_lets_in_only_firehose_and_the_set_up(dev: Template) -> None:
    rules = dev.resources("aws_vpc_security_group_ingress_rule").values()
    ours = [each for each in rules if each["security_group_id"] == "${aws_security_group.search_logs.id}"]
    assert {each["referenced_security_group_id"] for each in ours} == {
        "${aws_security_group.search_logs_delivery.id}",
        "${aws_security_group.function_search_logs.id}",
    }
    assert {(each["from_port"], each["to_port"]) for each in ours} == {(443, 443)}


def test_stream_delivers_inside_the_vpc_to_an_index_for_each_day(dev: Template) -> None:
    stream = dev.resource(STREAM)
    assert stream["server_side_encryption"]["key_arn"] == "${aws_kms_key.foundation_messages_key.arn}"
    to = stream["opensearch_configuration"]
    assert (to["index_name"], to["index_rotation_period"], to["retry_duration"]) == ("logs", "OneDay", 7200)
    assert to["vpc_config"]["subnet_ids"] == ["${aws_subnet.network_app_a.id}", "${aws_subnet.network_app_c.id}"]
    assert to["s3_backup_mode"] == "FailedDocumentsOnly"
    assert to["s3_configuration"]["prefix"] == "search/logs/"
    assert "processing_configuration" not in to


def test_firehose_may_write_documents_but_not_change_the_security_of_the_cluster(dev: Template) -> None:
    found = statements(dev, "search_logs_delivery")
    domain = "arn:aws:es:ap-northeast-2:111111111111:domain/agora-dev-logs"
    assert found["Write"]["Resource"] == [f"{domain}/*"]
    assert set(found["Write"]["Action"]) == {"es:ESHttpPost", "es:ESHttpPut"}
    assert f"{domain}/_plugins/*" not in found["Read"]["Resource"]
    assert found["StoreFailed"]["Resource"] == ["arn:aws:s3:::agora-dev-logs-111111111111-ap-northeast-2/search/logs/*"]


def test_log_groups_of_attached_blocks_are_subscribed(dev: Template) -> None:
    filters = dev.resources("aws_cloudwatch_log_subscription_filter")
    assert {name: each["log_group_name"] for name, each in filters.items()} == {
        "search_logs_function_maintenance": "/agora/dev/function/maintenance",
        "search_logs_service_api": "/agora/dev/service/api",
    }
    function = "${aws_lambda_function.function_search_logs_documents.arn}"
    assert {each["destination_arn"] for each in filters.values()} == {function}


def test_permission_names_the_log_group(dev: Template) -> None:
    permission = dev.resource("aws_lambda_permission.function_search_logs_documents_from_service_api")
    log_group = "arn:aws:logs:ap-northeast-2:111111111111:log-group:/agora/dev/service/api:*"
    assert (permission["principal"], permission["source_arn"]) == ("logs.amazonaws.com", log_group)
    subscribed = dev.resource("aws_cloudwatch_log_subscription_filter.search_logs_service_api")
    assert "aws_lambda_permission.function_search_logs_documents_from_service_api" in subscribed["depends_on"]


def test_blocks_without_search_are_not_subscribed(prod: Template) -> None:
    assert prod.resources("aws_cloudwatch_log_subscription_filter") == {}


def test_set_up_function_knows_the_block_and_runs_every_hour(dev: Template) -> None:
    variables = dev.resource("aws_lambda_function.function_search_logs")["environment"]["variables"]
    assert variables == {
        "ENDPOINT": "${aws_opensearch_domain.search_logs.endpoint}",
        "INDEX": "logs",
        "RETENTION_DAYS": "7",
        "REPLICAS": "0",
        "WRITERS": "arn:aws:iam::111111111111:role/agora-dev-search-logs-delivery",
        "READERS": "",
        "ADMINISTRATORS": "",
    }
    schedule = dev.resource("aws_scheduler_schedule.function_search_logs_hourly")
    assert schedule["schedule_expression"] == "rate(1 hour)"


def test_documents_function_may_only_put_documents(dev: Template) -> None:
    found = statements(dev, "function_search_logs_documents")
    stream = "arn:aws:firehose:ap-northeast-2:111111111111:deliverystream/agora-dev-search-logs"
    assert found["PutDocuments"]["Resource"] == [stream]
    assert not any("es:" in action for each in found.values() for action in each["Action"])


def test_account_with_a_search_has_one_service_linked_role(output: Path) -> None:
    template = Template(stack_folder(output, "account-111111111111"))
    role = template.only("aws_iam_service_linked_role")
    assert role["aws_service_name"] == "opensearchservice.amazonaws.com"
