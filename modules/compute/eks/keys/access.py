"""The `access` and `service_account` blocks of a cluster: people in Kubernetes, and pods in AWS."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from iam.patterns import matches
from modules.compute.eks.keys.actions import EVERY_RIGHT, checked_action, escalation_findings
from modules.compute.eks.keys.kubernetes import Namespace
from modules.compute.keys.bucket_access import BucketAccess, bucket_rights
from modules.compute.keys.publishing import PublishingSettings
from modules.foundation.lists import left_empty, named_twice
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import Label, Settings

AccessPolicy = Literal["view", "edit", "admin", "cluster-admin"]
Identity = Literal["pod-identity", "irsa"]

_ARN = re.compile(r"arn:aws:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}|aws|\*)?:.+")
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9*]*[A-Za-z0-9][A-Za-z0-9*]*")


def _action(value: str) -> str:
    if not _ACTION.fullmatch(value):
        raise broken_rule(
            "is not an action of a service, and all of a service's are too many", 'write one as "sqs:SendMessage"'
        )
    return checked_action(value)


Action = Annotated[str, AfterValidator(_action)]


class AccessSettings(Settings):
    """An `access` block: an IAM role, and what whoever assumes it may do in the cluster."""

    role_arn: str = Field(
        pattern=r"^arn:aws:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]+$",
        examples=["arn:aws:iam::333333333333:role/operators"],
        description="The role; users and groups of IAM get none.",
    )
    policy: AccessPolicy = Field(
        examples=["view"],
        description="view; edit (no roles, no quotas); admin (of namespaces); cluster-admin (everything).",
    )
    namespaces: tuple[Namespace, ...] = Field(
        default=(), examples=[["payments"]], description="Where; without it in all of the cluster."
    )

    @model_validator(mode="after")
    def _rules(self) -> "AccessSettings":
        if self.policy == "cluster-admin" and self.namespaces:
            rule = "is an administrator of the whole cluster, and namespaces names some"
            refuse([Finding(("policy",), self.policy, rule, 'write policy = "admin", or take namespaces out')])
        refuse([*left_empty(self, {"namespaces": "all of the cluster"}), *named_twice(self, "namespaces")])
        return self


class StatementSettings(Settings):
    """A `policy` block: actions, and what they may be done to."""

    actions: tuple[Action, ...] = Field(examples=[["sqs:ReceiveMessage"]], description="Actions of IAM.")
    resources: tuple[str, ...] = Field(
        examples=[["arn:aws:sqs:ap-northeast-2:333333333333:payments"]],
        description='ARNs; "*" only where AWS names none for the action.',
    )

    @model_validator(mode="after")
    def _rules(self) -> "StatementSettings":
        empty = [key for key in ("actions", "resources") if not getattr(self, key)]
        refuse(
            [
                *(Finding((key,), [], "names none", "write one or more, or take the block out") for key in empty),
                *named_twice(self, "actions", "resources"),
                *self._resource_findings(),
            ]
        )
        return self

    def _resource_findings(self) -> Iterator[Finding]:
        """Yield what is no resource.

        [IAM JSON policy elements: Resource]
        (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html).
        """
        for position, arn in enumerate(self.resources):
            if arn != "*" and not _ARN.fullmatch(arn):
                rule = "is neither an ARN nor *, and IAM refuses the whole policy"
                remedy = 'write one as "arn:aws:sqs:ap-northeast-2:333333333333:payments"'
                yield Finding(("resources", str(position)), arn, rule, remedy)


class ServiceAccountSettings(PublishingSettings):
    """A `service_account` block: the role in AWS that pods with this service account have, and no others."""

    identity: Identity = Field(
        default="pod-identity",
        description="How a pod proves which it is: by the agent on its node, or (irsa) by the cluster's OIDC issuer, "
        "which pods on Fargate need and which wants the role's ARN in an annotation.",
    )
    policy: dict[Label, StatementSettings] = Field(default_factory=dict, description="What it may do, by name.")
    policy_arns: tuple[str, ...] = Field(
        default=(),
        examples=[["arn:aws:iam::333333333333:policy/load-balancer-controller"]],
        description="Policies that exist already.",
    )
    buckets: dict[Label, BucketAccess] = Field(
        default_factory=dict,
        examples=[{"content": "read_write:uploads/"}],
        description="Buckets that it uses: read, write or read_write, behind a colon the prefix.",
    )
    databases: tuple[Label, ...] = Field(
        default=(),
        examples=[["main"]],
        description="Databases whose login it reads; the cluster's own `databases` open their port.",
    )
    caches: tuple[Label, ...] = Field(
        default=(),
        examples=[["sessions"]],
        description="Caches where it logs in by its role, as `app`; the cluster's own `caches` open their port.",
    )
    secrets: tuple[Label, ...] = Field(default=(), examples=[["token"]], description="Secrets that it reads.")

    @model_validator(mode="after")
    def _rules(self) -> "ServiceAccountSettings":
        refuse(self._findings())
        return self

    @property
    def bucket_rights(self) -> dict[str, tuple[str, str]]:
        """The buckets, each with read, write or read_write and the prefix."""
        return bucket_rights(self.buckets)

    def _findings(self) -> Iterator[Finding]:
        if not any(getattr(self, key) for key in type(self).model_fields if key != "identity"):
            yield Finding((), None, "may do nothing", 'write `policy "name" { ... }`, or take the block out')
        yield from named_twice(self, "databases", "caches", "secrets", "policy_arns")
        statements = {label: (each.actions, each.resources) for label, each in self.policy.items()}
        for finding in escalation_findings(statements):
            yield finding.under("policy")
        for position, arn in enumerate(self.policy_arns):
            if not re.fullmatch(r"arn:aws:iam::(aws|\d{12}):policy/[A-Za-z0-9+=,.@_/-]+", arn):
                rule = "is not the ARN of a policy"
                remedy = 'write one as "arn:aws:iam::333333333333:policy/name"'
                yield Finding(("policy_arns", str(position)), arn, rule, remedy)
            elif any(matches(f"arn:aws:iam::aws:policy/{each}", arn) for each in EVERY_RIGHT):
                rule = "gives a pod all of the account"
                yield Finding(("policy_arns", str(position)), arn, rule, "name the actions that it needs")
