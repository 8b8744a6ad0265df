"""Policies, compared by meaning: who may do what, before and after, whatever the statements' ids and order.

What is refused of a grant that is new: everyone, whom no condition narrows; an account that is none of the product's;
a trust of an identity provider; the whole of AWS, or a right to give oneself more rights, for a role; and whatever was
granted under a condition before. A denial that goes is refused too.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iam.comparison import EVERYONE, Element, Grant, Line, Principal, beyond, grants
from iam.evaluation import Statement, listed
from iam.patterns import includes
from ops.guard.plan import Parent, Plan, ResourceChange
from ops.guard.ranges import is_wide
from ops.guard.refusal import Kind, Refusal

#: Attributes that hold a policy.
ATTRIBUTES = (
    "policy", "assume_role_policy", "access_policies", "resource_policy", "policy_text", "policy_document",
    "inline_policy",
)  # fmt: skip
#: An endpoint's policy narrows what passes it: everyone stands in it because it must (S3, DynamoDB).
_NARROWING = ("aws_vpc_endpoint", "aws_vpc_endpoint_policy")
#: Resources that are a policy of another one, which stays when they go.
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
#: Rights by which a role gives itself, or another one, more rights
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
#: Condition keys that name who may come, or on whose behalf ("AWS global condition context keys":
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
_ACCOUNT_KEYS = ("aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "kms:calleraccount")
_ARN_KEYS = ("aws:principalarn", "aws:sourcearn")
_ORGANIZATION_KEYS = ("aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths")
_NETWORK_KEYS = ("aws:sourcevpc", "aws:sourcevpce")
_ADDRESS_KEYS = ("aws:sourceip", "aws:vpcsourceip")
_ACCOUNT = re.compile(r"\d{12}")
_TOKEN = re.compile(r"\$\{([A-Za-z0-9_]+\.[A-Za-z0-9_-]+)\.([a-z0-9_]+)\}")

#: A stack's `cdk.tf.json`: on a first apply a policy that names a new resource is known only here, its ARNs as tokens.
Synthesized = Mapping[str, Any]


@dataclass(frozen=True)
class _Comparison:
    """A policy before and after a plan."""

    resource: ResourceChange
    attribute: str
    before: Sequence[Statement]
    after: Sequence[Statement]
    accounts: frozenset[str]
    """The product's own."""
    is_released: bool
    """Whether what the policy belongs to may be emptied from now on, which is refused there."""

    @property
    def _old(self) -> list[Grant]:
        return grants(self.before, "Allow")

    def findings(self) -> Iterator[tuple[Kind, str]]:
        """Yield what the plan would allow, or no longer deny."""
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
        """Return whether a denial denies what another did, but for somebody of ours whom it excepts by name."""
        return old.names_within(new) and all(
            any(line.holds_with(each) or self._excepts_ours(line, each) for each in old.lines) for line in new.lines
        )

    def _excepts_ours(self, line: Line, old: Line) -> bool:
        if (line.operator, line.key) != (old.operator, old.key) or "Not" not in line.operator:
            return False
        gained = Line(line.operator, line.key, tuple(value for value in line.values if value not in old.values))
        return all(_is_somebody(line.key, value) for value in gained.values) and _accounts_of(gained) <= self.accounts

    def _opens(self, grant: Grant) -> str | None:
        """Return what is wrong with a principal; None for one that may be named."""
        principal = grant.principal
        if not principal:
            return None
        named = [line for line in grant.lines if _names_somebody(line)]
        foreign = self._foreign(principal, named)
        if foreign:
            return f"would allow account {foreign}, which is none of the product's,"
        if principal.negated or (principal.name == EVERYONE and principal.kind in (EVERYONE, "AWS")):
            return None if named else "would allow everyone"
        if principal.kind == "Federated" and not any(map(_names_subject, grant.lines)):
            return "would allow everyone whom the identity provider knows"
        return None

    def _foreign(self, principal: Principal, named: Sequence[Line]) -> str | None:
        """Return an account that is none of ours and that the principal, or a condition, names."""
        accounts = set(_ACCOUNT.findall(principal.name)) if principal.kind in ("AWS", "Federated") else set()
        if not any(line.key in (*_ORGANIZATION_KEYS, *_NETWORK_KEYS) for line in named):
            accounts |= {each for line in named for each in _accounts_of(line)}
        return min(accounts - self.accounts, default=None)

    def _widens(self, grant: Grant) -> str | None:
        """Return what is wrong with a policy that only narrows, and that lets everything pass from now on."""
        is_all = "*" in grant.action.patterns and "*" in grant.resource.patterns and not grant.lines
        return "would let everything through," if is_all and self.before else None

    def _loosens(self, grant: Grant) -> str | None:
        """Return what is wrong with the conditions, where the same was granted under others."""
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
    """Return whether a condition takes in more than it did: by its operator, or by a value that includes an old one.

    A further value that stands beside the old ones is growth, but for an identity provider's tokens.
    """
    if new.operator.replace("Like", "Equals") != old.operator.replace("Like", "Equals"):
        return True
    gained = [value for value in new.values if value not in old.values]
    if grant.principal and grant.principal.kind == "Federated":
        return bool(gained)
    return any(includes(value, each) or is_wide(value) for value in gained for each in old.values)


def opened(plan: Plan, synthesized: Synthesized, accounts: frozenset[str]) -> Iterator[Refusal]:
    """Yield what policies would allow after the plan, and do not now."""
    known = accounts | _told_accounts(plan)
    for resource in plan.changes:
        yield from _opened(resource, plan, synthesized, known)


def _opened(
    resource: ResourceChange, plan: Plan, synthesized: Synthesized, accounts: frozenset[str]
) -> Iterator[Refusal]:
    change = resource.change
    is_gone = change.after is None
    if is_gone and (resource.type not in ATTACHED or plan.goes_along(resource, ATTACHED[resource.type])):
        return
    is_released = resource.type in ATTACHED and plan.is_released(resource, ATTACHED[resource.type])
    for attribute, before, after in _pairs(resource, plan, synthesized):
        if is_unread(resource, attribute, plan, synthesized) and (before or _is_beside(resource, plan)):
            sentence = f"{resource.address} would get a {attribute} that only the apply will tell."
            yield Refusal(resource.address, "exposure", f"{sentence} With --stack cdk.tf.json the guard reads it.")
            continue
        for kind, finding in dict.fromkeys(
            _Comparison(resource, attribute, before, after, accounts, is_released).findings()
        ):
            yield Refusal(resource.address, kind, f"{resource.address} {finding}.")


def _pairs(
    resource: ResourceChange, plan: Plan, synthesized: Synthesized
) -> Iterator[tuple[str, Sequence[Statement], Sequence[Statement]]]:
    """Yield each policy of a resource, by its attribute, as it is and as it will be."""
    change = resource.change
    if resource.type == "aws_lambda_permission":
        unknown = change.after_unknown if isinstance(change.after_unknown, dict) else {}
        untold = {name: "${untold}" for name, each in unknown.items() if each is True}
        yield "permission", _permission(change.before), _permission({**(change.after or {}), **untold})
        return
    for name in ATTRIBUTES:
        yield name, statements_in(change.was(name)), statements_in(_after(resource, name, plan, synthesized))


def unread(plan: Plan, synthesized: Synthesized) -> list[str]:
    """Return the addresses of new policies that only the apply will tell, and that were not synthesized either."""
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
    """Return whether what the policy is of is there already."""
    return resource.type in ATTACHED and plan.is_beside(resource, ATTACHED[resource.type])


def is_unread(resource: ResourceChange, attribute: str, plan: Plan, synthesized: Synthesized) -> bool:
    """Return whether only the apply will tell the policy, and the synthesized stack does not."""
    # AWS's own answers: what a bucket's policy resource says, and what a role's policy resources say.
    if attribute == "inline_policy" or resource.type == "aws_s3_bucket":
        return False
    return resource.change.is_unknown(attribute) and not isinstance(_after(resource, attribute, plan, synthesized), str)


def _after(resource: ResourceChange, attribute: str, plan: Plan, synthesized: Synthesized) -> Any:
    """Return the policy as it will be; as it was synthesized, where only the apply will tell."""
    if not resource.change.is_unknown(attribute):
        return resource.change.becomes(attribute)
    name = resource.address.partition(".")[2]
    found = synthesized.get("resource", {}).get(resource.type, {}).get(name, {}).get(attribute)
    if not isinstance(found, str) or "Statement" not in found:
        return None
    return _TOKEN.sub(lambda token: plan.known(token[1], token[2]) or token[0], found)


def statements_in(policy: Any) -> list[Statement]:
    """Return the statements of a policy, in JSON or in blocks that have one; none of what is no policy."""
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
    """Return a permission of a Lambda function as the statement that it becomes in the function's policy."""
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
    """Return what is wrong with what a role may do, by what it may do and on how much."""
    if grant.principal or ("*" not in grant.resource.patterns and not grant.resource.negated):
        return None
    if grant.action.negated or set(grant.action.patterns) & {"*", "*:*"}:
        return "would be allowed everything,"
    (action,) = grant.action.patterns
    if grant.lines:
        return None
    if action.endswith(":*"):
        return "would be allowed all of a service,"
    gives = any(Element((action,)).includes(Element((each,))) for each in ESCALATION)
    return "would be allowed to give itself more rights," if gives else None


def _names_subject(line: Line) -> bool:
    """Return whether a condition says whose tokens an identity provider's are: the application's, or the subject's.

    `project_path:*` is any project's.
    """
    if line.key in ("saml:aud", "cognito-identity.amazonaws.com:aud"):
        return True
    fixed = [value.partition("*")[0].rstrip(":") for value in line.values if "*" in value]
    return line.key.endswith(":sub") and all(":" in each for each in fixed)


def _names_somebody(line: Line) -> bool:
    """Return whether a condition names somebody; one that only excludes, or that anyone fulfils, names nobody."""
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
    # The name of a bucket is one in all accounts.
    return key == "aws:sourcearn" and resource[:1] not in ("", "*", "?")


def _accounts_of(line: Line) -> set[str]:
    if line.key in _ACCOUNT_KEYS:
        return {value for value in line.values if _ACCOUNT.fullmatch(value)}
    if line.key in _ARN_KEYS:
        parts = [value.split(":", 5) for value in line.values]
        return {each[4] for each in parts if len(each) > 5 and _ACCOUNT.fullmatch(each[4])}
    return set()


def _told_accounts(plan: Plan) -> frozenset[str]:
    """Return the accounts of what the plan's resources are now."""
    arns = (str(each.change.was("arn")).split(":", 5) for each in plan.resource_changes)
    return frozenset(each[4] for each in arns if len(each) > 5 and _ACCOUNT.fullmatch(each[4]))


def _called(grant: Grant) -> str:
    statement = grant.statement
    actions = ", ".join(listed(statement.get("Action", statement.get("NotAction", "*")))[:3])
    actions = f"all but {actions}" if grant.action.negated else actions
    return f'"{statement["Sid"]}" ({actions})' if statement.get("Sid") else f"a statement without a name ({actions})"
