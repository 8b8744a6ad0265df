"""OpenSearch Service: domains that are finished, in a VPC, and read back as AWS returns them.

AWS: a domain is created, changed, and deleted in many minutes, and DomainProcessingStatus says when it is done
([DomainStatus](https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DomainStatus.html)). The response
has the VPC and the Availability Zones of the subnets, and never the master user. Moto 5.2.5 does not return the status,
so the provider waits for its timeout, returns the VPC options of the request, drops the state of Auto-Tune, and keeps
what an update leaves out of a group of options. Added: a domain is `Active` immediately, and its options are those of
AWS. Refused: what CreateDomain refuses because of the other options.

No cluster runs: nothing responds at the endpoint.
"""

from collections.abc import Callable
from typing import Any

from local_aws.extend import add

_Options = dict[str, Any]


def install() -> None:
    """Let Moto's domains be finished and have the options of AWS."""
    from moto.opensearch.models import OpenSearchDomain, OpenSearchServiceBackend

    add(OpenSearchDomain, _finished(OpenSearchDomain.to_dict))
    add(OpenSearchDomain, _configured(OpenSearchDomain.to_config_dict))
    add(OpenSearchServiceBackend, _checked(OpenSearchServiceBackend.create_domain))
    add(OpenSearchServiceBackend, _updated(OpenSearchServiceBackend.update_domain_config))


def _finished(to_dict: Callable[[Any], _Options]) -> Callable[[Any], _Options]:
    def to_dict_(domain: Any) -> _Options:
        options = {**to_dict(domain), "Processing": False, "DomainProcessingStatus": "Active", "IPAddressType": "ipv4"}
        options["VPCOptions"] = _in_vpc(domain)
        options["AdvancedSecurityOptions"] = _without_master(domain)
        options["AutoTuneOptions"] = _auto_tune(domain)
        return options

    to_dict_.__name__ = "to_dict"
    return to_dict_


def _configured(to_config_dict: Callable[[Any], _Options]) -> Callable[[Any], _Options]:
    def to_config_dict_(domain: Any) -> _Options:
        status = domain._status_block()
        config = {name: {"Status": status, **part} for name, part in to_config_dict(domain).items()}
        config["VPCOptions"]["Options"] = _in_vpc(domain)
        config["AdvancedSecurityOptions"]["Options"] = _without_master(domain)
        tuned = _auto_tune(domain)
        config["AutoTuneOptions"] = {
            "Options": {name: tuned[name] for name in ("DesiredState", "UseOffPeakWindow")},
            "Status": {**status, "State": tuned["State"]},
        }
        return config

    to_config_dict_.__name__ = "to_config_dict"
    return to_config_dict_


def _in_vpc(domain: Any) -> _Options:
    """Return the VPC options with what AWS adds."""
    from moto.ec2.models import ec2_backends

    asked = domain.vpc_options or {}
    _, _, _, region, account, *_ = domain.arn.split(":")
    subnets = [ec2_backends[account][region].get_subnet(each) for each in asked.get("SubnetIds", ())]
    if not subnets:
        return {}
    zones = sorted({each.availability_zone for each in subnets})
    return {**asked, "VPCId": subnets[0].vpc_id, "AvailabilityZones": zones}


def _without_master(domain: Any) -> _Options:
    asked = {**domain.advanced_security_options, "AnonymousAuthEnabled": False}
    asked.pop("MasterUserOptions", None)
    return asked


def _auto_tune(domain: Any) -> _Options:
    """Return the state of Auto-Tune, which burstable instances do not have."""
    asked = domain.auto_tune_options or {}
    burstable = domain.cluster_config["InstanceType"].startswith("t")
    desired = "DISABLED" if burstable else asked.get("DesiredState", "ENABLED")
    return {"State": desired, "DesiredState": desired, "UseOffPeakWindow": asked.get("UseOffPeakWindow", False)}


def _checked(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_domain(backend: Any, **options: Any) -> Any:
        _check(backend, options)
        return create(backend, **options)

    return create_domain


def _updated(update: Callable[..., Any]) -> Callable[..., Any]:
    """Return the update, which keeps the options that a request leaves out of a group."""

    def update_domain_config(backend: Any, domain_name: str, **options: Any) -> Any:
        domain = backend.describe_domain(domain_name)
        for name, asked in options.items():
            before = getattr(domain, name)
            if isinstance(asked, dict) and isinstance(before, dict):
                options[name] = {**before, **asked}
        _check(backend, {**{name: getattr(domain, name) for name in ("cluster_config", "vpc_options")}, **options})
        return update(backend, domain_name=domain_name, **options)

    return update_domain_config


def _check(backend: Any, options: _Options) -> None:
    """Raise the error of AWS for options that do not fit each other.

    [Configuring a multi-AZ domain in Amazon OpenSearch Service]
    (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html), [Fine-grained
    access control in Amazon OpenSearch Service]
    (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html), and "Launching your Amazon
    OpenSearch Service domains within a VPC", which needs the service-linked role.
    """
    from moto.core.exceptions import JsonRESTError

    def refuse(message: str) -> None:
        raise JsonRESTError("ValidationException", message)

    cluster = options.get("cluster_config") or {}
    vpc = options.get("vpc_options") or {}
    subnets = vpc.get("SubnetIds", ())
    zones = 1
    if cluster.get("ZoneAwarenessEnabled"):
        zones = (cluster.get("ZoneAwarenessConfig") or {}).get("AvailabilityZoneCount", 2)
    if vpc and len(subnets) != zones:
        refuse(f"You must specify exactly {zones} subnets because you've set zone count to {zones}.")
    if zones > 1 and cluster.get("InstanceCount", 1) % zones:
        refuse(f"You must choose a multiple of {zones} data nodes for a {zones} Availability Zone deployment.")
    security = options.get("advanced_security_options") or {}
    if security.get("Enabled") and not all(
        (options.get(name) or {}).get(key)
        for name, key in (
            ("encryption_at_rest_options", "Enabled"),
            ("node_to_node_encryption_options", "Enabled"),
            ("domain_endpoint_options", "EnforceHTTPS"),
        )
    ):
        refuse("You must enable HTTPS, node-to-node encryption, and encryption at rest for advanced security options.")
    if vpc and not _has_role(backend):
        refuse(
            "Before you can proceed, you must enable a service-linked role to give Amazon OpenSearch Service "
            "permissions to access your VPC."
        )


def _has_role(backend: Any) -> bool:
    from moto.iam.models import iam_backends

    roles = iam_backends[backend.account_id]["aws"].roles.values()
    return any(role.path == "/aws-service-role/opensearchservice.amazonaws.com/" for role in roles)
