"""Kubernetes clusters in the synthesized JSON."""

import email
import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from tests.compute.eks.texts import FARGATE, GENERAL, dev
from tests.support.permissions import allows, statements_of
from tests.support.stacks import stack_of
from tests.support.template import Template

ACCOUNT = "888888888888"
LOGINS = """
cache "sessions" {
  node_type = "cache.t4g.micro"
  user "app" {}
}

database "main" {
  login          = "master"
  engine         = "aurora-postgresql"
  engine_version = "17.7"
  serverless_v2_scaling {
    min_capacity = 0.5
    max_capacity = 2
  }
  proxy {}
}
"""
CLUSTER = f"arn:aws:eks:ap-northeast-2:{ACCOUNT}:cluster/mobile-mobile-blue"
RECEIPTS = f"arn:aws:s3:::mobile-mobile-receipts-{ACCOUNT}-ap-northeast-2"


def trust(template: Template, role: str) -> dict[str, Any]:
    (statement,) = json.loads(template.resource(f"aws_iam_role.{role}")["assume_role_policy"])["Statement"]
    return dict(statement)


def parts(text: str) -> dict[str, str]:
    """Return the MIME parts of user data, by content type."""
    message = email.message_from_string(text)
    payload = message.get_payload()
    assert isinstance(payload, list)
    return {part.get_content_type(): str(part.get_payload()) for part in payload if not isinstance(part, str)}


def test_api_server_is_private(mobile: Template) -> None:
    for cluster in mobile.resources("aws_eks_cluster").values():
        network = cluster["vpc_config"]
        assert (network["endpoint_private_access"], network["endpoint_public_access"]) == (True, False)
        assert all(".network_app_" in each for each in network["subnet_ids"])
    rule = mobile.resource("aws_vpc_security_group_ingress_rule.eks_blue_api_from_corporate_10_128_0_0_9")
    assert (rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) == ("10.128.0.0/9", 443, 443)
    assert rule["security_group_id"] == "${aws_security_group.eks_blue_api.id}"
    rules = mobile.resources("aws_vpc_security_group_ingress_rule")
    assert [name for name in rules if "eks_green" in name] == []


def test_secrets_are_encrypted_and_logs_go_to_an_encrypted_log_group(mobile: Template) -> None:
    cluster = mobile.resource("aws_eks_cluster.eks_blue")
    assert cluster["encryption_config"] == {
        "provider": {"key_arn": "${aws_kms_key.foundation_clusters_key.arn}"},
        "resources": ["secrets"],
    }
    assert len(cluster["enabled_cluster_log_types"]) == 5
    group = mobile.resource("aws_cloudwatch_log_group.eks_blue")
    assert group["name"] == f"/aws/eks/{cluster['name']}/cluster"
    assert group["kms_key_id"] == "${aws_kms_key.foundation_logs_key.arn}"
    # Otherwise EKS would create the log group itself, unencrypted and without expiration.
    assert "aws_cloudwatch_log_group.eks_blue" in cluster["depends_on"]


def test_only_access_blocks_grant_access(mobile: Template) -> None:
    for cluster in mobile.resources("aws_eks_cluster").values():
        assert cluster["access_config"] == {
            "authentication_mode": "API",
            "bootstrap_cluster_creator_admin_permissions": False,
        }
    payments = mobile.resource("aws_eks_access_policy_association.eks_blue_payments")
    assert payments["access_scope"] == {"namespaces": ["payments"], "type": "namespace"}
    assert payments["policy_arn"].endswith("/AmazonEKSEditPolicy")
    operators = mobile.resource("aws_eks_access_policy_association.eks_blue_operators")
    assert operators["access_scope"] == {"type": "cluster"}


def test_versions_come_from_the_environment_file(mobile: Template) -> None:
    assert mobile.resource("aws_eks_cluster.eks_blue")["version"] == "1.36"
    assert mobile.resource("aws_eks_cluster.eks_green")["version"] == "1.37"
    assert mobile.resource("aws_eks_cluster.eks_blue")["upgrade_policy"] == {"support_type": "STANDARD"}
    assert mobile.resource("aws_eks_cluster.eks_blue")["bootstrap_self_managed_addons"] is False
    assert all("addon_version" in each for each in mobile.resources("aws_eks_addon").values())
    group = mobile.resource("aws_eks_node_group.eks_blue_general")
    assert (group["version"], group["release_version"]) == ("1.36", "1.36.2-20260709")
    # Resolved by EC2 at each launch, never by a plan.
    assert mobile.resource("aws_launch_template.eks_blue_batch")["image_id"] == (
        "resolve:ssm:/aws/service/eks/optimized-ami/1.36/amazon-linux-2023/x86_64/standard/recommended/image_id"
    )
    # Data sources read the sizes of groups, and no versions.
    assert set(mobile.json["data"]) == {"aws_autoscaling_group", "aws_autoscaling_groups"}


def test_vpc_cni_uses_prefix_delegation(mobile: Template) -> None:
    cni = mobile.resource("aws_eks_addon.eks_blue_vpc_cni")
    variables = {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}
    assert json.loads(cni["configuration_values"]) == {"env": variables}


def test_add_ons_are_ordered_before_or_after_the_nodes(mobile: Template) -> None:
    group = mobile.resource("aws_eks_node_group.eks_blue_general")["depends_on"]
    for add_on in ("vpc_cni", "kube_proxy", "eks_pod_identity_agent"):
        assert f"aws_eks_addon.eks_blue_{add_on}" in group
    for add_on in ("coredns", "aws_ebs_csi_driver"):
        waits = mobile.resource(f"aws_eks_addon.eks_blue_{add_on}")["depends_on"]
        assert "aws_eks_node_group.eks_blue_general" in waits
    assert json.loads(mobile.resource("aws_eks_addon.eks_green_coredns")["configuration_values"]) == {
        "computeType": "Fargate"
    }


def test_nodes_require_imdsv2_with_one_hop_and_encrypt_their_volume(mobile: Template) -> None:
    for template in mobile.resources("aws_launch_template").values():
        assert template["metadata_options"] == {
            "http_endpoint": "enabled",
            "http_put_response_hop_limit": 1,
            "http_tokens": "required",
        }
        ((disk,),) = [template["block_device_mappings"]]
        assert (disk["ebs"]["volume_type"], disk["ebs"]["encrypted"]) == ("gp3", "true")
        assert {each["resource_type"] for each in template["tag_specifications"]} == {
            "instance",
            "volume",
            "network-interface",
        }


def test_managed_node_has_max_pods_and_proxy_in_its_user_data(mobile: Template) -> None:
    template = mobile.resource("aws_launch_template.eks_blue_general")
    assert "image_id" not in template
    found = parts(b64decode(template["user_data"]).decode())
    config = json.loads(found["application/node.eks.aws"])
    assert config["spec"] == {"kubelet": {"config": {"maxPods": 110}}}
    script = found["text/x-shellscript"]
    assert 'Environment="HTTPS_PROXY=http://proxy.corp.example:3128"' in script
    excepted = re.findall(r"NO_PROXY=([^\"]*)", script)[0].split(",")
    for each in ("169.254.170.23", "10.40.96.0/19", "172.20.0.0/16", "api.ecr.ap-northeast-2.amazonaws.com"):
        assert each in excepted
    # Endpoints of clusters are https://<id>.<part>.<region>.eks.amazonaws.com.
    assert {".ap-northeast-2.eks.amazonaws.com", ".svc", ".cluster.local"} <= {*excepted}
    assert {"eks.ap-northeast-2.amazonaws.com", "eks-auth.ap-northeast-2.api.aws"} <= {*excepted}
    assert {".dkr.ecr.ap-northeast-2.amazonaws.com", "sts.ap-northeast-2.amazonaws.com", ".corp.example"} <= {*excepted}


def test_self_managed_node_joins_with_labels_and_taints(mobile: Template) -> None:
    assert mobile.resource("aws_launch_template.eks_blue_batch")["user_data"] == (
        "${base64encode(local.eks_blue_batch_user_data)}"
    )
    config = json.loads(parts(mobile.json["locals"]["eks_blue_batch_user_data"])["application/node.eks.aws"])
    assert config["spec"]["cluster"] == {
        "apiServerEndpoint": "${aws_eks_cluster.eks_blue.endpoint}",
        "certificateAuthority": "${aws_eks_cluster.eks_blue.certificate_authority[0].data}",
        "cidr": "172.20.0.0/16",
        "name": "mobile-mobile-blue",
    }
    assert config["spec"]["kubelet"]["flags"] == [
        "--node-labels=workload=batch",
        "--register-with-taints=dedicated=batch:NoSchedule",
    ]
    entry = mobile.resource("aws_eks_access_entry.eks_blue_own_nodes")
    assert (entry["type"], entry["principal_arn"]) == ("EC2_LINUX", "${aws_iam_role.eks_blue_own_nodes.arn}")
    tags = {tag["key"]: tag["propagate_at_launch"] for tag in mobile.only("aws_autoscaling_group")["tag"]}
    assert tags["kubernetes.io/cluster/mobile-mobile-blue"] is True
    assert tags["k8s.io/cluster-autoscaler/enabled"] is False


def test_scaled_groups_ignore_their_size(mobile: Template) -> None:
    group = mobile.resource("aws_eks_node_group.eks_blue_general")
    assert group["lifecycle"]["ignore_changes"] == ["scaling_config"]
    assert (group["scaling_config"]["min_size"], group["scaling_config"]["max_size"]) == (2, 3)
    name = "${aws_eks_node_group.eks_blue_general.resources[0].autoscaling_groups[0].name}"
    assert mobile.resource("aws_autoscaling_policy.eks_blue_general_surge")["autoscaling_group_name"] == name
    own = mobile.only("aws_autoscaling_group")
    assert own["lifecycle"] == {"ignore_changes": ["desired_capacity"]}


def test_managed_group_keeps_its_current_size_within_its_bounds(tmp_path: Path) -> None:
    template = stack_of(tmp_path, dev(GENERAL)["dev"])
    group = template.resource("aws_eks_node_group.eks_blue_general")
    assert "ignore_changes" not in group["lifecycle"]
    assert group["scaling_config"]["desired_size"] == (
        "${min(3, max(2, [for group in data.aws_autoscaling_group.eks_blue : group.desired_capacity if "
        'anytrue([for tag in group.tag : tag.key == "eks:nodegroup-name" && '
        'can(regex("^general(-[0-9a-f]{8})?$", tag.value))])]...))}'
    )
    assert template.json["data"]["aws_autoscaling_groups"]["eks_blue"]["filter"] == [
        {"name": "tag:eks:cluster-name", "values": ["agora-env-blue"]}
    ]
    (read,) = template.json["data"]["aws_autoscaling_group"].values()
    assert (read["for_each"], read["name"]) == ("${toset(data.aws_autoscaling_groups.eks_blue.names)}", "${each.value}")


@pytest.fixture(scope="module")
def name(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a managed node group before a change."""
    return name_of_group(tmp_path_factory.mktemp("before"))


def name_of_group(folder: Path, before: str = "", after: str = "") -> str:
    text = dev(GENERAL)["dev"]
    assert before in text
    group = stack_of(folder, text.replace(before, after)).resource("aws_eks_node_group.eks_blue_general")
    assert group["lifecycle"]["create_before_destroy"] is True
    return str(group["node_group_name"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('["m7g.large"]', '["m7g.xlarge"]'),
        ('["m7g.large"]', '["m7i.large"]'),
        ("min_size       = 2", 'min_size       = 2\n    capacity = "spot"'),
        ("max_size       = 3", 'max_size       = 2\n    availability_zones = ["a"]'),
        ('availability_zones = ["a", "c"]', 'availability_zones = ["a", "b", "c"]'),
    ],
)
def test_managed_group_gets_a_new_name_when_eks_cannot_change_it(
    before: str, after: str, name: str, tmp_path: Path
) -> None:
    assert re.fullmatch(r"general-[0-9a-f]{8}", name)
    assert name_of_group(tmp_path, before, after) != name


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("max_size       = 3", "max_size       = 4"),
        ("max_size       = 3", 'max_size       = 3\n    labels = { workload = "web" }'),
        ("max_size       = 3", "max_size       = 3\n    volume_size = 80"),
        ("max_size       = 3", 'max_size       = 3\n    availability_zones = ["c", "a"]'),
        ("1.36", "1.37"),  # the versions of Kubernetes and kube-proxy
    ],
)
def test_managed_group_keeps_its_name_when_eks_can_change_it(
    before: str, after: str, name: str, tmp_path: Path
) -> None:
    assert name_of_group(tmp_path, before, after) == name


def test_changed_fargate_profile_gets_a_new_name(tmp_path_factory: pytest.TempPathFactory) -> None:
    names = set()
    for namespace in ("*", "payments-*"):
        text = dev(GENERAL, FARGATE.replace('"*"', f'"{namespace}"'))["dev"]
        stack = stack_of(tmp_path_factory.mktemp("profile"), text)
        profile = stack.resource("aws_eks_fargate_profile.eks_blue_all")
        assert profile["lifecycle"] == {"create_before_destroy": True}
        names.add(profile["fargate_profile_name"])
    assert len(names) == 2
    assert all(re.fullmatch(r"all-[0-9a-f]{8}", name) for name in names)


def test_scaling_of_node_groups_is_created_before_destroy(mobile: Template) -> None:
    for kind in ("aws_autoscaling_policy", "aws_autoscaling_schedule"):
        for each in mobile.resources(kind).values():
            assert each["lifecycle"] == {"create_before_destroy": True}


def test_fargate_profile_is_in_app_subnets_only(mobile: Template) -> None:
    profile = mobile.resource("aws_eks_fargate_profile.eks_green_all")
    assert profile["subnet_ids"] == ["${aws_subnet.network_app_a.id}", "${aws_subnet.network_app_c.id}"]
    assert profile["selector"] == [
        {"namespace": "kube-system"},
        {"labels": {"compute": "fargate"}, "namespace": "payments"},
    ]


def test_role_trusts_one_service_account_of_one_cluster(mobile: Template) -> None:
    by_agent = trust(mobile, "eks_blue_payments_api")
    assert by_agent["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert by_agent["Condition"]["StringEquals"] == {
        "aws:RequestTag/eks-cluster-arn": CLUSTER,
        "aws:RequestTag/kubernetes-namespace": "payments",
        "aws:RequestTag/kubernetes-service-account": "api",
    }
    by_issuer = trust(mobile, "eks_green_payments_api")
    assert by_issuer["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert by_issuer["Principal"] == {"Federated": "${aws_iam_openid_connect_provider.eks_green.arn}"}
    assert by_issuer["Condition"]["StringEquals"] == {
        "${local.eks_green_issuer}:aud": "sts.amazonaws.com",
        "${local.eks_green_issuer}:sub": "system:serviceaccount:payments:api",
    }
    associations = mobile.resources("aws_eks_pod_identity_association")
    assert list(associations) == ["eks_blue_payments_api"]


def test_aws_services_assume_roles_for_their_cluster_only(mobile: Template) -> None:
    assert trust(mobile, "eks_blue")["Condition"] == {"ArnLike": {"aws:SourceArn": CLUSTER}}
    profiles = CLUSTER.replace(":cluster/mobile-mobile-blue", ":fargateprofile/mobile-mobile-green/*")
    assert trust(mobile, "eks_green_fargate")["Condition"] == {"ArnLike": {"aws:SourceArn": profiles}}


def test_pod_has_only_the_permissions_of_its_service_account(mobile: Template) -> None:
    queue = f"arn:aws:sqs:ap-northeast-2:{ACCOUNT}:mobile-staging-receipts"
    own = statements_of(mobile, "eks_blue_payments_api")
    assert allows(own, "sqs:SendMessage", queue)
    for action, resource in (
        ("sqs:ReceiveMessage", queue),
        ("sqs:SendMessage", f"{queue}-2"),
        ("s3:GetObject", f"{RECEIPTS}/payments/1"),
        ("iam:PassRole", "*"),
    ):
        assert not allows(own, action, resource)


def test_pod_publishes_to_the_queues_of_its_service_account(mobile: Template) -> None:
    own, queue = statements_of(mobile, "eks_blue_payments_api"), "${aws_sqs_queue.queue_receipts.arn}"
    key = "${aws_kms_key.foundation_messages_key.arn}"
    through_sqs = {"kms__ViaService": "sqs.ap-northeast-2.amazonaws.com"}
    assert allows(own, "sqs:SendMessage", queue)
    assert allows(own, "kms:GenerateDataKey", key, **through_sqs)
    for action, resource in (("sqs:ReceiveMessage", queue), ("sqs:SendMessage", f"{queue}_failed")):
        assert not allows(own, action, resource)
    assert "queue_receipts" not in str(statements_of(mobile, "eks_green_payments_api"))


def test_pod_reads_the_secrets_of_its_service_account(mobile: Template) -> None:
    own, secret = statements_of(mobile, "eks_blue_payments_api"), "${aws_secretsmanager_secret.secret_bank.arn}"
    assert allows(own, "secretsmanager:GetSecretValue", secret)
    assert not allows(own, "secretsmanager:PutSecretValue", secret)
    assert not allows(own, "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:ap-northeast-2:1:secret:other")
    assert "secret_bank" not in str(statements_of(mobile, "eks_green_payments_api"))


def test_pod_logs_in_to_the_databases_and_caches_of_its_service_account(tmp_path: Path) -> None:
    logins = '    databases = { main = "read_write" }\n    caches    = ["sessions"]\n'
    account = f'  service_account "payments/api" {{\n{logins}  }}\n'
    opened = '  databases = ["main"]\n  caches    = ["sessions"]\n'
    template = stack_of(tmp_path, dev(opened, account, GENERAL)["dev"] + LOGINS)
    # As text, because the expression of an ARN contains quotes.
    policy = str(template.resource("aws_iam_role_policy.eks_blue_payments_api")["policy"])
    for action, resource in (
        ("secretsmanager:GetSecretValue", "aws_rds_cluster.database_main.master_user_secret"),
        ("rds-db:connect", "aws_db_proxy.database_main_proxy.arn"),
        ("elasticache:Connect", "aws_elasticache_replication_group.cache_sessions.arn"),
    ):
        (statement,) = re.findall(
            rf'"Action": \["{action}"\], "Resource": \[(.*?)\](?:, "Condition"|}}, {{|}}\])', policy
        )
        assert resource in statement
    assert policy.count('"Effect"') == len(("login", "its key", "proxy", "cache"))


def test_bucket_policy_grants_pod_access_under_its_prefix(mobile: Template) -> None:
    role = "${aws_iam_role.eks_blue_payments_api.arn}"
    statements = mobile.policy("aws_s3_bucket_policy.bucket_receipts")
    allowing = [each for each in statements if each["Effect"] == "Allow"]
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert allows(allowing, action, f"{RECEIPTS}/payments/1", aws__PrincipalArn=role)
        assert not allows(allowing, action, f"{RECEIPTS}/others/1", aws__PrincipalArn=role)
    assert allows(allowing, "s3:ListBucket", RECEIPTS, s3__prefix="payments/", aws__PrincipalArn=role)
    assert not allows(allowing, "s3:ListBucket", RECEIPTS, s3__prefix="", aws__PrincipalArn=role)
    assert not allows(allowing, "s3:PutBucketPolicy", RECEIPTS, aws__PrincipalArn=role)
    # The service account of the other cluster names no bucket.
    assert "eks_green_payments_api" not in str(statements)


def test_control_plane_role_uses_only_the_cluster_key(mobile: Template) -> None:
    own = statements_of(mobile, "eks_blue")
    key = "${aws_kms_key.foundation_clusters_key.arn}"
    for action in ("kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:ListGrants"):
        assert allows(own, action, key)
        assert not allows(own, action, "${aws_kms_key.foundation_logs_key.arn}")
    for action in ("kms:ScheduleKeyDeletion", "kms:PutKeyPolicy", "kms:CreateGrant"):
        assert not allows(own, action, key)


def test_node_role_has_only_the_policies_to_join_and_pull(mobile: Template) -> None:
    attached: dict[str, set[str]] = {}
    for each in mobile.resources("aws_iam_role_policy_attachment").values():
        attached.setdefault(each["role"], set()).add(each["policy_arn"].rpartition("/")[2])
    for role in ("eks_blue_nodes", "eks_blue_own_nodes"):
        policies = attached[f"${{aws_iam_role.{role}.name}}"]
        assert policies == {"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"}
        assert f"aws_iam_role_policy.{role}" not in mobile.resources("aws_iam_role_policy")
    assert attached["${aws_iam_role.eks_blue_vpc_cni.name}"] == {"AmazonEKS_CNI_Policy"}


def test_subnets_have_the_tags_of_the_load_balancer_controller(mobile: Template, prod: Template) -> None:
    assert mobile.resource("aws_subnet.network_app_a")["tags"] == {
        "Name": "mobile-mobile-app-a",
        "kubernetes.io/cluster/mobile-mobile-blue": "shared",
        "kubernetes.io/cluster/mobile-mobile-green": "shared",
        "kubernetes.io/role/internal-elb": "1",
        "subnet_tier": "app",
    }
    assert "kubernetes.io/role/internal-elb" not in mobile.resource("aws_subnet.network_data_a")["tags"]
    assert set(prod.resource("aws_subnet.network_app_a")["tags"]) == {"Name", "subnet_tier"}
