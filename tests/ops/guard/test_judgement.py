"""The changes that the guard refuses and allows."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.guard.judgement import MOST_DELETIONS
from ops.guard.rows import Event
from ops.guard.table import TABLE
from tests.ops.guard.judging import judged, refused
from tests.ops.guard.plans import BUCKET, DATABASE, change, created, destroyed, updated

STATEFUL = {row.type: row.says for row in TABLE if row.harm is Event.LOST}

SERVING = {row.type: row.says for row in TABLE if row.harm is Event.GAP}


@pytest.mark.parametrize("kind", sorted(STATEFUL))
def test_destroying_resource_with_data_is_refused(kind: str) -> None:
    assert refused(destroyed(f"{kind}.x")) == [f"{kind}.x would be destroyed, and with it {STATEFUL[kind]}."]


@pytest.mark.parametrize("actions", [("delete", "create"), ("create", "delete")])
def test_replacement_is_refused_with_its_cause(actions: tuple[str, ...]) -> None:
    replaced = change(DATABASE, *actions, before={"engine": "a"}, after={"engine": "b"}, replace_paths=[["engine"]])
    assert refused(replaced) == [f"{DATABASE} would be replaced by a new one (changed: engine), and with it its data."]


@pytest.mark.parametrize("kind", sorted(SERVING))
def test_replacement_is_allowed_only_if_created_first(kind: str) -> None:
    address = f"{kind}.x"
    assert refused(destroyed(address)) == [f"{address} would be destroyed, and with it {SERVING[kind]}."]
    first_gone, first_there = (
        change(address, *actions, before={"name": "a"}, after={"name": "b"}, replace_paths=[["name"]])
        for actions in (("delete", "create"), ("create", "delete"))
    )
    what = f"{address} would be replaced by a new one (changed: name), and with it {SERVING[kind]}."
    assert (refused(first_gone), refused(first_there)) == ([what], [])


def test_resource_without_data_can_be_destroyed() -> None:
    assert refused(
        destroyed("aws_vpc_security_group_ingress_rule.x"),
        destroyed("aws_rds_cluster_instance.database_main_2"),
        destroyed("aws_db_instance.database_main_2", replicate_source_db="database-main-1"),
        change(BUCKET, "no-op", before={}, after={}),
        updated(BUCKET, {"tags": {}}, {"tags": {"a": "b"}}),
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("address", "before", "after", "what"),
    [
        (DATABASE, {"deletion_protection": True}, {"deletion_protection": False},
         "would lose its deletion protection (deletion_protection: true to false)"),
        ("aws_cognito_user_pool.x", {"deletion_protection": "ACTIVE"}, {"deletion_protection": "INACTIVE"},
         "would lose its deletion protection (deletion_protection: ACTIVE to INACTIVE)"),
        ("aws_lb.x", {"enable_deletion_protection": True}, {"enable_deletion_protection": False},
         "would lose its deletion protection (enable_deletion_protection: true to false)"),
        (DATABASE, {"skip_final_snapshot": False}, {"skip_final_snapshot": True},
         "would be destroyed without a final snapshot (skip_final_snapshot: false to true)"),
        (DATABASE, {"backup_retention_period": 35}, {"backup_retention_period": 1},
         "would keep its backups for a shorter time (backup_retention_period: 35 to 1)"),
        (BUCKET, {"force_destroy": False}, {"force_destroy": True},
         "could be destroyed with all its contents (force_destroy: false to true)"),
        ("aws_kms_key.x", {"enable_key_rotation": True}, {"enable_key_rotation": False},
         "would no longer be rotated (enable_key_rotation: true to false)"),
        ("aws_cloudwatch_log_group.x", {"kms_key_id": "arn"}, {"kms_key_id": None},
         "would no longer be encrypted with our key (kms_key_id: arn to none)"),
        ("aws_ecr_repository.x", {"image_tag_mutability": "IMMUTABLE"}, {"image_tag_mutability": "MUTABLE"},
         "would let a tag point to another image (image_tag_mutability: IMMUTABLE to MUTABLE)"),
        ("aws_cloudfront_distribution.x", {"web_acl_id": "arn"}, {"web_acl_id": ""},
         "would be reachable without the firewall (web_acl_id: arn to none)"),
        ("aws_s3_bucket_versioning.x", {"versioning_configuration": [{"status": "Enabled"}]},
         {"versioning_configuration": [{"status": "Suspended"}]},
         "would be suspended: overwritten or deleted objects could not be restored "
         "(versioning_configuration.status: Enabled to Suspended)"),
    ],
)  # fmt: skip
def test_weakened_protection_is_refused(address: str, before: dict[str, Any], after: dict[str, Any], what: str) -> None:
    assert refused(updated(address, before, after)) == [f"{address} {what}."]
    # In the other direction, it adds one.
    assert refused(updated(address, after, before)) == []


def test_removed_protecting_resource_is_refused() -> None:
    assert refused(destroyed("aws_s3_bucket_public_access_block.x")) == [
        "aws_s3_bucket_public_access_block.x would be destroyed: the bucket could be opened to the public."
    ]
    assert refused(change("aws_backup_plan.x", "delete", "create", before={}, after={})) == []


def test_web_acl_association_is_removed_only_with_its_resource() -> None:
    association = destroyed("aws_wafv2_web_acl_association.x", resource_arn="arn:lb")
    assert refused(association) == [
        "aws_wafv2_web_acl_association.x would be destroyed: what it protects would be reachable without the firewall."
    ]
    assert [each.address for each in judged(association, destroyed("aws_lb.x", arn="arn:lb")).refused] == ["aws_lb.x"]
    another = change("aws_lb.x", "create", "delete", before={"arn": "arn:lb"}, after={})
    assert len(refused(association, another)) == 1


def test_unknown_key_is_no_loss() -> None:
    unknown = change(
        "aws_cloudwatch_log_group.x",
        "update",
        before={"kms_key_id": "arn"},
        after={},
        after_unknown={"kms_key_id": True},
    )
    assert refused(unknown) == []


RULE = "aws_vpc_security_group_ingress_rule.x"


def test_rule_for_everyone_is_refused() -> None:
    https = {"ip_protocol": "tcp", "from_port": 443, "to_port": 443}
    assert refused(created(RULE, cidr_ipv4="0.0.0.0/0", **https)) == [
        f"{RULE} would allow access from everyone (0.0.0.0/0, tcp 443)."
    ]
    assert refused(created(RULE, cidr_ipv6="::/0", ip_protocol="-1")) == [
        f"{RULE} would allow access from everyone (::/0, all ports)."
    ]
    assert refused(created(RULE, cidr_ipv4="10.0.0.0/8", **https)) == []
    assert refused(created("aws_vpc_security_group_egress_rule.x", cidr_ipv4="0.0.0.0/0", **https)) == []


def test_existing_exposure_is_not_refused() -> None:
    now = {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 443, "to_port": 443}
    assert refused(updated(RULE, now, {**now, "description": "HTTPS"})) == []
    assert len(refused(updated(RULE, now, {**now, "to_port": 65535}))) == 1


def test_inline_rules_for_everyone_are_refused() -> None:
    rule = {"cidr_blocks": ["10.0.0.0/8", "0.0.0.0/0"], "protocol": "tcp", "from_port": 0, "to_port": 65535}
    assert refused(updated("aws_security_group.x", {"ingress": []}, {"ingress": [rule]})) == [
        "aws_security_group.x would allow access from everyone (0.0.0.0/0, tcp 0 to 65535)."
    ]


@pytest.mark.parametrize(
    ("address", "values", "what"),
    [
        ("aws_db_instance.x", {"publicly_accessible": True}, "publicly_accessible: none to true"),
        ("aws_s3_bucket_public_access_block.x", {"block_public_acls": False}, "block_public_acls: none to false"),
        ("aws_s3_bucket_acl.x", {"acl": "public-read"}, "acl: none to public-read"),
        ("aws_lambda_function_url.x", {"authorization_type": "NONE"}, "authorization_type: none to NONE"),
        ("aws_eks_cluster.x", {"vpc_config": [{"endpoint_public_access": True}]},
         "vpc_config.endpoint_public_access: none to true"),
        ("aws_ecs_service.x", {"network_configuration": [{"assign_public_ip": True}]},
         "network_configuration.assign_public_ip: none to true"),
    ],
)  # fmt: skip
def test_public_flag_is_refused(address: str, values: dict[str, Any], what: str) -> None:
    assert refused(created(address, **values)) == [f"{address} would be open to the public ({what})."]
    assert refused(updated(address, values, values)) == []


def statement(**more: Any) -> str:
    statement = {"Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


POLICY = "aws_s3_bucket_policy.x"


@pytest.mark.parametrize(
    "open_to_all",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": ["arn:aws:iam::333333333333:root", "*"]}},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"StringLike": {"aws:SourceArn": "*"}}},
        {"Condition": {"StringNotEquals": {"aws:SourceAccount": "333333333333"}}},
        {"Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "333333333333"}}},
    ],
)
def test_policy_for_everyone_is_refused(open_to_all: dict[str, Any]) -> None:
    assert refused(created(POLICY, policy=statement(**open_to_all))) == [
        f'{POLICY} would allow everyone what its policy says in "Read" (s3:GetObject).'
    ]


@pytest.mark.parametrize(
    "narrow",
    [
        {"Effect": "Deny"},
        {"Principal": {"Service": "cloudfront.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::333333333333:root"}},
        {"Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::333333333333:distribution/E1"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
    ],
)
def test_policy_for_named_principal_is_allowed(narrow: dict[str, Any]) -> None:
    assert refused(created(POLICY, policy=statement(**narrow))) == []


@pytest.mark.parametrize("force_destroy", [True, False])
def test_force_destroy_of_bucket_is_refused_once(force_destroy: bool) -> None:
    def denial(*actions: str) -> dict[str, Any]:
        return {"bucket": "content", "policy": statement(Effect="Deny", Action=actions)}

    bucket = updated(BUCKET, {"id": "content", "force_destroy": False}, {"force_destroy": force_destroy})
    policy = updated(POLICY, denial("s3:PutObject*", "s3:DeleteObject*"), denial("s3:PutObject*"))
    (only,) = judged(bucket, policy).refused
    assert (only.address, only.kind) == (BUCKET if force_destroy else POLICY, "protection")


def test_endpoint_policy_is_no_exposure() -> None:
    assert refused(created("aws_vpc_endpoint.x", policy=statement())) == []


def test_policy_known_after_apply_is_read_from_synthesized_stack() -> None:
    unknown = change(POLICY, "create", after={}, after_unknown={"policy": True})
    tokens = statement(Resource="${aws_s3_bucket.x.arn}/*")
    assert len(refused(unknown, synthesized={"resource": {"aws_s3_bucket_policy": {"x": {"policy": tokens}}}})) == 1
    (note,) = judged(unknown).notes
    assert note.startswith(f"1 policies are known only after the apply and were not checked: {POLICY}.")


def test_too_many_deletions_are_refused() -> None:
    rules = [destroyed(f"aws_vpc_security_group_ingress_rule.x{number}") for number in range(MOST_DELETIONS)]
    assert refused(*rules) == []
    assert refused(*rules, destroyed("aws_route.x")) == [
        "The plan deletes, replaces or forgets 11 resources, more than 10."
    ]


ANY_KIND = (RULE, POLICY, DATABASE, "aws_wafv2_web_acl.x", "aws_s3_bucket_lifecycle_configuration.x")


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["ingress", "rule", "days", "acl", "x"]), inner)
        ),
    )
)
def test_provider_formats_are_read(value: Any) -> None:
    """The guard must never end with a traceback: a plan that it cannot read must not pass."""
    attributes = {"rule": value, "policy": value, "ingress": value}
    other, unknown = {**attributes, "tags": value}, dict.fromkeys(attributes, value)
    for after in (other, {}):
        judged(*(change(each, "update", before=attributes, after=after, after_unknown=unknown) for each in ANY_KIND))
