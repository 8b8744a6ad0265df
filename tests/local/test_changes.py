"""Changes of an environment file: they take effect, cause no interruption, and can be reverted.

All tests use one environment, in this order. Each test continues from the previous one.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from modules.environment_files import load
from ops.errors import ExitCode, OpsError
from ops.target import Target
from ops.terraform import Terraform
from ops.workspace import Workspace
from tests.compute.eks.texts import ADD_ONS
from tests.local.account import ACCOUNT, HEADER
from tests.local.applied import changes_of
from tests.local.synthesis import synthesized
from tests.support.environments import write

NAME = "changes"
REGION = "ap-northeast-2"
CLUSTER, SERVICE = f"mobile-{NAME}-main", f"mobile-{NAME}-api"
MANIFEST = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"}
STAYS = f"""\
{HEADER.replace("us-east-1", REGION)}
state {{
  region = "us-east-1"
}}

network {{
  cidr               = "10.20.32.0/20"
  availability_zones = ["a", "c"]
}}

ecs "main" {{}}
"""
#: In four Regions: the service's own, two for copies, and the one for all CloudFront resources.
GOES = """
zone "public" {
  name       = "mobile.example"
  query_logs = true
}

bucket "media" {
  backup = "daily"
}

backup {
  copy_to_region = "us-west-2"
}

load_balancer "front" {
  names          = ["api.mobile.example"]
  reachable_from = "cloudfront"

  rule "api" {
    priority = 10
    paths    = ["/api/*"]
    service  = "api"
  }
}

site "www" {
  names = ["www.mobile.example"]

  api {
    load_balancer = "front"
    paths         = ["/api/*"]
  }
}
"""
#: Created late, because every plan with a web ACL takes several seconds of CPU time.
FIREWALL = "firewall {}\n"


def nodes(instance_type: str, least: int) -> str:
    return f"""
eks "blue" {{
  version = "1.36"

  access "operators" {{
    role_arn = "arn:aws:iam::{ACCOUNT}:role/operators"
    policy   = "cluster-admin"
  }}

{ADD_ONS}
  managed "general" {{
    instance_types = ["{instance_type}"]

    scaling {{
      min_capacity = {least}
      max_capacity = 4

      target_tracking "processors" {{
        metric       = "cpu"
        target_value = 60
      }}
    }}
  }}
}}
"""


def service(image: str | None) -> str:
    line = f'image = "{image}"' if image else ""
    return (
        f'repository "api" {{\n  replicate_to_regions = ["ap-northeast-1"]\n}}\n'
        f'service "api" {{\n  {line}\n  port = 8080\n}}\n'
    )


@dataclass(frozen=True)
class Changing:
    """An environment in the bare account."""

    target: Target

    def write(self, *parts: str) -> Terraform:
        """Rewrite the file, and return Terraform in the synthesized stack."""
        envs = self.target.workspace.envs
        write(envs, {NAME: "".join(parts)})
        return synthesized(self.target, load(envs)[NAME])

    def client(self, service: str) -> Any:
        session: Any = self.target.session(ACCOUNT)
        return session.client(service, region_name=REGION)

    def push(self, tag: str) -> None:
        self.client("ecr").put_image(repositoryName="mobile/api", imageTag=tag, imageManifest=json.dumps(MANIFEST))

    def node_groups(self) -> dict[str, int]:
        """Return the number of nodes in the Auto Scaling group of each EKS node group, by name."""
        groups = self.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
        return {
            tag["Value"]: group["DesiredCapacity"]
            for group in groups
            for tag in group["Tags"]
            if tag["Key"] == "eks:nodegroup-name"
        }

    def tasks(self) -> tuple[str, int]:
        """Return the service's revision and number of tasks."""
        (found,) = self.client("ecs").describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
        return found["taskDefinition"].rpartition("/")[2], found["runningCount"]


@pytest.fixture(scope="module")
def changing(bare_account: Target, tmp_path_factory: pytest.TempPathFactory) -> Changing:
    """The environment with a node, applied before the service has an image."""
    folder: Path = tmp_path_factory.mktemp("changes")
    workspace = Workspace(folder, folder / "build")
    changing = Changing(replace(bare_account, workspace=workspace, output=workspace.local_output))
    applied(changing.write(STAYS, GOES, service(None), nodes("m7g.large", 1)))
    return changing


def applied(terraform: Terraform) -> dict[str, list[str]]:
    """Apply, check that the next plan is empty, and return the changes."""
    changes = changes_of(terraform)
    terraform.apply()
    assert terraform.plan() is False, terraform.show_plan()
    return changes


def test_first_image_starts_service_and_raised_minimum_starts_nodes(changing: Changing) -> None:
    assert changing.client("ecs").list_services(cluster=CLUSTER)["serviceArns"] == []
    assert set(changing.node_groups().values()) == {1}
    changing.push("1.0.0")
    changes = applied(changing.write(STAYS, GOES, service("api:1.0.0"), nodes("m7g.large", 2)))
    assert changes["create"] == ["aws_ecs_service.service_api"]
    assert changes["update"] == ["aws_eks_node_group.eks_blue_general"]
    assert changing.tasks() == (f"{SERVICE}:2", 1)
    assert set(changing.node_groups().values()) == {2}


def test_rolled_back_deployment_fails_the_apply(changing: Changing) -> None:
    terraform = changing.write(STAYS, GOES, service("api:1.0.1"), nodes("m7g.large", 2))
    assert changes_of(terraform)["update"] == ["aws_ecs_service.service_api"]
    with pytest.raises(
        OpsError, match=f"The deployment of the service {SERVICE} failed, and ECS went back to"
    ) as error:
        terraform.apply()
    assert error.value.code != ExitCode.DONE
    assert changing.tasks() == (f"{SERVICE}:2", 1)
    # The same change again, until the image exists.
    changing.push("1.0.1")
    changes = applied(changing.write(STAYS, GOES, FIREWALL, service("api:1.0.1"), nodes("m7g.large", 2)))
    assert changes["update"] == ["aws_cloudfront_distribution.site_www", "aws_ecs_service.service_api"]
    assert "aws_wafv2_web_acl.firewall_cloudfront" in changes["create"]
    assert changes.keys() == {"create", "update"}
    assert changing.tasks() == (f"{SERVICE}:3", 1)


def test_replacement_nodes_are_created_first_and_other_blocks_can_be_removed(changing: Changing) -> None:
    (before,) = changing.node_groups()
    (group,) = changing.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    changing.client("autoscaling").set_desired_capacity(
        AutoScalingGroupName=group["AutoScalingGroupName"], DesiredCapacity=3
    )
    changes = applied(changing.write(STAYS, nodes("m7g.xlarge", 2)))
    assert "delete+create" not in changes
    assert changes["create+delete"] == [
        "aws_autoscaling_policy.eks_blue_general_processors",
        "aws_eks_node_group.eks_blue_general",
    ]
    assert {
        "aws_backup_vault.backup_copy",
        "aws_cloudfront_distribution.site_www",
        "aws_ecr_repository.repository_api_ap_northeast_1",
        "aws_ecs_service.service_api",
        "aws_lb.load_balancer_front",
        "aws_route53_query_log.zone_public",
        "aws_wafv2_web_acl.firewall_cloudfront",
    } <= set(changes["delete"])
    # Nodes that scaling added are kept from the start: EKS waits only a few minutes for a node to be drained.
    (after,) = changing.node_groups().items()
    assert after[1] == 3
    assert after[0] != before
