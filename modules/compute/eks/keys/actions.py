"""IAM actions for `policy` blocks: all existing actions, and those that allow privilege escalation.

`actions.json` lists the actions of each service from the [Service Authorization Reference]
(https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
`tests/aws_facts/test_tables.py` compares the two.
"""

import difflib
import functools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from iam.patterns import matches
from modules.foundation.problems import Finding, broken_rule

ACTIONS_FILE = Path(__file__).with_name("actions.json")

#: Actions with which a principal can extend its own permissions or use those of others, if they are allowed on all
#: resources: [Cloudsplaining, Privilege Escalation](https://cloudsplaining.readthedocs.io/en/latest/glossary/privilege-escalation/),
#: which collects the [methods of Rhino Security Labs]
#: (https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/) and of pathfinding.cloud. Of methods
#: that begin with iam:PassRole, only that action is listed: on all resources it can pass any role. `sts:AssumeRole` and
#: the Systems Manager actions are additions: they use the permissions of roles and instances.
ESCALATIONS: tuple[frozenset[str], ...] = tuple(
    map(
        frozenset,
        (
            {"iam:AddUserToGroup"},
            {"iam:AttachGroupPolicy"},
            {"iam:AttachRolePolicy"},
            {"iam:AttachUserPolicy"},
            {"iam:CreateAccessKey"},
            {"iam:CreateLoginProfile"},
            {"iam:CreatePolicyVersion"},
            {"iam:DeleteRolePermissionsBoundary"},
            {"iam:PassRole"},
            {"iam:PutGroupPolicy"},
            {"iam:PutRolePolicy"},
            {"iam:PutUserPolicy"},
            {"iam:SetDefaultPolicyVersion"},
            {"iam:UpdateAssumeRolePolicy"},
            {"iam:UpdateLoginProfile"},
            {"sts:AssumeRole"},
            {"lambda:UpdateFunctionCode"},
            {"glue:UpdateDevEndpoint"},
            {"ssm:SendCommand"},
            {"ssm:StartSession"},
            {"sagemaker:CreatePresignedNotebookInstanceUrl"},
            {"cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"},
            {"ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"},
            {"ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"},
            {"ec2-instance-connect:SendSSHPublicKey", "ec2:DescribeInstances"},
            {"ecs:ExecuteCommand", "ecs:DescribeTasks"},
            {"bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"},
        ),
    )
)
#: AWS managed policies with full access to an account, or with which a principal can get it:
#: [AWS managed policies for job functions]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html).
EVERY_RIGHT = ("AdministratorAccess*", "IAMFullAccess", "PowerUserAccess", "job-function/*")


@functools.cache
def known_actions() -> Mapping[str, tuple[str, ...]]:
    """Return the actions of each service, by service prefix."""
    return {prefix: tuple(names.split()) for prefix, names in json.loads(ACTIONS_FILE.read_text()).items()}


def checked_action(value: str) -> str:
    """Return the action, or the pattern of actions. Raise a validation error if no service has it."""
    prefix, _, name = value.partition(":")
    known = known_actions()
    if prefix not in known:
        nearest = difflib.get_close_matches(prefix, known, n=3, cutoff=0.6)
        raise broken_rule(
            f"is not an action: no service has the prefix {prefix}", _remedy(f"{each}:" for each in nearest)
        )
    if not any(matches(name, each, ignore_case=True) for each in known[prefix]):
        nearest = difflib.get_close_matches(name, known[prefix], n=3, cutoff=0.6)
        rule = f"is not an action of {prefix} and would grant nothing"
        raise broken_rule(rule, _remedy(f"{prefix}:{each}" for each in nearest))
    return value


def _remedy(nearest: Iterable[str]) -> str:
    known = ", ".join(nearest)
    table = "if AWS has added it, add it to modules/compute/eks/keys/actions.json"
    return f"write one as {known}; {table}" if known else f'write one as "sqs:SendMessage"; {table}'


def is_every_resource(arn: str) -> bool:
    """Return whether the ARN matches all resources, such as `*` or `arn:aws:iam::*:role/*`."""
    name = arn.split(":", 5)[-1]
    kind, separator, rest = name.partition("/" if "/" in name else ":")
    return not (rest if separator else kind).strip("*?")


def escalation_findings(
    statements: Mapping[str, tuple[Sequence[str], Sequence[str]]],
) -> Iterator[Finding]:
    """Yield the privilege escalations that these statements allow together: actions and resources, by label."""
    broad = {
        label: actions for label, (actions, resources) in statements.items() if any(map(is_every_resource, resources))
    }
    reported: set[tuple[str, str]] = set()
    for escalation in ESCALATIONS:
        places = [place for action in sorted(escalation) for place in _allowed_at(action, broad)[:1]]
        if len(places) == len(escalation) and not reported & set(places):
            reported |= set(places)
            label, written = places[0]
            rule = f"allows {' with '.join(sorted(escalation))} on all resources, which amounts to full access"
            yield Finding((label, "actions"), written, rule, "name specific resources, or remove it")


def _allowed_at(action: str, broad: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(label, each) for label, actions in broad.items() for each in actions if _allows(each, action)]


def _allows(written: str, action: str) -> bool:
    return matches(written, action, ignore_case=True)
