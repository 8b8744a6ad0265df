"""ElastiCache: parameter groups, user groups, users, and subnet groups that can be changed.

- AWS: parameter groups can be created, changed, reset, read by source, and deleted. Moto 5.2.5 supports none of this.
  Added; only parameters that were set are listed, not those of the engine.
- AWS: user groups consist of users, and can be changed and deleted. Moto does not have them. Added.
- AWS: ModifyUser, and the type of a user without a password is `no-password`. Moto has no ModifyUser and returns the
  request's `no-password-required`. Added.
- AWS: ModifyCacheSubnetGroup and DeleteCacheSubnetGroup. Moto has neither. Added.
"""

from collections.abc import Iterable
from typing import Any

from local_aws.extend import add, respond

_Answer = dict[str, Any]
_State = dict[str, _Answer]


def install() -> None:
    """Add the operations to Moto's ElastiCache."""
    from moto.elasticache.models import User
    from moto.elasticache.responses import ElastiCacheResponse

    for call in (
        create_cache_parameter_group,
        describe_cache_parameter_groups,
        describe_cache_parameters,
        modify_cache_parameter_group,
        reset_cache_parameter_group,
        delete_cache_parameter_group,
        create_user_group,
        describe_user_groups,
        modify_user_group,
        delete_user_group,
        modify_user,
        modify_cache_subnet_group,
        delete_cache_subnet_group,
    ):
        add(ElastiCacheResponse, call)
    User.authentication = property(_authentication)  # type: ignore[assignment, method-assign]


def create_cache_parameter_group(response: Any) -> Any:
    """CreateCacheParameterGroup."""
    params = response.params
    name = params["CacheParameterGroupName"].lower()
    if name in _parameter_groups(response):
        raise _refused("CacheParameterGroupAlreadyExists", f"CacheParameterGroup {name} already exists.")
    group = {
        "CacheParameterGroupName": name,
        "CacheParameterGroupFamily": params["CacheParameterGroupFamily"],
        "Description": params["Description"],
        "IsGlobal": False,
        "ARN": _arn(response, "parametergroup", name),
        "parameters": {},
    }
    _parameter_groups(response)[name] = group
    _tag(response, group["ARN"])
    return respond({"CacheParameterGroup": group})


def describe_cache_parameter_groups(response: Any) -> Any:
    """DescribeCacheParameterGroups."""
    named = response.params.get("CacheParameterGroupName")
    found = [_parameter_group(response)] if named else list(_parameter_groups(response).values())
    return respond({"CacheParameterGroups": found})


def describe_cache_parameters(response: Any) -> Any:
    """DescribeCacheParameters: only parameters that were set."""
    source = response.params.get("Source") or "user"
    parameters = _parameter_group(response)["parameters"] if source == "user" else {}
    found = [
        {"ParameterName": name, "ParameterValue": value, "Source": "user", "IsModifiable": True}
        for name, value in parameters.items()
    ]
    return respond({"Parameters": found})


def modify_cache_parameter_group(response: Any) -> Any:
    """ModifyCacheParameterGroup."""
    group = _parameter_group(response)
    group["parameters"] |= {each["ParameterName"]: each["ParameterValue"] for each in _values(response)}
    return respond({"CacheParameterGroupName": group["CacheParameterGroupName"]})


def reset_cache_parameter_group(response: Any) -> Any:
    """ResetCacheParameterGroup."""
    group = _parameter_group(response)
    if response.params.get("ResetAllParameters"):
        group["parameters"].clear()
    for each in _values(response):
        group["parameters"].pop(each["ParameterName"], None)
    return respond({"CacheParameterGroupName": group["CacheParameterGroupName"]})


def delete_cache_parameter_group(response: Any) -> Any:
    """DeleteCacheParameterGroup."""
    del _parameter_groups(response)[_parameter_group(response)["CacheParameterGroupName"]]
    return respond({})


def create_user_group(response: Any) -> Any:
    """CreateUserGroup; AWS requires a user named `default` among the users of a Redis group."""
    params = response.params
    name = params["UserGroupId"].lower()
    if name in _user_groups(response):
        raise _refused("UserGroupAlreadyExists", f"User Group {name} already exists.")
    user_ids = list(params.get("UserIds") or [])
    users = [response.elasticache_backend.describe_users(user_id)[0] for user_id in user_ids]
    engine = params["Engine"].lower()
    if engine == "redis" and not any(user.name == "default" for user in users):
        raise _refused("DefaultUserRequired", "The user group needs to contain a user with the user name default.")
    group = {
        "UserGroupId": name,
        "Status": "active",
        "Engine": engine,
        "UserIds": user_ids,
        "MinimumEngineVersion": "6.0",
        "ARN": _arn(response, "usergroup", name),
    }
    _user_groups(response)[name] = group
    _tag(response, group["ARN"])
    return respond(group)


def describe_user_groups(response: Any) -> Any:
    """DescribeUserGroups."""
    named = response.params.get("UserGroupId")
    found = [_user_group(response)] if named else list(_user_groups(response).values())
    return respond({"UserGroups": found})


def modify_user_group(response: Any) -> Any:
    """ModifyUserGroup: adds and removes users."""
    group = _user_group(response)
    removed = set(response.params.get("UserIdsToRemove") or [])
    kept = [user_id for user_id in group["UserIds"] if user_id not in removed]
    group["UserIds"] = kept + list(response.params.get("UserIdsToAdd") or [])
    group["Engine"] = (response.params.get("Engine") or group["Engine"]).lower()
    return respond(group)


def delete_user_group(response: Any) -> Any:
    """DeleteUserGroup."""
    group = _user_group(response)
    del _user_groups(response)[group["UserGroupId"]]
    return respond(group | {"Status": "deleting"})


def modify_user(response: Any) -> Any:
    """ModifyUser: its access string and its authentication."""
    params = response.params
    (user,) = response.elasticache_backend.describe_users(params["UserId"])
    mode = params.get("AuthenticationMode") or {}
    user.access_string = params.get("AccessString") or user.access_string
    user.engine = (params.get("Engine") or user.engine).lower()
    if mode or params.get("NoPasswordRequired") is not None:
        user.authentication_type = mode.get("Type") or user.authentication_type
        user.no_password_required = bool(params.get("NoPasswordRequired"))
    passwords = mode.get("Passwords") or params.get("Passwords")
    if passwords:
        user.passwords = list(passwords)
    return respond(user)


def modify_cache_subnet_group(response: Any) -> Any:
    """ModifyCacheSubnetGroup: its description and subnets."""
    from moto.elasticache.models import CacheSubnetGroup

    params = response.params
    backend = response.elasticache_backend
    (group,) = backend.describe_cache_subnet_groups(params["CacheSubnetGroupName"])
    changed = CacheSubnetGroup(
        backend.account_id,
        backend.region_name,
        group.cache_subnet_group_name,
        params.get("CacheSubnetGroupDescription") or group.cache_subnet_group_description,
        params.get("SubnetIds") or group.subnet_ids,
        group.tags,
    )
    backend.cache_subnet_groups[group.cache_subnet_group_name] = changed
    return respond({"CacheSubnetGroup": changed})


def delete_cache_subnet_group(response: Any) -> Any:
    """DeleteCacheSubnetGroup."""
    backend = response.elasticache_backend
    (group,) = backend.describe_cache_subnet_groups(response.params["CacheSubnetGroupName"])
    del backend.cache_subnet_groups[group.cache_subnet_group_name]
    return respond({})


def _authentication(user: Any) -> _Answer:
    if user.no_password_required or user.authentication_type == "no-password-required":
        return {"Type": "no-password"}
    if user.authentication_type == "iam":
        return {"Type": "iam"}
    return {"Type": "password", "PasswordCount": len(user.passwords)}


def _values(response: Any) -> Iterable[_Answer]:
    values: Iterable[_Answer] = response.params.get("ParameterNameValues") or []
    return values


def _parameter_groups(response: Any) -> _State:
    groups: _State = response.elasticache_backend.__dict__.setdefault("our_parameter_groups", {})
    return groups


def _parameter_group(response: Any) -> _Answer:
    name = response.params["CacheParameterGroupName"].lower()
    group = _parameter_groups(response).get(name)
    if group is None:
        raise _refused("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found.")
    return group


def _user_groups(response: Any) -> _State:
    groups: _State = response.elasticache_backend.__dict__.setdefault("our_user_groups", {})
    return groups


def _user_group(response: Any) -> _Answer:
    name = response.params["UserGroupId"].lower()
    group = _user_groups(response).get(name)
    if group is None:
        raise _refused("UserGroupNotFound", f"User Group {name} not found.")
    using = response.elasticache_backend.__dict__.get("our_replication_groups", {}).values()
    group["ReplicationGroups"] = [each.name for each in using if name in each.users]
    return group


def _arn(response: Any, kind: str, name: str) -> str:
    backend = response.elasticache_backend
    return f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:{kind}:{name}"


def _tag(response: Any, arn: str) -> None:
    response.elasticache_backend.tagging_service.tag_resource(arn, response.params.get("Tags") or [])


def _refused(code: str, message: str) -> Exception:
    from moto.elasticache.exceptions import ElastiCacheException

    error = ElastiCacheException(message)
    error.code = code
    return error
