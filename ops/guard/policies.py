"""Policies, compared by meaning: who may do what, before and after, regardless of statement ids and order.

A new grant is refused if it allows everyone without a narrowing condition, an account outside the product, any identity
of an identity provider, a role to do everything or to escalate its own permissions, or something that was previously
granted only under a condition. Removing a denial is refused too.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iam.comparison import EVERYONE, Element, Grant, Line, Principal, beyond, grants
from iam.evaluation import Statement, listed
from iam.patterns import includes
from ops.guard.finding import Finding, Kind
from ops.guard.plan import Parent, Plan, ResourceChange
from ops.guard.ranges import is_wide

#: Attributes that hold a policy.
ATTRIBUTES = (
    "policy", "assume_role_policy", "access_policies", "resource_policy", "policy_text", "policy_document",
    "inline_policy",
)  # fmt: skip
#: A VPC endpoint policy only narrows access; its principal has to be everyone (S3, DynamoDB).
_NARROWING = ("aws_vpc_endpoint", "aws_vpc_endpoint_policy")
#: Resources that are a policy of another resource, which remains without them.
ATTACHED = {
    "aws_backup_vault_policy": Parent("backup_vault_name", ("aws_backup_vault",)),
    "aws_ecr_repository_policy": Parent("repository", ("aws_ecr_repository",)),
    "aws_efs_file_system_policy": Parent("file_system_id", ("aws_efs_file_system",)),
    "aws_iam_group_policy": Parent("group", ("aws_iam_group",)),
    "aws_iam_role_policy": Parent("role", ("aws_iam_role",)),
    "aws_iam_user_policy": Parent("user", ("aws_iam_user",)),
    "aws_s3_bucket_policy": Parent("bucket", ("aws_s3_bucket",)),
    "aws_secretsmanager_secret_policy": Parent("secret_arn", ("aws_secretsmanager_secret",)),
    "aws_sns_topic_policy": Parent("arn", ("aws_sns_topic",)),
    "aws_sqs_queue_policy": Parent("queue_url", ("aws_sqs_queue",)),
}
#: Actions with which a role can give itself, or another role, more permissions
#: ("IAM Access Analyzer policy check reference", "Pass role with star in resource":
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html, and
#: "Actions, resources, and condition keys for AWS Identity and Access Management", access level Permissions management:
#: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html).
ESCALATION = (
    "iam:addusertogroup", "iam:attachgrouppolicy", "iam:attachrolepolicy", "iam:attachuserpolicy",
    "iam:createaccesskey", "iam:createloginprofile", "iam:createpolicyversion", "iam:deleterolepermissionsboundary",
    "iam:passrole", "iam:putgrouppolicy", "iam:putrolepermissionsboundary", "iam:putrolepolicy", "iam:putuserpolicy",
    "iam:setdefaultpolicyversion", "iam:updateassumerolepolicy", "iam:updateloginprofile", "sts:assumerole",
)  # fmt: skip
#: Condition keys that identify the caller, or on whose behalf it calls ("AWS global condition context keys":
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
_ACCOUNT_KEYS = ("aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "kms:calleraccount")
_ARN_KEYS = ("aws:principalarn", "aws:sourcearn")
_ORGANIZATION_KEYS = ("aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths")
_NETWORK_KEYS = ("aws:sourcevpc", "aws:sourcevpce")
_ADDRESS_KEYS = ("aws:sourceip", "aws:vpcsourceip")
_ACCOUNT = re.compile(r"\d{12}")
_TOKEN = re.compile(r"\$\{([A-Za-z0-9_]+\.[A-Za-z0-9_-]+)\.([a-z0-9_]+)\}")

#: A stack's `cdk.tf.json`. Before the first apply, only this has policies that name new resources (ARNs are tokens).
Synthesized = Mapping[str, Any]


@dataclass(frozen=True)
class _Comparison:
    """A policy before and after a plan."""

    resource: ResourceChange
    attribute: str
    before: Sequence[Statement]
    after: Sequence[Statement]
    accounts: frozenset[str]
    """The product's own accounts."""
    is_released: bool
    """Whether the plan turns on `force_destroy` for the policy's resource, for which another row exists."""

    @property
    def _old(self) -> list[Grant]:
        return grants(self.before, "Allow")

    def findings(self) -> Iterator[tuple[Kind, str]]:
        """Yield what the plan would newly allow, or no longer deny."""
        is_narrowing = self.resource.type in _NARROWING
        for grant in beyond(grants(self.after, "Allow"), self._old):
            harm = self._widens(grant) if is_narrowing else _powers(grant) or self._opens(grant)
            harm = harm or self._loosens(grant)
            if harm:
                yield "exposure", f"{harm} what its {self.attribute} says in {_called(grant)}"
        denials = grants(self.after, "Deny")
        for grant in grants(self.before, "Deny"):
            if any(self._still_denies(grant, each) for each in denials) or (
                self.is_released and _is_of_deletions(grant)
            ):
                continue
            yield "protection", f"would no longer deny what its {self.attribute} denies in {_called(grant)}"

    def _still_denies(self, old: Grant, new: Grant) -> bool:
        """Return whether a denial covers an old one, except for principals of the product that it excludes by name."""
        return old.names_within(new) and all(
            any(line.holds_with(each) or self._excludes_own(line, each) for each in old.lines) for line in new.lines
        )

    def _excludes_own(self, line: Line, old: Line) -> bool:
        if (line.operator, line.key) != (old.operator, old.key) or "Not" not in line.operator:
            return False
        gained = Line(line.operator, line.key, tuple(value for value in line.values if value not in old.values))
        return all(_is_somebody(line.key, value) for value in gained.values) and _accounts_of(gained) <= self.accounts

    def _opens(self, grant: Grant) -> str | None:
        """Return the problem with a principal; None if it is acceptable."""
        principal = grant.principal
        if not principal:
            return None
        named = [line for line in grant.lines if _names_somebody(line)]
        foreign = self._foreign(principal, named)
        if foreign:
            return f"would allow account {foreign}, which is not one of the product's,"
        if principal.negated or (principal.name == EVERYONE and principal.kind in (EVERYONE, "AWS")):
            return None if named else "would allow everyone"
        if principal.kind == "Federated" and not any(map(_names_subject, grant.lines)):
            return "would allow every identity of the identity provider"
        return None

    def _foreign(self, principal: Principal, named: Sequence[Line]) -> str | None:
        """Return an account outside the product that the principal or a condition names."""
        accounts = set(_ACCOUNT.findall(principal.name)) if principal.kind in ("AWS", "Federated") else set()
        if not any(line.key in (*_ORGANIZATION_KEYS, *_NETWORK_KEYS) for line in named):
            accounts |= {each for line in named for each in _accounts_of(line)}
        return min(accounts - self.accounts, default=None)

    def _widens(self, grant: Grant) -> str | None:
        """Return the problem with a narrowing policy that would no longer restrict anything."""
        is_all = "*" in grant.action.patterns and "*" in grant.resource.patterns and not grant.lines
        return "would allow everything," if is_all and self.before else None

    def _loosens(self, grant: Grant) -> str | None:
        """Return the problem with the conditions if the same access was granted under stricter ones."""
        for old in (each for each in self._old if grant.names_within(each)):
            for line in old.lines:
                kept = [each for each in grant.lines if each.key == line.key]
                if not kept:
                    return f"would allow without the condition {line.key}"
                is_kept = any(line.holds_with(each) for each in kept)
                if not is_kept and any(_is_wider(each, line, grant) for each in kept):
                    return f"would allow for more than {', '.join(line.values[:2])} ({line.key})"
        return None


def _is_of_deletions(grant: Grant) -> bool:
    return all(":delete" in pattern for pattern in grant.action.patterns)


def _is_wider(new: Line, old: Line, grant: Grant) -> bool:
    """Return whether a condition matches more than before: through its operator, or a value that includes an old one.

    Another value next to the old ones is normal growth, except for the tokens of an identity provider.
    """
    if new.operator.replace("Like", "Equals") != old.operator.replace("Like", "Equals"):
        return True
    gained = [value for value in new.values if value not in old.values]
    if grant.principal and grant.principal.kind == "Federated":
        return bool(gained)
    return any(includes(value, each) or is_wide(value) for value in gained for each in old.values)


def opened(plan: Plan, synthesized: Synthesized, accounts: frozenset[str]) -> Iterator[Finding]:
    """Yield what policies would allow after the plan, but not before it."""
    known = accounts | _existing_accounts(plan)
    for resource in plan.changes:
        yield from _opened(resource, plan, synthesized, known)


def _opened(
    resource: ResourceChange, plan: Plan, synthesized: Synthesized, accounts: frozenset[str]
) -> Iterator[Finding]:
    change = resource.change
    is_gone = change.after is None
    if is_gone and (resource.type not in ATTACHED or plan.is_removed_with(resource, ATTACHED[resource.type])):
        return
    is_released = resource.type in ATTACHED and plan.is_released(resource, ATTACHED[resource.type])
    for attribute, before, after in _pairs(resource, plan, synthesized):
        if is_unread(resource, attribute, plan, synthesized) and (before or _is_beside(resource, plan)):
            sentence = f"{resource.address} would get a {attribute} that is known only after the apply."
            yield Finding(resource.address, "exposure", f"{sentence} With --stack cdk.tf.json, the guard can check it.")
            continue
        for kind, finding in dict.fromkeys(
            _Comparison(resource, attribute, before, after, accounts, is_released).findings()
        ):
            yield Finding(resource.address, kind, f"{resource.address} {finding}.")


def _pairs(
    resource: ResourceChange, plan: Plan, synthesized: Synthesized
) -> Iterator[tuple[str, Sequence[Statement], Sequence[Statement]]]:
    """Yield each policy of a resource: its attribute, and its statements before and after."""
    change = resource.change
    if resource.type == "aws_lambda_permission":
        unknown = change.after_unknown if isinstance(change.after_unknown, dict) else {}
        placeholders = {name: "${unknown}" for name, each in unknown.items() if each is True}
        yield "permission", _permission(change.before), _permission({**(change.after or {}), **placeholders})
        return
    for name in ATTRIBUTES:
        yield name, statements_in(change.was(name)), statements_in(_after(resource, name, plan, synthesized))


def unread(plan: Plan, synthesized: Synthesized) -> list[str]:
    """Return the addresses of new policies that are known only after the apply and not in the synthesized stack."""
    return sorted(
        {
            resource.address
            for resource in plan.changes
            for name in ATTRIBUTES
            if resource.type not in _NARROWING
            and is_unread(resource, name, plan, synthesized)
            and not statements_in(resource.change.was(name))
            and not _is_beside(resource, plan)
        }
    )


def _is_beside(resource: ResourceChange, plan: Plan) -> bool:
    """Return whether the policy's resource already exists."""
    return resource.type in ATTACHED and plan.is_beside(resource, ATTACHED[resource.type])


def is_unread(resource: ResourceChange, attribute: str, plan: Plan, synthesized: Synthesized) -> bool:
    """Return whether the policy is known only after the apply and is not in the synthesized stack."""
    # These attributes mirror the separate policy resources of the bucket or role.
    if attribute == "inline_policy" or resource.type == "aws_s3_bucket":
        return False
    return resource.change.is_unknown(attribute) and not isinstance(_after(resource, attribute, plan, synthesized), str)


def _after(resource: ResourceChange, attribute: str, plan: Plan, synthesized: Synthesized) -> Any:
    """Return the policy after the plan, or the synthesized one if it is known only after the apply."""
    if not resource.change.is_unknown(attribute):
        return resource.change.becomes(attribute)
    name = resource.address.partition(".")[2]
    found = synthesized.get("resource", {}).get(resource.type, {}).get(name, {}).get(attribute)
    if not isinstance(found, str) or "Statement" not in found:
        return None
    return _TOKEN.sub(lambda token: plan.known(token[1], token[2]) or token[0], found)


def statements_in(policy: Any) -> list[Statement]:
    """Return the statements of a policy, given as JSON or as blocks with a policy; empty for anything else."""
    if isinstance(policy, list):
        return [each for block in policy if isinstance(block, dict) for each in statements_in(block.get("policy"))]
    try:
        document = json.loads(policy) if isinstance(policy, str) else {}
    except ValueError:
        return []
    found = document.get("Statement", []) if isinstance(document, dict) else []
    return [each for each in (found if isinstance(found, list) else [found]) if _is_statement(each)]


def _is_statement(value: Any) -> bool:
    conditions = value.get("Condition") or {} if isinstance(value, dict) else None
    return isinstance(conditions, dict) and all(isinstance(each, dict) for each in conditions.values())


def _permission(values: Mapping[str, Any] | None) -> list[Statement]:
    """Return a Lambda permission as the statement in the function's policy."""
    if not values or not values.get("principal"):
        return []
    principal = str(values["principal"])
    kind = "Service" if principal.endswith((".amazonaws.com", ".amazonaws.com.cn")) else "AWS"
    equal = {
        "aws:SourceAccount": values.get("source_account"),
        "aws:PrincipalOrgID": values.get("principal_org_id"),
        "lambda:FunctionUrlAuthType": values.get("function_url_auth_type"),
    }
    condition: dict[str, Any] = {"StringEquals": {key: value for key, value in equal.items() if value}}
    if values.get("source_arn"):
        condition["ArnLike"] = {"aws:SourceArn": values["source_arn"]}
    return [
        {
            "Sid": values.get("statement_id") or "",
            "Effect": "Allow",
            "Principal": {kind: principal},
            "Action": values.get("action") or "*",
            "Resource": values.get("function_name") or "*",
            "Condition": condition,
        }
    ]


def _powers(grant: Grant) -> str | None:
    """Return the problem with the permissions of a role, considering actions and resources."""
    if grant.principal or ("*" not in grant.resource.patterns and not grant.resource.negated):
        return None
    if grant.action.negated or set(grant.action.patterns) & {"*", "*:*"}:
        return "would be allowed everything,"
    (action,) = grant.action.patterns
    if grant.lines:
        return None
    if action.endswith(":*"):
        return "would be allowed all actions of a service,"
    gives = any(Element((action,)).includes(Element((each,))) for each in ESCALATION)
    return "would be allowed to give itself more permissions," if gives else None


def _names_subject(line: Line) -> bool:
    """Return whether a condition limits an identity provider's tokens to an application or a subject.

    `project_path:*` matches any project.
    """
    if line.key in ("saml:aud", "cognito-identity.amazonaws.com:aud"):
        return True
    fixed = [value.partition("*")[0].rstrip(":") for value in line.values if "*" in value]
    return line.key.endswith(":sub") and all(":" in each for each in fixed)


def _names_somebody(line: Line) -> bool:
    """Return whether a condition identifies callers, and does not just exclude some or match everyone."""
    operator = line.operator.lower()
    if "not" in operator or operator.endswith("ifexists") or operator.startswith(("null", "forallvalues")):
        return False
    return bool(line.values) and all(_is_somebody(line.key, value) for value in line.values)


def _is_somebody(key: str, value: str) -> bool:
    if value.startswith("${"):
        return key in (*_ACCOUNT_KEYS, *_ARN_KEYS, *_ORGANIZATION_KEYS, *_NETWORK_KEYS)
    if key in _ACCOUNT_KEYS:
        return _ACCOUNT.fullmatch(value) is not None
    if key in _ARN_KEYS:
        return _is_somebodys_arn(key, value)
    if key in _ORGANIZATION_KEYS:
        return value.startswith("o-") and not value.partition("/")[0].endswith(("-*", "-?"))
    if key in _NETWORK_KEYS:
        return bool(value.strip("*")) and "*" not in value
    return key in _ADDRESS_KEYS and not is_wide(value)


def _is_somebodys_arn(key: str, value: str) -> bool:
    parts = value.split(":", 5)
    if len(parts) < 6:
        return False
    account, resource = parts[4], parts[5]
    if account:
        return not set(account) & {"*", "?"}
    # Bucket names are globally unique.
    return key == "aws:sourcearn" and resource[:1] not in ("", "*", "?")


def _accounts_of(line: Line) -> set[str]:
    if line.key in _ACCOUNT_KEYS:
        return {value for value in line.values if _ACCOUNT.fullmatch(value)}
    if line.key in _ARN_KEYS:
        parts = [value.split(":", 5) for value in line.values]
        return {each[4] for each in parts if len(each) > 5 and _ACCOUNT.fullmatch(each[4])}
    return set()


def _existing_accounts(plan: Plan) -> frozenset[str]:
    """Return the accounts of the plan's existing resources."""
    arns = (str(each.change.was("arn")).split(":", 5) for each in plan.resource_changes)
    return frozenset(each[4] for each in arns if len(each) > 5 and _ACCOUNT.fullmatch(each[4]))


def _called(grant: Grant) -> str:
    statement = grant.statement
    actions = ", ".join(listed(statement.get("Action", statement.get("NotAction", "*")))[:3])
    actions = f"all but {actions}" if grant.action.negated else actions
    return f'"{statement["Sid"]}" ({actions})' if statement.get("Sid") else f"a statement without a Sid ({actions})"
