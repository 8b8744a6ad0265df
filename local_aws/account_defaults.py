"""Defaults of an account: instance metadata, and account settings of ECS.

- AWS: ModifyInstanceMetadataDefaults and GetInstanceMetadataDefaults of EC2, for each account and Region; a value of
  no-preference, or -1, removes the default ([ModifyInstanceMetadataDefaults]
  (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataDefaults.html)). Moto 5.2.5 has
  neither. Added: both; instances do not change.
- AWS: PutAccountSettingDefault of ECS, and ListAccountSettings with effectiveSettings, which returns AWS's default for
  settings that nobody has changed ([ListAccountSettings]
  (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListAccountSettings.html)). Moto has only settings of
  one user. Added: both, with one value for all users and roles.
"""

from collections.abc import Callable
from typing import Any

from local_aws.extend import add, respond

_METADATA = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "InstanceMetadataTags")
_NO_PREFERENCE = ("no-preference", "-1")


def install() -> None:
    """Add the operations to Moto's EC2 and ECS."""
    from moto.ec2.responses import EC2Response
    from moto.ecs.responses import EC2ContainerServiceResponse

    add(EC2Response, modify_instance_metadata_defaults, get_instance_metadata_defaults)
    add(EC2ContainerServiceResponse, put_account_setting_default)
    add(EC2ContainerServiceResponse, _effective(EC2ContainerServiceResponse.list_account_settings))


def modify_instance_metadata_defaults(response: Any) -> Any:
    """ModifyInstanceMetadataDefaults: what the request does not name stays as it is."""
    defaults = _defaults(response)
    for name in _METADATA:
        value = response._get_param(name)
        if value is not None:
            defaults[name] = value
        if str(value) in _NO_PREFERENCE:
            del defaults[name]
    return respond({"Return": True})


def get_instance_metadata_defaults(response: Any) -> Any:
    """GetInstanceMetadataDefaults."""
    return respond({"AccountLevel": _defaults(response)})


def put_account_setting_default(response: Any) -> Any:
    """PutAccountSettingDefault."""
    name, value = response._get_param("name"), response._get_param("value")
    response.ecs_backend.put_account_setting(name, value)
    return respond({"setting": _setting(response, name, value)})


def _effective(list_settings: Callable[..., Any]) -> Callable[..., Any]:
    def list_account_settings(response: Any) -> Any:
        name = response._get_param("name")
        if not (name and response._get_param("effectiveSettings")):
            return list_settings(response)
        found = response.ecs_backend.account_settings.get(name)
        return respond({"settings": [_setting(response, name, found.value if found else "disabled")]})

    return list_account_settings


def _setting(response: Any, name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value, "principalArn": f"arn:aws:iam::{response.current_account}:root"}


def _defaults(response: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = response.ec2_backend.__dict__.setdefault("instance_metadata_defaults", {})
    return defaults
