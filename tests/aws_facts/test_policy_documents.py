"""Every policy document of every stack against the Service Authorization Reference and the services' own limits."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from iam.evaluation import Statement, listed
from tests.aws_facts.catalog import Action, actions, is_for
from tests.aws_facts.stack import POLICY_ATTRIBUTES, Document, PolicyKind, Stack
from tests.support.template import Template

#: Characters of a document, or where a service says so bytes, at most.
LIMITS: dict[PolicyKind, int] = {
    # [IAM User Guide, IAM and AWS STS quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)
    "trust": 2048,
    # [Amazon S3 User Guide, Adding a bucket policy by using the Amazon S3 console]
    # (https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html)
    "bucket": 20 * 1024,
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
#: All policies that are written into one role, on the same page as a trust policy's limit.
ROLE_LIMIT = 10240
#: Statements and conditions of a queue's policy, on the same page as its size.
QUEUE_STATEMENTS, QUEUE_CONDITIONS = 20, 10
#: Operators for each type of a condition key: [IAM User Guide, IAM JSON policy elements: Condition operators]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html). ARNs may be
#: compared as texts, and the other way round.
OPERATORS = {"String": ("String", "Arn"), "ARN": ("Arn", "String"), "Bool": ("Bool",), "IPAddress": ("IpAddress",)}
_SET = re.compile(r"For(Any|All)Values?:")

Findings = Iterator[str]


def unknown_actions(_: Document, statement: Statement) -> Findings:
    """Yield actions that no service has."""
    for pattern in _actions_of(statement):
        if pattern != "*" and not actions(pattern):
            yield f"{pattern} is no action"


def actions_without_a_resource(document: Document, statement: Statement) -> Findings:
    """Yield actions that none of the statement's resources is for: they allow, or deny, nothing."""
    if "Resource" not in statement or document.kind == "key":
        return
    for pattern in _actions_of(statement):
        known = actions(pattern)
        if known and not any(
            is_for(action, resource) for action in known for resource in listed(statement["Resource"])
        ):
            yield f"{pattern} is for {known[0].arns or '*'} and not for {listed(statement['Resource'])}"


def resources_without_an_action(document: Document, statement: Statement) -> Findings:
    """Yield resources that none of the statement's actions is for."""
    if "Resource" not in statement or "*" in _actions_of(statement):
        return
    known = [action for pattern in _actions_of(statement) for action in actions(pattern)]
    for resource in listed(statement["Resource"]):
        if resource != "*" and not any(is_for(action, resource) for action in known):
            yield f"{resource} is for none of {_actions_of(statement)}"


def malformed_arns(_: Document, statement: Statement) -> Findings:
    """Yield resources that are no ARNs, or bear a token."""
    for resource in [*listed(statement.get("Resource", [])), *listed(statement.get("NotResource", []))]:
        if resource != "*" and not re.fullmatch(r"arn:aws:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}|\*)?:[^$]+", resource):
            yield f"{resource} is no ARN"


def unknown_condition_keys(document: Document, statement: Statement) -> Findings:
    """Yield condition keys that an action does not know: the statement never applies to it."""
    for _, key in _conditions(statement):
        for action in _all_actions(statement):
            if action.key_type(key) is None and not _is_claim(document, statement, key):
                yield f"{key} is not known to {action.name}"


def operators_of_another_type(_: Document, statement: Statement) -> Findings:
    """Yield operators that do not fit the key: multivalued keys need ForAnyValue or ForAllValues, others take none.

    [IAM User Guide, Single-valued vs. multivalued context keys]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).
    """
    for operator, key in _conditions(statement):
        types = {kind for action in _all_actions(statement) if (kind := action.key_type(key))}
        for kind in types:
            single = kind.removeprefix("ArrayOf")
            if (kind != single) is not bool(_SET.match(operator)):
                yield f"{operator} of {key}, which is {kind}"
            plain = _SET.sub("", operator)
            if plain != "Null" and not plain.startswith(OPERATORS.get(single, (single,))):
                yield f"{operator} of {key}, which is {kind}"


def ids_twice_or_malformed(document: Document, _: Statement) -> Findings:
    """Yield ids of statements that occur twice, or that IAM refuses ("IAM JSON policy elements: Sid")."""
    ids = [statement["Sid"] for statement in document.statements if "Sid" in statement]
    letters = r"[A-Za-z0-9_-]+" if document.kind == "function" else r"[A-Za-z0-9]+"
    yield from (f"{sid} twice" for sid, count in Counter(ids).items() if count > 1)
    yield from (f"{sid} has characters that IAM refuses" for sid in ids if not re.fullmatch(letters, sid))


CHECKS = (
    unknown_actions,
    actions_without_a_resource,
    resources_without_an_action,
    malformed_arns,
    unknown_condition_keys,
    operators_of_another_type,
    ids_twice_or_malformed,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_no_policy_document_has(check: Callable[[Document, Statement], Findings], stacks: list[Stack]) -> None:
    found = [
        f"{document.where} {statement.get('Sid', '-')}: {finding}"
        for stack in stacks
        for document in stack.documents
        for statement in document.statements
        for finding in check(document, statement)
    ]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ({"Action": "s3:GetObjects", "Resource": "*"}, ["s3:GetObjects is no action"]),
        (
            {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::content"},
            ["s3:GetObject is for", "arn:aws:s3:::content is for none of"],
        ),
        (
            {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::content/*"},
            ["s3:ListBucket is for"],
        ),
        (
            {
                "Action": "ecs:DescribeTaskDefinition",
                "Resource": "arn:aws:ecs:eu-west-1:333333333333:task-definition/x:1",
            },
            ["ecs:DescribeTaskDefinition is for *", "is for none of"],
        ),
        ({"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:jobs"}, ["arn:aws:sqs:jobs is no ARN"]),
        (
            {"Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"kms:ViaService": "x"}}},
            ["kms:ViaService is not known to sqs:SendMessage"],
        ),
        (
            {"Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringLike": {"kms:ResourceAliases": "alias/*"}}},
            ["StringLike of kms:ResourceAliases, which is ArrayOfString"],
        ),
        (
            {
                "Action": "kms:Decrypt",
                "Resource": "*",
                "Condition": {"ForAnyValue:StringEquals": {"kms:ViaService": "x"}},
            },
            ["ForAnyValue:StringEquals of kms:ViaService, which is String"],
        ),
        (
            {"Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:SecureTransport": "true"}}},
            ["StringEquals of aws:SecureTransport, which is Bool"],
        ),
        ({"Sid": "to-read", "Action": "s3:GetObject", "Resource": "*"}, ["to-read has characters"]),
        ({"Sid": "Read", "Action": "s3:GetObject*", "Resource": "arn:aws:s3:::content/*"}, []),
    ],
)
def test_what_the_checks_find(prod: Template, statement: Statement, said: list[str]) -> None:
    role = Stack(prod).of_type("aws_iam_role_policy")[0]
    document = Document(role, "identity", json.dumps({"Statement": [{"Effect": "Allow", **statement}]}))
    found = sorted(finding for check in CHECKS for finding in check(document, document.statements[0]))
    assert len(found) == len(said), found
    assert all(any(each in finding for finding in found) for each in said), found


def test_documents_are_small_enough(stacks: list[Stack]) -> None:
    sizes = {
        f"{document.where}: {size} of {LIMITS[document.kind]}": size > LIMITS[document.kind]
        for stack in stacks
        for document in stack.documents
        if document.kind in LIMITS and (size := _size(document))
    }
    assert [where for where, too_large in sizes.items() if too_large] == []


def test_the_policies_of_a_role_are_small_enough_together(stacks: list[Stack]) -> None:
    for stack in stacks:
        sizes: Counter[str] = Counter()
        for document in stack.documents:
            if document.kind == "identity":
                sizes[str(document.resource.find("role"))] += _size(document)
        assert {role: size for role, size in sizes.items() if size > ROLE_LIMIT} == {}


def test_queue_policies_have_few_statements_and_conditions(stacks: list[Stack]) -> None:
    for document in (each for stack in stacks for each in stack.documents if each.kind == "queue"):
        conditions = [line for statement in document.statements for line in _conditions(statement)]
        assert len(document.statements) <= QUEUE_STATEMENTS, document.where
        assert len(conditions) <= QUEUE_CONDITIONS, document.where


def test_every_attribute_with_a_policy_document_is_known(stacks: list[Stack]) -> None:
    found = {
        (resource.type, attribute)
        for stack in stacks
        for resource in stack.resources
        for attribute, value in resource.block.items()
        if '"Statement"' in json.dumps(value) or '\\"Statement\\"' in json.dumps(value)
    }
    assert found <= set(POLICY_ATTRIBUTES), "add them to POLICY_ATTRIBUTES, with their kind"


def test_a_token_of_unknown_form_is_refused(prod: Template) -> None:
    with pytest.raises(LookupError, match="not in EXPRESSIONS"):
        Stack(prod).resolve("${one(aws_sqs_queue.x[*].arn)}")
    with pytest.raises(LookupError, match="not in ATTRIBUTES"):
        Stack(prod).resolve("${aws_vpc.network_vpc.arn}")


def _actions_of(statement: Statement) -> list[str]:
    return listed(statement.get("Action", statement.get("NotAction", [])))


def _all_actions(statement: Statement) -> Iterator[Action]:
    """Yield the actions that are named one by one; of a wildcard's, some may not know a key that others need."""
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
    """Return a document's size as its service counts; IAM counts no white space."""
    text = re.sub(r"\s", "", document.text) if document.kind in ("trust", "identity") else document.text
    return len(text.encode())
