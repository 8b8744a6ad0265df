"""The `access` and `service_account` blocks of a cluster."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from iam.patterns import matches
from modules.compute.eks.keys.actions import EVERY_RIGHT, checked_action, escalation_findings
from modules.compute.eks.keys.kubernetes import Namespace
from modules.compute.keys.publishing import PublishingSettings
from modules.data.bucket.keys.access import BucketAccess
from modules.data.database.keys.access import ACCESS_DESCRIPTION, DatabaseAccess
from modules.foundation.lists import left_empty, named_twice
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Label, Settings

AccessPolicy = Literal["view", "edit", "admin", "cluster-admin"]
Identity = Literal["pod-identity", "irsa"]

_ARN = re.compile(r"arn:aws:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}|aws|\*)?:.+")
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9*]*[A-Za-z0-9][A-Za-z0-9*]*")


def _action(value: str) -> str:
    if not _ACTION.fullmatch(value):
        raise broken_rule(
            "is not an action of one service; all actions of a service are not allowed",
            'write one as "sqs:SendMessage"',
        )
    return checked_action(value)


Action = Annotated[str, AfterValidator(_action)]


class AccessSettings(Settings):
    """An `access` block: an IAM role and its permissions in the cluster."""

    role_arn: str = Field(
        pattern=r"^arn:aws:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]+$",
        examples=["arn:aws:iam::333333333333:role/operators"],
        description="The IAM role. IAM users and groups cannot get access.",
    )
    policy: AccessPolicy = Field(
        examples=["view"],
        description="The access policy: view; edit (without roles and quotas); admin (of namespaces); cluster-admin "
        "(everything).",
    )
    namespaces: tuple[Namespace, ...] = Field(
        default=(),
        examples=[["payments"]],
        description="The namespaces to which the access policy applies; by default the whole cluster.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "AccessSettings":
        if self.policy == "cluster-admin" and self.namespaces:
            rule = "applies to the whole cluster and cannot be limited to namespaces"
            raise_findings([Finding(("policy",), self.policy, rule, 'write policy = "admin", or remove namespaces')])
        raise_findings([*left_empty(self, {"namespaces": "the whole cluster"}), *named_twice(self, "namespaces")])
        return self


class StatementSettings(Settings):
    """A `policy` block: IAM actions and their resources."""

    actions: tuple[Action, ...] = Field(examples=[["sqs:ReceiveMessage"]], description="IAM actions.")
    resources: tuple[str, ...] = Field(
        examples=[["arn:aws:sqs:ap-northeast-2:333333333333:payments"]],
        description='ARNs of the resources; "*" only if the action does not support resource-level permissions.',
    )

    @model_validator(mode="after")
    def _rules(self) -> "StatementSettings":
        empty = [key for key in ("actions", "resources") if not getattr(self, key)]
        raise_findings(
            [
                *(Finding((key,), [], "is empty", "write one or more, or remove the block") for key in empty),
                *named_twice(self, "actions", "resources"),
                *self._resource_findings(),
            ]
        )
        return self

    def _resource_findings(self) -> Iterator[Finding]:
        """Yield invalid resources.

        [IAM JSON policy elements: Resource]
        (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html).
        """
        for position, arn in enumerate(self.resources):
            if arn != "*" and not _ARN.fullmatch(arn):
                rule = "is neither an ARN nor *, and IAM would reject the policy"
                remedy = 'write one as "arn:aws:sqs:ap-northeast-2:333333333333:payments"'
                yield Finding(("resources", str(position)), arn, rule, remedy)


class ServiceAccountSettings(PublishingSettings):
    """A `service_account` block: the IAM role that only the pods with this service account can assume."""

    identity: Identity = Field(
        default="pod-identity",
        description="How pods get the role's credentials. pod-identity: from the EKS Pod Identity agent on the node. "
        "irsa: through the cluster's OIDC issuer, which pods on Fargate need; the service account then needs an "
        "annotation with the role's ARN.",
    )
    policy: dict[Label, StatementSettings] = Field(
        default_factory=dict, description="Statements of the role's policy, by name."
    )
    policy_arns: tuple[str, ...] = Field(
        default=(),
        examples=[["arn:aws:iam::333333333333:policy/load-balancer-controller"]],
        description="ARNs of existing policies to attach.",
    )
    buckets: dict[Label, BucketAccess] = Field(
        default_factory=dict,
        examples=[{"content": "read_write uploads/"}],
        description="Buckets that the pods use, each with its access: read, write, or read_write, optionally followed "
        "by a space and a prefix; or a list of these.",
    )
    databases: dict[Label, DatabaseAccess] = Field(
        default_factory=dict,
        examples=[{"main": "read_write"}],
        description=f"Databases that the pods log in to, each with its access: {ACCESS_DESCRIPTION} They must also be "
        "in `databases` of the `eks` block, which allows the traffic.",
    )
    caches: tuple[Label, ...] = Field(
        default=(),
        examples=[["sessions"]],
        description="Caches that the pods log in to with their role, as the user `app`. They must also be in `caches` "
        "of the `eks` block, which allows the traffic.",
    )
    secrets: tuple[Label, ...] = Field(default=(), examples=[["token"]], description="Secrets that the pods read.")

    @model_validator(mode="after")
    def _rules(self) -> "ServiceAccountSettings":
        raise_findings(self._findings())
        return self

    def _findings(self) -> Iterator[Finding]:
        if not any(getattr(self, key) for key in type(self).model_fields if key != "identity"):
            yield Finding((), None, "grants no permission", 'write `policy "name" { ... }`, or remove the block')
        yield from named_twice(self, "caches", "secrets", "policy_arns")
        statements = {label: (each.actions, each.resources) for label, each in self.policy.items()}
        for finding in escalation_findings(statements):
            yield finding.under("policy")
        for position, arn in enumerate(self.policy_arns):
            if not re.fullmatch(r"arn:aws:iam::(aws|\d{12}):policy/[A-Za-z0-9+=,.@_/-]+", arn):
                rule = "is not the ARN of a policy"
                remedy = 'write one as "arn:aws:iam::333333333333:policy/name"'
                yield Finding(("policy_arns", str(position)), arn, rule, remedy)
            elif any(matches(f"arn:aws:iam::aws:policy/{each}", arn) for each in EVERY_RIGHT):
                rule = "would give pods full access to the account"
                yield Finding(("policy_arns", str(position)), arn, rule, "write the actions that they need in `policy`")
