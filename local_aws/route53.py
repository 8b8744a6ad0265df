"""Route 53: private zones as the provider requests them, and existing records.

- AWS: CreateHostedZone with a VPC creates a private zone; HostedZoneConfig.PrivateZone is read only. Moto 5.2.5 uses
  only PrivateZone, so that the provider, which sends only the VPC, gets a public zone and tries to associate the VPC in
  every plan. Added: the VPC decides.
- AWS: CREATE fails for a record whose name, type, and set identifier exist ([ChangeResourceRecordSets]
  (https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html)). Moto rejects only a
  record that is equal in every value, and otherwise adds a second record. Added: the error.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Create private zones for requests with a VPC, and reject existing records."""
    from moto.route53.models import Route53Backend
    from moto.route53.responses import Route53

    from local_aws.extend import add

    add(Route53, _private_with_vpc(Route53.create_hosted_zone))
    add(Route53Backend, _unless_existing(Route53Backend.change_resource_record_sets))


def _private_with_vpc(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def create_hosted_zone(response: Any) -> Any:
        if response._get_param("VPC.VPCId"):
            response.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
        return create(response)

    return create_hosted_zone


def _unless_existing(change: Callable[[Any, str, list[dict[str, Any]]], None]) -> Callable[..., None]:
    def change_resource_record_sets(backend: Any, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        from moto.route53.exceptions import ResourceRecordAlreadyExists

        records = backend.get_hosted_zone(zoneid).rrsets
        existing = {_identity(each.name, each.type, each.set_identifier) for each in records}
        for each in change_list:
            record = each["ResourceRecordSet"]
            identity = _identity(record["Name"], record["Type"], record.get("SetIdentifier"))
            if each["Action"] == "DELETE":
                existing.discard(identity)
            elif each["Action"] == "CREATE" and identity in existing:
                raise ResourceRecordAlreadyExists(name=record["Name"], _type=record["Type"])
        change(backend, zoneid, change_list)

    return change_resource_record_sets


def _identity(name: str, kind: str, set_identifier: str | None) -> tuple[str, str, str | None]:
    return name.lower().rstrip(".").replace("\\052", "*"), kind, set_identifier
