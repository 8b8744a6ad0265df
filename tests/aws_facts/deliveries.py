"""The table of deliveries, `deliveries.toml`, and the requests that AWS makes in a stack according to it."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from iam.conditions import Context
from iam.evaluation import Statement, applies, effects, listed
from tests.aws_facts.managed_policies import managed_policy
from tests.aws_facts.stack import Document, Resource, Stack, fill, look_up

TABLE = Path(__file__).parent / "deliveries.toml"
OTHER_ACCOUNT = "999999999999"
#: Resources encrypted with a customer managed key: type, attribute of the ARN, attribute of the key, service that uses
#: the key, and encryption context key, whose value is the ARN.
ENCRYPTED = (
    ("aws_db_instance", "master_user_secret", "master_user_secret_kms_key_id", "secretsmanager", "SecretARN"),
    ("aws_kinesis_stream", "arn", "kms_key_id", "kinesis", "aws:kinesis:arn"),
    ("aws_rds_cluster", "master_user_secret", "master_user_secret_kms_key_id", "secretsmanager", "SecretARN"),
    ("aws_secretsmanager_secret", "arn", "kms_key_id", "secretsmanager", "SecretARN"),
    ("aws_sns_topic", "arn", "kms_master_key_id", "sns", "aws:sns:topicArn"),
    ("aws_sqs_queue", "arn", "kms_master_key_id", "sqs", "aws:sqs:arn"),
)
_BUCKET_KEY = "rule.apply_server_side_encryption_by_default.kms_master_key_id"


@dataclass(frozen=True)
class Request:
    """A request of an AWS service, or of one of our roles on behalf of a service."""

    stack: Stack
    cause: str
    """The address of the resource that causes the request."""
    caller: Literal["service", "role", "federated"]
    name: str
    """The service principal, the role's ARN, or the identity provider's ARN."""
    action: str
    arn: str
    context: Mapping[str, str | list[str]]
    foreign: Mapping[str, str] = field(default_factory=dict)
    """Context of the same request for another account, where it differs in more than the account ID."""

    def __str__(self) -> str:
        keys = ", ".join(f"{key}={value}" for key, value in self.context.items())
        return f"{self.stack.name} {self.cause}: {self.name} {self.action} {self.arn} ({keys})"

    @property
    def is_allowed(self) -> bool:
        """Whether the policies of the resource allow the request, and for a role those of the role."""
        found = self._effects(self._resource_side, self._caller_side)
        return found == {"Allow"}

    @property
    def for_another_account(self) -> "Request":
        """The same request on behalf of another account's resource."""
        changed = {key: _foreign(key, value, self.stack.account) for key, value in self.context.items()}
        return replace(self, context={**changed, **self.foreign})

    def used(self) -> Iterator[tuple[Document, Statement]]:
        """Yield the statements of the resource's policies that allow the request."""
        for document in self.stack.policies_of(self.arn):
            for statement in document.statements:
                if statement["Effect"] == "Allow" and applies(statement, self.action, self.arn, self._resource_side):
                    yield document, statement

    def _effects(self, resource_side: Context, caller_side: Context) -> set[str]:
        found: set[str] = set()
        for document in self.stack.policies_of(self.arn):
            found |= effects(document.text, self.action, self.arn, resource_side)
        if self.caller == "role":
            for document in self.stack.role_policies(self.name):
                found |= effects(document.text, self.action, self.arn, caller_side)
            for policy_arn in self.stack.managed_policies(self.name):
                found |= effects(managed_policy(policy_arn), self.action, self.arn, caller_side)
        return found

    @cached_property
    def _keys(self) -> dict[str, str | list[str]]:
        context = {key.lower(): value for key, value in self.context.items()}
        return {"aws:securetransport": "true", **context}

    @property
    def _resource_side(self) -> Context:
        """The context for the resource's policies.

        It has no account ID for a role, because a statement for the whole account delegates access to the role's own
        policies ([AWS KMS Developer Guide, Default key policy]
        (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html)).
        """
        if self.caller == "service":
            return {**self._keys, "aws:principalservicename": self.name, "aws:principalisawsservice": "true"}
        caller = "aws:federatedprovider" if self.caller == "federated" else "aws:principalarn"
        return {**self._keys, caller: self.name, "aws:principalisawsservice": "false"}

    @property
    def _caller_side(self) -> Context:
        return {**self._resource_side, "aws:principalaccount": self.stack.account}


@dataclass(frozen=True)
class RequestTemplate:
    """An entry of a delivery's `requests`: the caller, its actions, and their resource."""

    caller: Literal["service", "role", "federated"]
    name: str
    actions: tuple[str, ...]
    on: str
    context: Mapping[str, Any]
    foreign: Mapping[str, str]
    key: tuple[str, ...]
    """Actions on the key that encrypts the target, if it is a customer managed key."""
    unprotected: str
    """Why the same request for another account is allowed too; "" if it is not."""


@dataclass(frozen=True)
class Delivery:
    """A row of the table: something that AWS does for a resource, with requests that must be allowed."""

    what: str
    page: str
    link: str
    resource: str
    where: Mapping[str, Any]
    each: str
    joins: tuple[Mapping[str, str], ...]
    idle: str
    """Why no stack has such a resource; "" if one has."""
    requests: tuple[RequestTemplate, ...]

    def in_stack(self, stack: Stack, template: RequestTemplate) -> Iterator[Request]:
        """Yield the requests of one entry in a stack."""
        for scope in self._scopes(stack):
            name, arn = scope.fill(template.name), scope.fill(template.on)
            context = {key: scope.fill_all(value) for key, value in template.context.items()}
            foreign = {scope.fill(key): scope.fill(value) for key, value in template.foreign.items()}
            context = {scope.fill(key): value for key, value in context.items()}
            for action in template.actions:
                yield Request(stack, scope.resource.address, template.caller, name, action, arn, context, foreign)
            for action in template.key:
                yield from _on_key(stack, scope, template, name, action, arn, context)

    def _scopes(self, stack: Stack) -> Iterator["Scope"]:
        for resource in stack.of_type(self.resource):
            scopes: Iterable[Scope] = [Scope(resource, {})]
            if self.each:
                scopes = [Scope(resource, {"each": Item(stack, block)}) for block in _blocks(resource, self.each)]
            scopes = [scope for scope in scopes if scope.matches(self.where)]
            for join in self.joins:
                scopes = [joined for scope in scopes for joined in scope.joined(join)]
            yield from scopes


@dataclass(frozen=True)
class Item:
    """A block inside a resource, or a value of a list."""

    stack: Stack
    block: Any

    def find(self, path: str) -> Any:
        return self.stack.resolve(look_up(self.block, path) if path else self.block)

    def has(self, path: str) -> bool:
        return bool(look_up(self.block, path))


@dataclass(frozen=True)
class Scope:
    """A resource, with the block (`{each.key}`) and the joined resources (`{function.role}`) of a row's templates."""

    resource: Resource
    others: Mapping[str, Resource | Item]

    def find(self, path: str) -> Any:
        first, _, rest = path.partition(".")
        if first in self.others:
            return self.others[first].find(rest)
        return self.resource.find(path)

    def fill(self, template: str) -> str:
        return fill(template, self)

    def fill_all(self, value: Any) -> str | list[str]:
        return [self.fill(each) for each in value] if isinstance(value, list) else self.fill(value)

    def matches(self, where: Mapping[str, Any]) -> bool:
        """Return whether each path has its value: a string, a Boolean, "~" and a pattern, or "" for no value."""
        return all(
            self.has(path) is wanted if isinstance(wanted, bool) else _matches(self.find(path), wanted)
            for path, wanted in where.items()
        )

    def has(self, path: str) -> bool:
        first, _, rest = path.partition(".")
        return self.others[first].has(rest) if first in self.others else self.resource.has(path)

    def joined(self, join: Mapping[str, str]) -> Iterator["Scope"]:
        """Yield the scope with each resource of a type, or block of a list, whose `right` is this scope's `left`."""
        left = self.fill(join["left"])
        for other in self._joinable(join):
            if fill(join["right"], other, self) == left:
                yield Scope(self.resource, {**self.others, join["as"]: other})

    def _joinable(self, join: Mapping[str, str]) -> Iterator[Resource | Item]:
        if "list" in join:
            yield from (Item(self.resource.stack, block) for block in _blocks(self.resource, join["list"]))
        else:
            yield from self.resource.stack.of_type(join["type"])


def load() -> dict[str, Any]:
    """Return the whole table."""
    return tomllib.loads(TABLE.read_text())


def deliveries() -> list[Delivery]:
    """Return the rows of the table."""
    return [
        Delivery(
            what=row["what"],
            page=row["page"],
            link=row["link"],
            resource=row["resource"],
            where=row.get("where", {}),
            each=row.get("each", ""),
            joins=tuple(row.get("joins", ())),
            idle=row.get("idle", ""),
            requests=tuple(_request_template(each) for each in row["requests"]),
        )
        for row in load()["delivery"]
    ]


def _request_template(entry: Mapping[str, Any]) -> RequestTemplate:
    (caller,) = {"service", "role", "federated"} & set(entry)
    return RequestTemplate(
        caller=caller,  # type: ignore[arg-type]
        name=entry[caller],
        actions=tuple(entry["actions"]),
        on=entry["on"],
        context=entry.get("context", {}),
        foreign=entry.get("foreign", {}),
        key=tuple(entry.get("key", ())),
        unprotected=entry.get("unprotected", ""),
    )


def _blocks(resource: Resource, path: str) -> list[Any]:
    """Return the blocks at a path, which can pass through lists, and through lists in JSON."""
    found: list[Any] = [resource.block]
    for part in path.split("."):
        found = [look_up({"x": block}, f"x.{part}") for block in found]
        found = [each for value in found if value is not None for each in _items(value)]
    return found


def _items(value: Any) -> list[Any]:
    if isinstance(value, str) and value.startswith("["):
        value = json.loads(value)
    return value if isinstance(value, list) else [value]


def _matches(found: Any, wanted: str) -> bool:
    text = "" if found is None else listed(found)[0]
    return bool(re.fullmatch(wanted[1:], text)) if wanted.startswith("~") else text == wanted


def _on_key(
    stack: Stack,
    scope: Scope,
    template: RequestTemplate,
    name: str,
    action: str,
    arn: str,
    context: Mapping[str, Any],
) -> Iterator[Request]:
    """Yield the request for the key that encrypts the target, if it is a customer managed key."""
    for key_arn, via, encryption_context in _keys_of(stack, arn):
        keys: dict[str, Any] = {**context, **{f"kms:EncryptionContext:{k}": v for k, v in encryption_context.items()}}
        if template.caller == "role":
            keys["kms:ViaService"] = via
        yield Request(stack, scope.resource.address, template.caller, name, action, key_arn, keys, template.foreign)


def _keys_of(stack: Stack, arn: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    for kind, arn_attribute, key_attribute, service, context in ENCRYPTED:
        for resource in stack.of_type(kind):
            if resource.find(key_attribute) and resource.find(arn_attribute) == arn:
                yield resource.find(key_attribute), f"{service}.{resource.region}.amazonaws.com", {context: arn}
    for resource in stack.of_type("aws_s3_bucket_server_side_encryption_configuration"):
        bucket = f"arn:aws:s3:::{resource.find('bucket')}"
        if arn.startswith(f"{bucket}/") and (key := resource.find(_BUCKET_KEY)):
            yield key, f"s3.{resource.region}.amazonaws.com", {"aws:s3:arn": bucket}


def _foreign(key: str, value: str | list[str], account: str) -> str | list[str]:
    if isinstance(value, list):
        return [str(_foreign(key, each, account)) for each in value]
    if key.lower() == "aws:sourcearn" and value.startswith("arn:aws:s3:::"):
        return "arn:aws:s3:::bucket-of-another-account"
    return value.replace(account, OTHER_ACCOUNT)
