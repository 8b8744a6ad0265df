"""The `eks` block: validation, checks, and tier-dependent defaults."""

from pathlib import Path

import pytest

from modules.environment_files import load
from tests.compute.eks.texts import ADD_ONS, FARGATE, GENERAL, OPERATORS, dev, eks, prod
from tests.support.environments import DEV, PROD, only_problem, problems_of, write


def changed(before: str, after: str, text: str = GENERAL) -> str:
    assert before in text
    return text.replace(before, after)


def test_valid_block_is_accepted(tmp_path: Path) -> None:
    assert problems_of(tmp_path, dev(GENERAL)) == []
    settings = load(write(tmp_path, dev(GENERAL)))["dev"].settings.eks["blue"]
    assert settings.support == "standard"
    group = settings.managed["general"]
    assert (group.pods, group.addresses, group.bounds) == (110, 129, (2, 3))


def test_production_has_extended_support(tmp_path: Path) -> None:
    assert load(write(tmp_path, prod(GENERAL)))["prod"].settings.eks["blue"].support == "extended"


def test_missing_or_incomplete_version_is_reported(tmp_path: Path) -> None:
    text = DEV + eks(GENERAL).replace('  version = "1.36"\n', "", 1)
    assert only_problem(tmp_path, {"dev": text}).startswith("dev.hcl:10: eks.blue.version")
    text = DEV + eks(GENERAL).replace('version = "1.36"', 'version = "1"', 1)
    assert "dev.hcl:11: eks.blue.version 1 " in only_problem(tmp_path, {"dev": text})


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            changed("m7g.large", "i4i.large"),
            "13: eks.blue.managed.general.instance_types.0 i4i.large is not in the table of network limits",
        ),
        (
            changed("m7g.large", "large"),
            "13: eks.blue.managed.general.instance_types.0 large is not an EC2 instance type",
        ),
        (
            changed('["m7g.large"]', '["m7g.large", "m7i.large"]'),
            '13: eks.blue.managed.general.instance_types ["m7g.large", "m7i.large"] mixes arm64 and x86_64',
        ),
        (changed("= 2", "= 4"), "14: eks.blue.managed.general.min_size 4 is more than max_size = 3"),
        (
            changed("    max_size       = 3\n", ""),
            "12: eks.blue.managed.general has no max_size; write max_size, or a",
        ),
        (
            changed("= 3\n", "= 3\n    max_pods = 111\n"),
            "16: eks.blue.managed.general.max_pods 111 is more than 110, which AWS recommends for m7g.large; write",
        ),
        (
            changed("= 3\n", '= 3\n    release_version = "1.35.3-20260709"\n'),
            "16: eks.blue.managed.general.release_version 1.35.3-20260709 is not a release of the cluster's",
        ),
        (
            changed("= 3\n", '= 3\n    availability_zones = ["b"]\n'),
            "16: eks.blue.managed.general.availability_zones b is not an Availability Zone of the network",
        ),
        (
            changed("= 3\n", '= 3\n    labels = { "a b" = "c" }\n'),
            "16: eks.blue.managed.general.labels.a b a b is not a Kubernetes label key",
        ),
        (
            GENERAL + '  databases = ["main"]\n',
            "17: eks.blue.databases main names no `database` block",
        ),
        (GENERAL + "  corporate = true\n", "17: eks.blue.corporate true requires the ranges of network."),
        (
            GENERAL + '  service_ipv4_cidr = "10.20.0.0/16"\n',
            "17: eks.blue.service_ipv4_cidr 10.20.0.0/16 overlaps 10.20.0.0/20, which pods could then not reach",
        ),
        (
            GENERAL + '  service_ipv4_cidr = "8.8.0.0/16"\n',
            "17: eks.blue.service_ipv4_cidr 8.8.0.0/16 is not a private range",
        ),
        ("", "10: eks.blue has no nodes and no Fargate profile; write `managed"),
    ],
)
def test_invalid_value_reports_line_rule_and_remedy(tmp_path: Path, part: str, message: str) -> None:
    assert only_problem(tmp_path, dev(part)).startswith(f"dev.hcl:{message}")


def test_nodes_in_one_zone_in_production_are_reported(tmp_path: Path) -> None:
    part = changed("= 3\n", '= 3\n    availability_zones = ["a"]\n')
    assert "is not allowed in production: a failure of one Availability Zone would stop all nodes" in only_problem(
        tmp_path, prod(part)
    )


@pytest.mark.parametrize("add_on", ["vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent"])
def test_missing_add_on_of_nodes_is_reported(tmp_path: Path, add_on: str) -> None:
    base = ADD_ONS.replace(f'"{add_on}"', '"snapshot-controller"') + OPERATORS
    problem = only_problem(tmp_path, {"dev": DEV + eks(GENERAL, base=base)})
    assert f"eks.blue.add_on needs {add_on}, " in problem
    assert problem.endswith(f'write `add_on "{add_on}" {{ version = "..." }}`')


def test_add_on_with_invalid_version_is_reported(tmp_path: Path) -> None:
    text = eks(GENERAL).replace("v1.22.3-eksbuild.1", "latest", 1)
    assert "dev.hcl:18: eks.blue.add_on.vpc-cni.version latest" in only_problem(tmp_path, {"dev": DEV + text})


def test_cluster_without_access_is_reported(tmp_path: Path) -> None:
    assert only_problem(tmp_path, {"dev": DEV + eks(GENERAL, base=ADD_ONS)}) == (
        "dev.hcl:10: eks.blue gives no one access: the role that creates the cluster does not become its "
        "administrator; "
        'write `access "operators" { role_arn = "...", policy = "cluster-admin" }`'
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('role_arn = "arn:aws:iam::111111111111:user/eve"', "12: eks.blue.access.more.role_arn arn:aws:iam::1"),
        ('policy = "root"', "13: eks.blue.access.more.policy root should be 'view', 'edit', 'admin' or"),
        ('policy = "cluster-admin"', "13: eks.blue.access.more.policy cluster-admin applies to the whole cluster"),
        (
            'role_arn = "arn:aws:iam::111111111111:role/operators"',
            "12: eks.blue.access.operators.role_arn arn:aws:iam::111111111111:role/operators is also the role of",
        ),
    ],
)
def test_invalid_access_is_reported(tmp_path: Path, line: str, message: str) -> None:
    values = {
        "role_arn": 'role_arn = "arn:aws:iam::111111111111:role/more"',
        "policy": 'policy = "edit"',
        "namespaces": 'namespaces = ["payments"]',
    }
    values[line.split(" ")[0]] = line
    block = 'access "more" {\n' + "".join(f"    {each}\n" for each in values.values()) + "  }\n"
    problem = only_problem(tmp_path, dev(f"  {block}{GENERAL}"))
    assert message.partition(": ")[2] in problem


@pytest.mark.parametrize(
    ("label", "lines", "message"),
    [
        ("api", ['policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]'], "is not a namespace and the name"),
        ("payments/api", [], "eks.blue.service_account.payments/api grants no permission; write `policy"),
        (
            "payments/api",
            ['policy_arns = ["arn:aws:iam::aws:policy/AdministratorAccess"]'],
            "would give pods full access",
        ),
        ("payments/api", ['policy_arns = ["ReadOnlyAccess"]'], "is not the ARN of a policy"),
        ("payments/api", ['buckets = { content = "all" }'], "all is not access to a bucket"),
        (
            "payments/api",
            ['buckets = { content = "read" }'],
            "buckets.content names no `bucket` block of this",
        ),
        ("payments/api", ['secrets = ["bank"]'], "secrets bank names no `secret` block of this environment"),
        ("payments/api", ['queues = ["orders"]'], "queues orders names no `queue` block of this environment"),
        ("payments/api", ['databases = { main = "read_write" }'], "databases main is not one of the cluster's"),
        ("payments/api", ['caches = ["sessions"]'], 'write caches = ["sessions"] in the `eks` block too'),
        (
            "payments/api",
            ['policy "all" {', '  actions = ["sqs:*"]', '  resources = ["*"]', "}"],
            "sqs:* is not an action of one service; all actions of a service are not allowed",
        ),
    ],
)
def test_invalid_service_account_is_reported(tmp_path: Path, label: str, lines: list[str], message: str) -> None:
    block = f'  service_account "{label}" {{\n' + "".join(f"    {line}\n" for line in lines) + "  }\n"
    assert message in only_problem(tmp_path, dev(block + GENERAL))


def test_service_account_without_endpoint_is_reported(tmp_path: Path) -> None:
    account = '  service_account "payments/api" {\n    queues = ["orders"]\n    secrets = ["bank"]\n  }\n'
    blocks = 'queue "orders" {\n}\nsecret "bank" {\n}\n'
    file = dev(account + GENERAL)["dev"] + blocks
    assert problems_of(tmp_path, {"dev": file}) == []
    private = file.replace(
        '["a", "c"]\n}',
        '["a", "c"]\n  nat = "none"\n'
        '  interface_endpoints = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sqs", "sts"]\n}',
        1,
    )
    assert "service_account.payments/api cannot reach secretsmanager: there is no NAT gateway" in only_problem(
        tmp_path, {"dev": private}
    )
    assert problems_of(tmp_path, {"dev": private.replace('"sts"]', '"secretsmanager", "sts"]')}) == []


def test_cache_without_the_user_of_pods_is_reported(tmp_path: Path) -> None:
    account = '  service_account "payments/api" {\n    caches = ["sessions"]\n  }\n'
    cache = 'cache "sessions" {\n  node_type = "cache.t4g.micro"\n  user "NAME" {\n  }\n}\n'
    file = dev('  caches = ["sessions"]\n', account, GENERAL)["dev"] + cache
    assert problems_of(tmp_path, {"dev": file.replace("NAME", "app")}) == []
    assert "caches sessions has no user app, which the program would log in as; write `user" in only_problem(
        tmp_path, {"dev": file.replace("NAME", "reader")}
    )


def test_pod_identity_on_fargate_is_reported(tmp_path: Path) -> None:
    account = '  service_account "a/b" {\n    policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]\n  }\n'
    assert "service_account.a/b.identity pod-identity requires an agent on the node" in only_problem(
        tmp_path, dev(FARGATE, account)
    )
    irsa = account.replace("policy_arns", 'identity = "irsa"\n    policy_arns')
    assert problems_of(tmp_path, dev(FARGATE, irsa.replace("ReadOnlyAccess", "IAMReadOnlyAccess"))) == []


def test_fargate_without_kube_system_is_reported(tmp_path: Path) -> None:
    part = FARGATE.replace('"*"', '"payments"')
    assert "eks.blue.fargate selects no pods of kube-system" in only_problem(tmp_path, dev(part))


@pytest.mark.parametrize(
    ("cpu", "memory", "message"),
    [
        (
            512,
            1024,
            "memory 1024 plus the 256 that EKS adds is not a Fargate size with cpu = 512; write cpu = 512, memory = ",
        ),
        (300, 768, "memory 768 plus the 256 that EKS adds is not a Fargate size with cpu = 300; write "),
        (1024, 9000, "memory 9000 plus the 256 that EKS adds is not a Fargate size with cpu = 1024; write "),
    ],
)
def test_invalid_fargate_size_is_reported(tmp_path: Path, cpu: int, memory: int, message: str) -> None:
    pod = f'    pod "api" {{\n      cpu = {cpu}\n      memory = {memory}\n    }}\n  }}\n'
    part = FARGATE.removesuffix("  }\n") + pod
    assert f"eks.blue.fargate.all.pod.api.{message}" in only_problem(tmp_path, dev(part))
    assert problems_of(tmp_path, dev(part.replace(f"= {cpu}", "= 512").replace(f"= {memory}", "= 768"))) == []


WINDOW = """= 60
      }
      window "show" {
        start        = "2027-01-01T10:00"
        end          = "2027-01-01T12:00"
        min_capacity = 3
      }"""
SCALING = """\
  managed "general" {
    instance_types = ["m7g.large"]
    scaling {
      min_capacity = 1
      max_capacity = 3
      target_tracking "cpu" {
        metric       = "cpu"
        target_value = 60
      }
    }
  }
"""


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('metric       = "cpu"', 'metric       = "memory"', "metric memory is not a metric of this resource"),
        ("= 60", "= 60\n        scale_in_cooldown = 60", "scale_in_cooldown 60 is not supported for nodes"),
        (
            "    scaling {",
            "    max_size = 3\n    scaling {",
            "general.max_size 3 conflicts with the scaling block; remove",
        ),
        (
            "= 60\n      }",
            WINDOW,
            "scaling.window.show is not supported for nodes",
        ),
    ],
)
def test_scaling_that_ec2_does_not_support_is_reported(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert problems_of(tmp_path, dev(SCALING)) == []
    assert message in only_problem(tmp_path, dev(changed(before, after, SCALING)))


def test_steps_with_a_gap_are_reported(tmp_path: Path) -> None:
    steps = 'step_scaling "out" {\n metric = "cpu"\n direction = "out"\n threshold = 50\n step {\n'
    steps += " metric_interval_upper_bound = 0\n scaling_adjustment = 1\n }\n }\n"
    text = SCALING.replace('target_tracking "cpu" {', steps + '      target_tracking "cpu" {')
    assert any(
        "does not cover exactly the values above the threshold" in str(each)
        for each in problems_of(tmp_path, dev(text))
    )


def test_nodes_without_nat_gateway_and_endpoints_are_reported(tmp_path: Path) -> None:
    text = DEV.replace('["a", "c"]', '["a", "c"]\n  internet = false\n  interface_endpoints = ["ec2", "ecr.api"]')
    assert only_problem(tmp_path, {"dev": text + eks(GENERAL, base=ADD_ONS + OPERATORS)}) == (
        "dev.hcl:12: eks.blue cannot reach ecr.dkr, eks, eks-auth, sts: there is no NAT gateway, and no "
        "endpoint for them; add them to network.interface_endpoints, or write network.nat"
    )


def test_clusters_that_need_too_many_addresses_are_reported(tmp_path: Path) -> None:
    text = PROD + eks(GENERAL) + eks(GENERAL.replace("= 3", "= 14"), label="green")
    problem = only_problem(tmp_path, {"prod": text})
    assert "eks.green needs too many addresses in zone a: blue control plane 16 + blue.general 2 x 129" in problem


def test_cluster_without_network_is_reported(tmp_path: Path) -> None:
    text = DEV[: DEV.index("network {")] + eks(GENERAL)
    assert only_problem(tmp_path, {"dev": text}) == (
        "dev.hcl:6: eks.blue needs app subnets, and there is no VPC; write a `network` block"
    )
