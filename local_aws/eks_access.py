"""EKS: access entries with their policies, Pod Identity associations, and add-ons.

- AWS: an access entry gives a principal access to a cluster, and EKS access policies are associated with it. Moto 5.2.5
  supports none of this. Added: they can be created, read, changed, and deleted; a principal has one entry, and policies
  are deleted with it. Access has no effect: there is no Kubernetes.
- AWS: a Pod Identity association gives the pods of a service account a role. Moto has none. Added; a service account
  has one per cluster.
- AWS: add-ons are installed with a version, a configuration, and their own Pod Identity associations. Moto has none.
  Added: they are stored and read back, active immediately; every name and version is accepted.
"""

import uuid
from typing import Any
from urllib.parse import unquote

from local_aws.eks import below
from local_aws.extend import add, respond

_Answer = dict[str, Any]


def install() -> None:
    """Add the operations to Moto's EKS."""
    from moto.eks.responses import EKSResponse

    for call in (
        create_access_entry,
        describe_access_entry,
        list_access_entries,
        update_access_entry,
        delete_access_entry,
        associate_access_policy,
        list_associated_access_policies,
        disassociate_access_policy,
        create_pod_identity_association,
        describe_pod_identity_association,
        list_pod_identity_associations,
        update_pod_identity_association,
        delete_pod_identity_association,
        create_addon,
        describe_addon,
        list_addons,
        update_addon,
        delete_addon,
    ):
        add(EKSResponse, call)


def create_access_entry(response: Any) -> Any:
    """CreateAccessEntry."""
    cluster, principal = _cluster(response), response._get_param("principalArn")
    entries = below(cluster, "access_entries")
    if principal in entries:
        raise _in_use("The specified access entry resource is already in use on this cluster.")
    kind = response._get_param("type") or "STANDARD"
    role = principal.rpartition("/")[2]
    by_kind = {"STANDARD": f"arn:aws:sts::{response.current_account}:assumed-role/{role}/{{{{SessionName}}}}"}
    entries[principal] = {
        "clusterName": cluster.name,
        "principalArn": principal,
        "kubernetesGroups": response._get_param("kubernetesGroups")
        or (["system:nodes"] if kind.startswith("EC2") else []),
        "accessEntryArn": _arn(response, "access-entry", f"{cluster.name}/role/{response.current_account}/{role}"),
        "tags": response._get_param("tags") or {},
        "username": response._get_param("username") or by_kind.get(kind, "system:node:{{EC2PrivateDNSName}}"),
        "type": kind,
        **_now(),
    }
    return respond({"accessEntry": entries[principal]})


def describe_access_entry(response: Any) -> Any:
    """DescribeAccessEntry."""
    return respond({"accessEntry": _entry(response)})


def list_access_entries(response: Any) -> Any:
    """ListAccessEntries."""
    return respond({"accessEntries": sorted(below(_cluster(response), "access_entries"))})


def update_access_entry(response: Any) -> Any:
    """UpdateAccessEntry."""
    entry = _entry(response)
    for key in ("kubernetesGroups", "username"):
        value = response._get_param(key)
        if value is not None:
            entry[key] = value
    return respond({"accessEntry": entry})


def delete_access_entry(response: Any) -> Any:
    """DeleteAccessEntry."""
    principal, cluster = _entry(response)["principalArn"], _cluster(response)
    del below(cluster, "access_entries")[principal]
    below(cluster, "policies").pop(principal, None)
    return respond({})


def associate_access_policy(response: Any) -> Any:
    """AssociateAccessPolicy; a second call changes the scope."""
    entry, policy = _entry(response), response._get_param("policyArn")
    scope = response._get_param("accessScope")
    associated = {"policyArn": policy, "accessScope": {"namespaces": [], **scope}, "associatedAt": _now()["createdAt"]}
    below(_cluster(response), "policies").setdefault(entry["principalArn"], {})[policy] = associated
    return respond(_of_entry(entry) | {"associatedAccessPolicy": associated})


def list_associated_access_policies(response: Any) -> Any:
    """ListAssociatedAccessPolicies."""
    entry = _entry(response)
    policies = below(_cluster(response), "policies").get(entry["principalArn"], {})
    return respond(_of_entry(entry) | {"associatedAccessPolicies": list(policies.values())})


def disassociate_access_policy(response: Any) -> Any:
    """DisassociateAccessPolicy."""
    policies = below(_cluster(response), "policies").get(_entry(response)["principalArn"], {})
    if policies.pop(unquote(response._get_param("policyArn")), None) is None:
        raise _not_found("The specified association could not be found.")
    return respond({})


def create_pod_identity_association(response: Any) -> Any:
    """CreatePodIdentityAssociation."""
    cluster = _cluster(response)
    requested = {key: response._get_param(key) for key in ("namespace", "serviceAccount", "roleArn")}
    if any(
        (each["namespace"], each["serviceAccount"]) == (requested["namespace"], requested["serviceAccount"])
        for each in below(cluster, "associations").values()
    ):
        raise _in_use("Association already exists")
    return respond({"association": _associate(response, cluster, requested, response._get_param("tags") or {})})


def describe_pod_identity_association(response: Any) -> Any:
    """DescribePodIdentityAssociation."""
    return respond({"association": _association(response)})


def list_pod_identity_associations(response: Any) -> Any:
    """ListPodIdentityAssociations."""
    keys = ("namespace", "serviceAccount")
    filters = {key: response._get_param(key) for key in keys if response._get_param(key)}
    found = [
        each
        for each in below(_cluster(response), "associations").values()
        if all(each[key] == value for key, value in filters.items())
    ]
    return respond({"associations": found})


def update_pod_identity_association(response: Any) -> Any:
    """UpdatePodIdentityAssociation."""
    association = _association(response)
    association["roleArn"] = response._get_param("roleArn") or association["roleArn"]
    return respond({"association": association})


def delete_pod_identity_association(response: Any) -> Any:
    """DeletePodIdentityAssociation."""
    association = _association(response)
    del below(_cluster(response), "associations")[association["associationId"]]
    return respond({"association": association})


def create_addon(response: Any) -> Any:
    """CreateAddon."""
    cluster, name = _cluster(response), response._get_param("addonName")
    if name in below(cluster, "addons"):
        raise _in_use("Addon already exists.")
    addon = {
        "addonName": name,
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "addonVersion": response._get_param("addonVersion"),
        "health": {"issues": []},
        "addonArn": _arn(response, "addon", f"{cluster.name}/{name}/{uuid.uuid4()}"),
        "tags": response._get_param("tags") or {},
        **_now(),
    }
    below(cluster, "addons")[name] = addon
    _configure(response, cluster, addon)
    return respond({"addon": addon})


def describe_addon(response: Any) -> Any:
    """DescribeAddon."""
    return respond({"addon": _addon(response)})


def list_addons(response: Any) -> Any:
    """ListAddons."""
    return respond({"addons": sorted(below(_cluster(response), "addons"))})


def update_addon(response: Any) -> Any:
    """UpdateAddon."""
    addon = _addon(response)
    addon["addonVersion"] = response._get_param("addonVersion") or addon["addonVersion"]
    _configure(response, _cluster(response), addon)
    update = {"id": str(uuid.uuid4()), "status": "Successful", "type": "AddonUpdate", "params": [], "errors": []}
    return respond({"update": update})


def delete_addon(response: Any) -> Any:
    """DeleteAddon; its associations are deleted with it."""
    addon, cluster = _addon(response), _cluster(response)
    _drop_associations(cluster, addon)
    del below(cluster, "addons")[addon["addonName"]]
    return respond({"addon": addon | {"status": "DELETING"}})


def _configure(response: Any, cluster: Any, addon: _Answer) -> None:
    """Apply the parameters of the request; other settings are unchanged."""
    for key in ("configurationValues", "serviceAccountRoleArn"):
        value = response._get_param(key)
        if value is not None:
            addon[key] = value
    requested = response._get_param("podIdentityAssociations")
    if requested is not None:
        _drop_associations(cluster, addon)
        created = [_associate(response, cluster, {"namespace": "kube-system", **each}, {}) for each in requested]
        addon["podIdentityAssociations"] = [each["associationArn"] for each in created]


def _drop_associations(cluster: Any, addon: _Answer) -> None:
    associations = below(cluster, "associations")
    for key in [
        key for key, each in associations.items() if each["associationArn"] in addon.get("podIdentityAssociations", [])
    ]:
        del associations[key]


def _associate(response: Any, cluster: Any, requested: _Answer, tags: dict[str, str]) -> _Answer:
    identity = f"a-{uuid.uuid4().hex[:17]}"
    association = {
        **requested,
        "clusterName": cluster.name,
        "associationArn": _arn(response, "podidentityassociation", f"{cluster.name}/{identity}"),
        "associationId": identity,
        "tags": tags,
        "disableSessionTags": False,
        **_now(),
    }
    below(cluster, "associations")[identity] = association
    return association


def _cluster(response: Any) -> Any:
    # The path names the cluster `name` or `clusterName`, depending on the operation.
    return response.eks_backend.describe_cluster(name=response._get_param("clusterName") or response._get_param("name"))


def _entry(response: Any) -> _Answer:
    principal = unquote(response._get_param("principalArn"))
    entry: _Answer | None = below(_cluster(response), "access_entries").get(principal)
    if entry is None:
        raise _not_found(f"The specified principalArn could not be found: {principal}")
    return entry


def _association(response: Any) -> _Answer:
    found: _Answer | None = below(_cluster(response), "associations").get(response._get_param("associationId"))
    if found is None:
        raise _not_found("Association not found")
    return found


def _addon(response: Any) -> _Answer:
    name = response._get_param("addonName")
    addon: _Answer | None = below(_cluster(response), "addons").get(name)
    if addon is None:
        raise _not_found(f"No addon: {name} found in cluster: {_cluster(response).name}")
    return addon


def _of_entry(entry: _Answer) -> _Answer:
    return {key: entry[key] for key in ("clusterName", "principalArn")}


def _arn(response: Any, kind: str, path: str) -> str:
    return f"arn:aws:eks:{response.region}:{response.current_account}:{kind}/{path}"


def _now() -> _Answer:
    from moto.core.utils import utcnow

    now = utcnow()
    return {"createdAt": now, "modifiedAt": now}


def _in_use(message: str) -> Exception:
    from moto.eks.exceptions import ResourceInUseException

    error: Exception = ResourceInUseException(message=message)
    return error


def _not_found(message: str) -> Exception:
    from moto.eks.exceptions import ResourceNotFoundException

    error: Exception = ResourceNotFoundException(message=message)
    return error
