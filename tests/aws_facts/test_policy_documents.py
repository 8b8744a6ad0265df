"""Policy documents of every stack against the Service Authorization Reference and the services' quotas."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from iam.evaluation import Statement, listed
from tests.aws_facts.catalog import Action, actions, applies_to
from tests.aws_facts.stack import POLICY_ATTRIBUTES, Document, PolicyKind, Stack
from tests.support.template import Template

#: Maximum size of a document in characters, or in bytes if the service counts those.
LIMITS: dict[PolicyKind, int] = {
    # [IAM User Guide, IAM and AWS STS quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)
    "trust": 2048,
    "managed": 6144,
    # [Amazon S3 User Guide, Adding a bucket policy by using the Amazon S3 console]
    # (https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html)
    "bucket": 20 * 1024,
    # [Amazon OpenSearch Service quotas, Domain policy quota]
    # (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html)
    "domain": 100 * 1024,
    # [AWS KMS Developer Guide, Change a key policy]
    # (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying.html)
    "key": 32 * 1024,
    # [Amazon SQS policy quotas]
    # (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html)
    "queue": 8192,
    # [Amazon ECR API Reference, SetRepositoryPolicy]
    # (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html)
    "repository": 10240,
    # [AWS PrivateLink, Control access to VPC endpoints using endpoint policies]
    # (https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html)
    "endpoint": 20480,
    # [Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)
    "function": 20 * 1024,
}
#: Maximum size of all inline policies of a role, on the same page as the quota of a trust policy.
ROLE_LIMIT = 10240
#: Default maximum of managed policies that are attached to a role, on the same page.
ATTACHED_LIMIT = 10
#: Maximum statements and conditions of a queue's policy, on the same page as its size.
QUEUE_STATEMENTS, QUEUE_CONDITIONS = 20, 10
#: Operators for each type of a condition key: [IAM User Guide, IAM JSON policy elements: Condition operators]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html). ARNs can be
#: compared as strings, and strings as ARNs.
OPERATORS = {"String": ("String", "Arn"), "ARN": ("Arn", "String"), "Bool": ("Bool",), "IPAddress": ("IpAddress",)}
_SET = re.compile(r"For(Any|All)Values?:")

Findings = Iterator[str]


def unknown_actions(_: Document, statement: Statement) -> Findings:
    """Yield actions that no service has."""
    for pattern in _actions_of(statement):
        if pattern != "*" and not actions(pattern):
            yield f"{pattern} is not an action"


def actions_without_a_resource(document: Document, statement: Statement) -> Findings:
    """Yield actions that apply to none of the statement's resources, and so have no effect."""
    if "Resource" not in statement or document.kind == "key":
        return
    for pattern in _actions_of(statement):
        known = actions(pattern)
        if known and not any(
            applies_to(action, resource) for action in known for resource in listed(statement["Resource"])
        ):
            yield f"{pattern} applies to {known[0].arns or '*'}, not to {listed(statement['Resource'])}"


def resources_without_an_action(document: Document, statement: Statement) -> Findings:
    """Yield resources to which none of the statement's actions applies."""
    if "Resource" not in statement or "*" in _actions_of(statement):
        return
    known = [action for pattern in _actions_of(statement) for action in actions(pattern)]
    for resource in listed(statement["Resource"]):
        if resource != "*" and not any(applies_to(action, resource) for action in known):
            yield f"{resource} is not a resource of {_actions_of(statement)}"


def malformed_arns(_: Document, statement: Statement) -> Findings:
    """Yield resources that are not ARNs, or have a token of Terraform.

    IAM has variables such as `${aws:username}`, with two dollar signs in Terraform.
    """
    form = r"arn:aws:[a-z0-9-]+:([a-z0-9-]*|\*):([0-9]{12}|\*)?:([^$]|\$?\$\{aws:\w+\})+"
    for resource in [*listed(statement.get("Resource", [])), *listed(statement.get("NotResource", []))]:
        if resource != "*" and not re.fullmatch(form, resource):
            yield f"{resource} is not an ARN"


def unknown_condition_keys(document: Document, statement: Statement) -> Findings:
    """Yield condition keys that an action does not support, so that the statement never applies to it."""
    for _, key in _conditions(statement):
        for action in _all_actions(statement):
            if action.key_type(key) is None and not _is_claim(document, statement, key):
                yield f"{key} is not supported by {action.name}"


def operators_of_another_type(_: Document, statement: Statement) -> Findings:
    """Yield operators of another type than the key. Multivalued keys, and only those, need ForAnyValue or ForAllValues.

    [IAM User Guide, Single-valued vs. multivalued context keys]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).
    """
    for operator, key in _conditions(statement):
        types = {kind for action in _all_actions(statement) if (kind := action.key_type(key))}
        for kind in types:
            single = kind.removeprefix("ArrayOf")
            if (kind != single) is not bool(_SET.match(operator)):
                yield f"{operator} for {key}, which is {kind}"
            plain = _SET.sub("", operator)
            if plain != "Null" and not plain.startswith(OPERATORS.get(single, (single,))):
                yield f"{operator} for {key}, which is {kind}"


def duplicate_or_malformed_sids(document: Document, _: Statement) -> Findings:
    """Yield statement IDs that occur twice, or that IAM does not allow.

    [IAM JSON policy elements: Sid]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html).
    """
    sids = [statement["Sid"] for statement in document.statements if "Sid" in statement]
    pattern = r"[A-Za-z0-9_-]+" if document.kind == "function" else r"[A-Za-z0-9]+"
    yield from (f"{sid} occurs twice" for sid, count in Counter(sids).items() if count > 1)
    yield from (f"{sid} has invalid characters" for sid in sids if not re.fullmatch(pattern, sid))


CHECKS = (
    unknown_actions,
    actions_without_a_resource,
    resources_without_an_action,
    malformed_arns,
    unknown_condition_keys,
    operators_of_another_type,
    duplicate_or_malformed_sids,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_policy_documents_of_every_stack_have_none_of(
    check: Callable[[Document, Statement], Findings], stacks: list[Stack]
) -> None:
    found = [
        f"{document.where} {statement.get('Sid', '-')}: {finding}"
        for stack in stacks
        for document in stack.documents
        for statement in document.statements
        for finding in check(document, statement)
    ]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("statement", "messages"),
    [
        ({"Action": "s3:GetObjects", "Resource": "*"}, ["s3:GetObjects is not an action"]),
        (
            {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::content"},
            ["s3:GetObject applies to", "arn:aws:s3:::content is not a resource of"],
        ),
        (
            {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::content/*"},
            ["s3:ListBucket applies to"],
        ),
        (
            {
                "Action": "ecs:DescribeTaskDefinition",
                "Resource": "arn:aws:ecs:eu-west-1:333333333333:task-definition/x:1",
            },
            ["ecs:DescribeTaskDefinition applies to *", "is not a resource of"],
        ),
        ({"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:jobs"}, ["arn:aws:sqs:jobs is not an ARN"]),
        (
            {"Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"kms:ViaService": "x"}}},
            ["kms:ViaService is not supported by sqs:SendMessage"],
        ),
        (
            {"Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringLike": {"kms:ResourceAliases": "alias/*"}}},
            ["StringLike for kms:ResourceAliases, which is ArrayOfString"],
        ),
        (
            {
                "Action": "kms:Decrypt",
                "Resource": "*",
                "Condition": {"ForAnyValue:StringEquals": {"kms:ViaService": "x"}},
            },
            ["ForAnyValue:StringEquals for kms:ViaService, which is String"],
        ),
        (
            {"Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:SecureTransport": "true"}}},
            ["StringEquals for aws:SecureTransport, which is Bool"],
        ),
        ({"Sid": "to-read", "Action": "s3:GetObject", "Resource": "*"}, ["to-read has invalid characters"]),
        ({"Sid": "Read", "Action": "s3:GetObject*", "Resource": "arn:aws:s3:::content/*"}, []),
    ],
)
def test_checks_of_a_statement_find_its_mistakes(prod: Template, statement: Statement, messages: list[str]) -> None:
    role = Stack(prod).of_type("aws_iam_role_policy")[0]
    document = Document(role, "identity", json.dumps({"Statement": [{"Effect": "Allow", **statement}]}))
    found = sorted(finding for check in CHECKS for finding in check(document, document.statements[0]))
    assert len(found) == len(messages), found
    assert all(any(each in finding for finding in found) for each in messages), found


def test_policy_documents_are_within_their_quotas(stacks: list[Stack]) -> None:
    sizes = {
        f"{document.where}: {size} of {LIMITS[document.kind]}": size > LIMITS[document.kind]
        for stack in stacks
        for document in stack.documents
        if document.kind in LIMITS and (size := _size(document))
    }
    assert [where for where, too_large in sizes.items() if too_large] == []


def test_inline_policies_of_a_role_are_within_the_quota(stacks: list[Stack]) -> None:
    for stack in stacks:
        sizes: Counter[str] = Counter()
        for document in stack.documents:
            if document.kind == "identity":
                sizes[str(document.resource.find("role"))] += _size(document)
        assert {role: size for role, size in sizes.items() if size > ROLE_LIMIT} == {}


def test_managed_policies_of_a_role_are_within_the_quota(stacks: list[Stack]) -> None:
    for stack in stacks:
        attached = Counter(str(each.find("role")) for each in stack.of_type("aws_iam_role_policy_attachment"))
        assert {role: count for role, count in attached.items() if count > ATTACHED_LIMIT} == {}


def test_queue_policies_are_within_the_quotas_of_statements_and_conditions(stacks: list[Stack]) -> None:
    for document in (each for stack in stacks for each in stack.documents if each.kind == "queue"):
        conditions = [line for statement in document.statements for line in _conditions(statement)]
        assert len(document.statements) <= QUEUE_STATEMENTS, document.where
        assert len(conditions) <= QUEUE_CONDITIONS, document.where


def test_attributes_with_a_policy_document_are_in_the_table(stacks: list[Stack]) -> None:
    found = {
        (resource.type, attribute)
        for stack in stacks
        for resource in stack.resources
        for attribute, value in resource.block.items()
        if '"Statement"' in json.dumps(value) or '\\"Statement\\"' in json.dumps(value)
    }
    assert found <= set(POLICY_ATTRIBUTES), "add them to POLICY_ATTRIBUTES, with their kind"


def test_resolve_of_an_unknown_token_raises(prod: Template) -> None:
    with pytest.raises(LookupError, match="not in EXPRESSIONS"):
        Stack(prod).resolve("${one(aws_sqs_queue.x[*].arn)}")
    with pytest.raises(LookupError, match="not in ATTRIBUTES"):
        Stack(prod).resolve("${aws_vpc.network_vpc.arn}")


def _actions_of(statement: Statement) -> list[str]:
    return listed(statement.get("Action", statement.get("NotAction", [])))


def _all_actions(statement: Statement) -> Iterator[Action]:
    """Yield the actions without wildcards: of those with one, some may not support a key that others require."""
    for pattern in _actions_of(statement):
        if "*" not in pattern:
            yield from actions(pattern)


def _conditions(statement: Statement) -> list[tuple[str, str]]:
    return [(operator, key) for operator, lines in statement.get("Condition", {}).items() for key in lines]


def _is_claim(document: Document, statement: Statement, key: str) -> bool:
    """Return whether the key is a claim of the identity provider that the statement trusts."""
    provider = statement["Principal"].get("Federated", "") if document.kind == "trust" else ""
    return key in {f"{provider.partition('/')[2]}:{claim}" for claim in ("aud", "sub")}


def _size(document: Document) -> int:
    """Return a document's size as its service counts it; IAM does not count white space."""
    text = re.sub(r"\s", "", document.text) if document.kind in ("trust", "identity", "managed") else document.text
    return len(text.encode())
