"""The `fault_injection` block of a service: the container through which AWS FIS disturbs the network of a task.

[Use the AWS FIS aws:ecs:task actions](https://docs.aws.amazon.com/fis/latest/userguide/ecs-task-actions.html): an SSM
agent in the task registers it as a managed instance, with tags by which FIS finds it.
"""

from pydantic import Field

from modules.compute.keys.images import SidecarImage
from modules.compute.task.keys.sidecars import GeneratedSidecar, SidecarSettings
from modules.foundation.names import Names
from modules.foundation.policies import Condition, Statement, allow
from modules.foundation.settings import Label, Settings

#: The tag of all managed instances that are registered for FIS, and its value (the same page).
TAG = ("FAULT_INJECTION_SIDECAR", "true")
#: What the agent calls ([Systems Manager User Guide, Improve the security of EC2 instances by using VPC endpoints for
#: Systems Manager](https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html)).
_ENDPOINTS = ("ssm", "ssmmessages", "ec2messages")
#: Registers the task, and deregisters it when the task stops. The AWS CLI, jq, and the agent are in the image, or in
#: the packages of its distribution. Terraform would evaluate a variable in braces.
_SCRIPT = """\
set -e
command -v aws >/dev/null && command -v jq >/dev/null || dnf install -y awscli jq
task=$(curl -sf "$ECS_CONTAINER_METADATA_URI_V4/task")
arn=$(jq -er .TaskARN <<<"$task")
zone=$(jq -er .AvailabilityZone <<<"$task")
export AWS_REGION=$(sed 's/.$//' <<<"$zone")
made=$(aws ssm create-activation --iam-role "$MANAGED_INSTANCE_ROLE_NAME" \
--tags "Key=ECS_TASK_ARN,Value=$arn" "Key=ECS_TASK_AVAILABILITY_ZONE,Value=$zone" "Key=TAG_KEY,Value=TAG_VALUE")
id=$(jq -er .ActivationId <<<"$made")
amazon-ssm-agent -register -code "$(jq -er .ActivationCode <<<"$made")" -id "$id" -region "$AWS_REGION"
leave() {
  aws ssm delete-activation --activation-id "$id" || true
  instance=$(jq -r .ManagedInstanceID /var/lib/amazon/ssm/registration)
  aws ssm deregister-managed-instance --instance-id "$instance" || true
  kill "$agent"
}
trap leave TERM INT
amazon-ssm-agent &
agent=$!
wait "$agent"
"""


class FaultInjectionSettings(Settings):
    """The `fault_injection` block: an SSM agent in each task, for experiments with the network of the service."""

    image: SidecarImage = Field(
        examples=["ssm-agent:3.3.0"],
        description="The image of the agent: a copy of public.ecr.aws/amazon-ssm-agent/amazon-ssm-agent in a "
        "`repository`, or that image with its version or digest. With the AWS CLI and jq in it, tasks start faster.",
    )


def managed_instance_purpose(name: Label) -> str:
    """Return what the role of a service's managed instances is for, which is a part of its name."""
    return f"service-{name}-fault-injection"


def managed_instance_statements(names: Names) -> list[Statement]:
    """Return what the role of the managed instances must allow besides AmazonSSMManagedInstanceCore (the same page)."""
    instances = f"arn:aws:ssm:{names.region}:{names.account_id}:managed-instance/*"
    return [
        allow("EndActivation", actions=["ssm:DeleteActivation"], resources=["*"]),
        allow("Deregister", actions=["ssm:DeregisterManagedInstance"], resources=[instances]),
    ]


def agent(settings: FaultInjectionSettings, name: Label, names: Names) -> GeneratedSidecar:
    """Return the container of the agent, with what the task's role must allow (the same page)."""
    role = names.role(managed_instance_purpose(name))
    script = _SCRIPT.replace("TAG_KEY", TAG[0]).replace("TAG_VALUE", TAG[1])
    tagged: Condition = {"StringEquals": {f"aws:RequestTag/{TAG[0]}": TAG[1]}}
    return GeneratedSidecar(
        name="fault-injection",
        key="fault_injection",
        settings=SidecarSettings(
            image=settings.image,
            essential=False,
            command=("/bin/bash", "-c", script),
            environment={"MANAGED_INSTANCE_ROLE_NAME": role},
        ),
        statements=(
            allow(
                "Register",
                actions=["ssm:CreateActivation", "ssm:AddTagsToResource"],
                resources=["*"],
                condition=tagged,
            ),
            allow(
                "PassInstanceRole",
                actions=["iam:PassRole"],
                resources=[f"arn:aws:iam::{names.account_id}:role/{role}"],
                condition={"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}},
            ),
        ),
        endpoints=_ENDPOINTS,
        injects_faults=True,
    )
