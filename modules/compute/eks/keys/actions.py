"""IAM actions that a `policy` block may name: which there are, and which of them are every right.

`actions.json` has the actions of each service as the [Service Authorization Reference]
(https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html)
does. `tests/aws_facts/test_tables.py` compares the two.
"""

import difflib
import functools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from iam.patterns import matches
from modules.foundation.problems import Finding, broken_rule

ACTIONS_FILE = Path(__file__).with_name("actions.json")

#: Actions with which a program gives itself further rights, or takes those of others, where they are allowed on every
#: resource: [Cloudsplaining, Privilege Escalation](https://cloudsplaining.readthedocs.io/en/latest/glossary/privilege-escalation/),
#: which collects the [methods of Rhino Security Labs]
#: (https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/) and of pathfinding.cloud. Those that
#: begin with iam:PassRole are here by that alone: a role that is not named may be any. `sts:AssumeRole` and the actions
#: of Systems Manager are ours: they take the rights of roles and instances.
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
#: Policies of AWS that give all of an account, or the right to take it: [AWS managed policies for job functions]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html).
EVERY_RIGHT = ("AdministratorAccess*", "IAMFullAccess", "PowerUserAccess", "job-function/*")


@functools.cache
def known_actions() -> Mapping[str, tuple[str, ...]]:
    """Return the actions of each service by the prefix of its actions."""
    return {prefix: tuple(names.split()) for prefix, names in json.loads(ACTIONS_FILE.read_text()).items()}


def checked_action(value: str) -> str:
    """Return the action, or the pattern of actions. Raises the error of a validator for what no service has."""
    prefix, _, name = value.partition(":")
    known = known_actions()
    if prefix not in known:
        nearest = difflib.get_close_matches(prefix, known, n=3, cutoff=0.6)
        raise broken_rule(f"is of no service: none has the prefix {prefix}", _instead(f"{each}:" for each in nearest))
    if not any(matches(name, each, ignore_case=True) for each in known[prefix]):
        nearest = difflib.get_close_matches(name, known[prefix], n=3, cutoff=0.6)
        rule = f"is no action of {prefix}, and gives no right"
        raise broken_rule(rule, _instead(f"{prefix}:{each}" for each in nearest))
    return value


def _instead(nearest: Iterable[str]) -> str:
    named = ", ".join(nearest)
    table = "if AWS has it by now, add it to modules/compute/eks/keys/actions.json"
    return f"write one as {named}; {table}" if named else f'write one as "sqs:SendMessage"; {table}'


def is_every_resource(arn: str) -> bool:
    """Return whether the ARN names none in particular: `*`, `arn:aws:iam::*:role/*`."""
    name = arn.split(":", 5)[-1]
    kind, separator, rest = name.partition("/" if "/" in name else ":")
    return not (rest if separator else kind).strip("*?")


def escalation_findings(
    statements: Mapping[str, tuple[Sequence[str], Sequence[str]]],
) -> Iterator[Finding]:
    """Yield what is every right in these statements together: actions and resources by label."""
    broad = {
        label: actions for label, (actions, resources) in statements.items() if any(map(is_every_resource, resources))
    }
    told: set[tuple[str, str]] = set()
    for escalation in ESCALATIONS:
        places = [place for action in sorted(escalation) for place in _allowed_at(action, broad)[:1]]
        if len(places) == len(escalation) and not told & set(places):
            told |= set(places)
            label, written = places[0]
            rule = f"{_together(escalation)} on every resource, which is every right of the account"
            yield Finding((label, "actions"), written, rule, "name the resources that it is for, or take it out")


def _allowed_at(action: str, broad: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(label, each) for label, actions in broad.items() for each in actions if _allows(each, action)]


def _allows(written: str, action: str) -> bool:
    return matches(written, action, ignore_case=True)


def _together(escalation: frozenset[str]) -> str:
    names = sorted(escalation)
    return f"allows {' with '.join(names)}"
