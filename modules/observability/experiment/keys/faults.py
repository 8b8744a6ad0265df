"""Faults that AWS FIS can inject: the action, what it acts on, and the permissions that it needs.

[AWS FIS Actions reference](https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html); a test
compares this table with tests/aws_facts/fis.toml, which has what the page says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from modules.foundation.policies import Condition

#: What FIS finds out before it acts; these calls are about no resource, or only about lists of them.
ANY = "*"


@dataclass(frozen=True)
class Permission:
    """A statement of the experiment's role."""

    sid: str
    actions: tuple[str, ...]
    on: str = ANY
    """`ANY`, or the name that the target has for the ARNs."""
    condition: Condition | None = None


@dataclass(frozen=True)
class Fault:
    """An action of FIS."""

    action: str
    target: str
    """The name that the action has for its target."""
    resource_type: str
    permissions: tuple[Permission, ...]
    lasts: bool = False
    """Whether it ends after a duration; otherwise it happens once, and recovery begins immediately."""


_FIND_BY_TAG = Permission("FindByTag", ("tag:GetResources",))
_FIND_INSTANCES = Permission("FindInstances", ("ec2:DescribeInstances",))
_TERMINATE = Permission("Terminate", ("ec2:TerminateInstances",), on="instances")

#: [AWS managed policy AWSFaultInjectionSimulatorNetworkAccess]
#: (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSFaultInjectionSimulatorNetworkAccess.html): FIS
#: replaces the network ACL of each subnet with one of its own, which has this tag.
_NEW: Condition = {"StringEquals": {"aws:RequestTag/managedByFIS": "true"}}
_OWN: Condition = {"StringEquals": {"ec2:ResourceTag/managedByFIS": "true"}}
_TAGGED_WHEN_NEW: Condition = {
    "StringEquals": {"aws:RequestTag/managedByFIS": "true", "ec2:CreateAction": "CreateNetworkAcl"}
}


def _api_error(name: str) -> Fault:
    """Return the fault that makes calls of an IAM role fail."""
    permission = f"fis:InjectApi{name.capitalize()}Error"
    return Fault(
        f"aws:fis:inject-api-{name}-error",
        "Roles",
        "aws:iam:role",
        (Permission("Inject", (permission,), on="experiments"),),
        lasts=True,
    )


STOP_TASKS = Fault(
    "aws:ecs:stop-task",
    "Tasks",
    "aws:ecs:task",
    (
        Permission("FindTasks", ("ecs:ListTasks",)),
        Permission("SeeTasks", ("ecs:DescribeTasks",), on="all_tasks"),
        Permission("Stop", ("ecs:StopTask",), on="tasks"),
        _FIND_BY_TAG,
    ),
)
TERMINATE_INSTANCES = Fault(
    "aws:ec2:terminate-instances", "Instances", "aws:ec2:instance", (_FIND_INSTANCES, _TERMINATE)
)
TERMINATE_NODES = Fault(
    "aws:eks:terminate-nodegroup-instances",
    "Nodegroups",
    "aws:eks:nodegroup",
    (_FIND_INSTANCES, _TERMINATE, Permission("SeeGroup", ("eks:DescribeNodegroup",), on="groups"), _FIND_BY_TAG),
)
CUT_OFF_SUBNETS = Fault(
    "aws:network:disrupt-connectivity",
    "Subnets",
    "aws:ec2:subnet",
    (
        Permission(
            "FindNetwork",
            (
                "ec2:DescribeManagedPrefixLists",
                "ec2:DescribeNetworkAcls",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ),
        ),
        Permission("ReadPrefixLists", ("ec2:GetManagedPrefixListEntries",), on="prefix_lists"),
        Permission("CreateList", ("ec2:CreateNetworkAcl",), on="access_lists", condition=_NEW),
        Permission("CreateListInVpc", ("ec2:CreateNetworkAcl",), on="vpc"),
        Permission("TagList", ("ec2:CreateTags",), on="access_lists", condition=_TAGGED_WHEN_NEW),
        Permission(
            "ChangeOwnList", ("ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAcl"), on="access_lists", condition=_OWN
        ),
        Permission("ReplaceList", ("ec2:ReplaceNetworkAclAssociation",), on="subnets"),
        # Those of FIS, and those that the subnets had before.
        Permission("ReplaceWithList", ("ec2:ReplaceNetworkAclAssociation",), on="access_lists"),
    ),
    lasts=True,
)
FAIL_OVER_CLUSTER = Fault(
    "aws:rds:failover-db-cluster",
    "Clusters",
    "aws:rds:cluster",
    (
        Permission("FindClusters", ("rds:DescribeDBClusters",)),
        Permission("FailOver", ("rds:FailoverDBCluster",), on="databases"),
        _FIND_BY_TAG,
    ),
)
REBOOT_INSTANCES = Fault(
    "aws:rds:reboot-db-instances",
    "DBInstances",
    "aws:rds:db",
    (
        Permission("FindDatabases", ("rds:DescribeDBInstances",)),
        Permission("Reboot", ("rds:RebootDBInstance",), on="databases"),
        _FIND_BY_TAG,
    ),
)
SLOW_CALLS = Fault(
    "aws:ecs:task-network-latency",
    "Tasks",
    "aws:ecs:task",
    (
        Permission("SeeTasks", ("ecs:DescribeTasks",), on="tasks"),
        Permission("SeeInstances", ("ecs:DescribeContainerInstances",), on="container_instances"),
        Permission("FindNetwork", ("ec2:DescribeInstances", "ec2:DescribeSubnets")),
        Permission("RunDocument", ("ssm:SendCommand",), on="documents"),
        Permission("RunInTasks", ("ssm:SendCommand",), on="managed_instances"),
        # IAM knows no resource of these two.
        Permission("EndCommands", ("ssm:CancelCommand", "ssm:ListCommands")),
    ),
    lasts=True,
)
API_ERRORS: Mapping[str, Fault] = {name: _api_error(name) for name in ("internal", "throttle", "unavailable")}

#: Lets time pass while the stop conditions are watched; it needs no permission.
WAIT = "aws:fis:wait"

FAULTS = (
    STOP_TASKS,
    TERMINATE_INSTANCES,
    TERMINATE_NODES,
    CUT_OFF_SUBNETS,
    FAIL_OVER_CLUSTER,
    REBOOT_INSTANCES,
    SLOW_CALLS,
    *API_ERRORS.values(),
)
