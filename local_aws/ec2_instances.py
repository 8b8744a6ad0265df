"""EC2 instances: their maintenance options, network interfaces that outlive them, and an image of Ubuntu.

- AWS: RunInstances accepts MaintenanceOptions, ModifyInstanceMaintenanceOptions changes them, and DescribeInstances
  returns them; automatic recovery is `default` unless it is disabled. Moto 5.2.5 drops them, so that every plan sets
  them again. Added: they are stored and returned. No instance recovers, since none fails.
- AWS: TerminateInstances detaches the network interfaces that it does not delete, so another instance can have them.
  Moto leaves them attached, and refuses to detach the first. Added: they are detached.
- AWS: Canonical publishes AMIs of each Ubuntu release. The newest in Moto is 16.04. Added: one of 24.04 for arm64.
"""

import copy
import datetime
from collections.abc import Callable
from typing import Any

from local_aws.extend import add, replace, respond

#: The owner is Canonical.
_UBUNTU: dict[str, Any] = {
    "ami_id": "ami-0ab1c2d3e4f567890",
    "name": "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20261101",
    "owner_id": "099720109477",
    "architecture": "arm64",
    "virtualization_type": "hvm",
    "root_device_name": "/dev/sda1",
    "root_device_type": "ebs",
    "public": True,
    "creation_date": datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC),
}
_DEFAULT = {"AutoRecovery": "default"}


def install() -> None:
    """Add maintenance options to Moto's instances."""
    from moto.ec2.models.amis import AmiBackend
    from moto.ec2.models.instances import Instance
    from moto.ec2.responses import EC2Response

    # DescribeInstances serializes attributes by name, so a new attribute is sufficient.
    replace(Instance, "maintenance_options", dict(_DEFAULT))
    add(AmiBackend, _with_ubuntu(AmiBackend._load_amis))
    add(Instance, _detaching(Instance.terminate))
    add(EC2Response, _with_maintenance_options(EC2Response.run_instances), modify_instance_maintenance_options)


def modify_instance_maintenance_options(response: Any) -> Any:
    """ModifyInstanceMaintenanceOptions."""
    instance_id = response._get_param("InstanceId")
    options = {"AutoRecovery": response._get_param("AutoRecovery") or _DEFAULT["AutoRecovery"]}
    response.ec2_backend.get_instance(instance_id).maintenance_options = options
    return respond({"InstanceId": instance_id, **options})


def _detaching(end: Callable[..., Any]) -> Callable[..., Any]:
    def terminate(instance: Any) -> Any:
        state = end(instance)
        for index, interface in list(instance.nics.items()):
            if interface.id in instance.ec2_backend.enis:
                # DescribeInstances still reads the addresses of a terminated instance from its interfaces.
                former = copy.copy(interface)
                instance.detach_eni(interface)
                instance.nics[index] = former
        return state

    return terminate


def _with_ubuntu(load: Callable[..., None]) -> Callable[..., None]:
    def _load_amis(backend: Any) -> None:
        from moto.ec2.models.amis import Ami

        load(backend)
        backend.amis[_UBUNTU["ami_id"]] = Ami(backend, **_UBUNTU)

    return _load_amis


def _with_maintenance_options(run: Callable[..., Any]) -> Callable[..., Any]:
    def run_instances(response: Any) -> Any:
        done = run(response)
        for instance in done.result.instances:
            instance.maintenance_options = response._get_param("MaintenanceOptions", dict(_DEFAULT))
        return done

    return run_instances
