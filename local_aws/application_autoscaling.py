"""Application Auto Scaling: tags of scalable targets, capacities within limits, and policies that keep their identity.

- AWS: RegisterScalableTarget accepts tags when a target is first registered, and ListTagsForResource, TagResource, and
  UntagResource accept the ARN of a target. Moto 5.2.5 supports none of this, so that the provider cannot read a target
  that it has just created. Added: all four.
- AWS: RegisterScalableTarget "changes the resource's current capacity to a value that is inside of this range"
  ([RegisterScalableTarget]
  (https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html)), for an Aurora
  cluster with readers named `application-autoscaling-<id>`; it deletes only those that it created, and keeps them when
  the target is deregistered ([Amazon Aurora Auto Scaling with Aurora Replicas]
  (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Integrating.AutoScaling.html)). Moto creates
  none. Added: readers of clusters that have an instance, and the counts of ECS services. Policies and schedules have no
  effect.
- AWS: DeregisterScalableTarget deletes the target's policies and scheduled actions ([DeregisterScalableTarget]
  (https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html)). Moto keeps
  them. Added: they are deleted. Operations on a deleted target or policy fail with ObjectNotFoundException, by which
  the provider detects the deletion; Moto's error is different. Added: AWS's error.
- AWS: PutScalingPolicy for an existing name changes the policy and keeps its ARN and its creation time. Moto creates
  another policy, and keeps the first one's alarms in CloudWatch forever. Added: the policy keeps its identity, and its
  alarms are deleted before the new ones are created.
- AWS: DescribeScalingPolicies returns the policies of the requested resource only. Moto returns those of every resource
  that the name is a part of (`service/a/api` for `service/a/api-2`). Added: whole names are compared.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from local_aws.ecs_services import keep_within

READERS = "rds:cluster:ReadReplicaCount"
#: "Amazon Aurora Auto Scaling with Aurora Replicas, DB instance IDs and tagging": prefix of the name of every reader
#: that scaling creates, and its tag.
READER_PREFIX = "application-autoscaling-"
READER_TAG = "application-autoscaling:resourceId"
#: The same page, "Before you begin": the last one in the order of promotion.
READER_PROMOTION_TIER = 15


def install() -> None:
    """Add the tag operations to Moto's Application Auto Scaling, and correct its policies."""
    from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
    from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

    from local_aws.extend import add

    add(ApplicationAutoScalingResponse, list_tags_for_resource, tag_resource, untag_resource)
    add(
        ApplicationAutoScalingResponse,
        _within_bounds(_with_tags(ApplicationAutoScalingResponse.register_scalable_target)),
    )
    add(ApplicationAutoscalingBackend, _keeping_identity(ApplicationAutoscalingBackend.put_scaling_policy))
    add(ApplicationAutoscalingBackend, _of_one_resource(ApplicationAutoscalingBackend.describe_scaling_policies))
    add(ApplicationAutoscalingBackend, _scaling_readers(ApplicationAutoscalingBackend.register_scalable_target))
    add(ApplicationAutoscalingBackend, _with_its_policies(ApplicationAutoscalingBackend.deregister_scalable_target))
    add(ApplicationAutoscalingBackend, _if_there(ApplicationAutoscalingBackend.deregister_scalable_target))
    add(ApplicationAutoscalingBackend, _if_there(ApplicationAutoscalingBackend.delete_scaling_policy))


def list_tags_for_resource(response: Any) -> str:
    """ListTagsForResource of a scalable target."""
    return json.dumps({"Tags": _tags(_target(response))})


def tag_resource(response: Any) -> str:
    """TagResource of a scalable target."""
    _tags(_target(response)).update(response._get_param("Tags"))
    return "{}"


def untag_resource(response: Any) -> str:
    """UntagResource of a scalable target."""
    tags = _tags(_target(response))
    for key in response._get_param("TagKeys"):
        tags.pop(key, None)
    return "{}"


def _with_tags(register: Callable[[Any], str]) -> Callable[[Any], str]:
    """Store the tags of RegisterScalableTarget; AWS rejects them for an existing target."""

    def register_scalable_target(response: Any) -> str:
        answer = register(response)
        tags = response._get_param("Tags")
        if tags:
            arn = json.loads(answer)["ScalableTargetARN"]
            _tags(_targets(response)[arn]).update(tags)
        return answer

    return register_scalable_target


def _within_bounds(register: Callable[[Any], str]) -> Callable[[Any], str]:
    def register_scalable_target(response: Any) -> str:
        from moto.ecs.models import ecs_backends

        answer = register(response)
        target = _targets(response)[json.loads(answer)["ScalableTargetARN"]]
        if target.service_namespace == "ecs":
            backend = ecs_backends[response.current_account][response.region]
            keep_within(backend, target.resource_id, target.min_capacity, target.max_capacity)
        return answer

    return register_scalable_target


def _scaling_readers(register: Callable[..., Any]) -> Callable[..., Any]:
    """Adjust a cluster's number of readers to the limits."""

    def register_scalable_target(backend: Any, *given: Any, **request: Any) -> Any:
        target = register(backend, *given, **request)
        if target.scalable_dimension == READERS:
            _scale(backend, target)
        return target

    return register_scalable_target


def _scale(backend: Any, target: Any) -> None:
    from moto.rds.models import rds_backends

    rds = rds_backends[backend.account_id][backend.region_name]
    cluster = rds.clusters.get(target.resource_id.removeprefix("cluster:"))
    if cluster is None or not cluster.members:
        return
    readers = [member for member in cluster.members if not member.is_cluster_writer]
    for _ in range(int(target.min_capacity) - len(readers)):
        rds.create_db_instance(
            {
                "db_instance_identifier": f"{READER_PREFIX}{uuid4()}",
                "db_cluster_identifier": cluster.db_cluster_identifier,
                "db_instance_class": cluster.members[0].db_instance_class,
                "engine": cluster.engine,
                "promotion_tier": READER_PROMOTION_TIER,
                "tags": [{"Key": READER_TAG, "Value": target.resource_id}],
            }
        )
    created = [name for name in (each.db_instance_identifier for each in readers) if name.startswith(READER_PREFIX)]
    for name in created[: max(0, len(readers) - int(target.max_capacity))]:
        rds.delete_db_instance(name, skip_final_snapshot=True)


def _with_its_policies(deregister: Callable[..., None]) -> Callable[..., None]:
    """Delete a target's policies and scheduled actions with it."""

    def deregister_scalable_target(backend: Any, namespace: str, r_id: str, dimension: str) -> None:
        deregister(backend, namespace, r_id, dimension)

        def is_its(each: Any) -> bool:
            return bool(each.resource_id == r_id and each.scalable_dimension == dimension)

        for policy in [each for each in backend.policies.values() if is_its(each)]:
            backend.delete_scaling_policy(policy.policy_name, namespace, r_id, dimension)
        backend.scheduled_actions[:] = [each for each in backend.scheduled_actions if not is_its(each)]

    return deregister_scalable_target


def _if_there(delete: Callable[..., None]) -> Callable[..., None]:
    """Return AWS's error if there is nothing to delete."""

    def deleted(backend: Any, *given: Any, **request: Any) -> None:
        from moto.applicationautoscaling.exceptions import AWSValidationException
        from moto.core.exceptions import JsonRESTError

        try:
            delete(backend, *given, **request)
        except AWSValidationException as error:
            raise JsonRESTError("ObjectNotFoundException", error.message) from None

    deleted.__name__ = delete.__name__
    return deleted


def _keeping_identity(put: Callable[..., Any]) -> Callable[..., Any]:
    """Keep the ARN and the creation time of an existing policy."""

    def put_scaling_policy(backend: Any, **request: Any) -> Any:
        from moto.applicationautoscaling.models import FakeApplicationAutoscalingPolicy

        identity = ("service_namespace", "resource_id", "scalable_dimension", "policy_name")
        key = FakeApplicationAutoscalingPolicy.formulate_key(**{name: request[name] for name in identity})
        old = backend.policies.get(key)
        new = put(backend, **request)
        if old is not None:
            old.delete_alarms(backend.account_id, backend.region_name)
            new.policy_arn, new.creation_time = old.policy_arn, old.creation_time
        return new

    return put_scaling_policy


def _of_one_resource(describe: Callable[..., Any]) -> Callable[..., Any]:
    """Return the policies of exactly the requested resource and dimension."""

    def describe_scaling_policies(backend: Any, **request: Any) -> Any:
        token, policies = describe(backend, **request)
        wanted = {name: request[name] for name in ("resource_id", "scalable_dimension") if request[name]}
        return token, [
            policy for policy in policies if all(getattr(policy, name) == value for name, value in wanted.items())
        ]

    return describe_scaling_policies


def _tags(target: Any) -> dict[str, str]:
    tags: dict[str, str] = target.__dict__.setdefault("tags", {})
    return tags


def _targets(response: Any) -> dict[str, Any]:
    targets = response.applicationautoscaling_backend.targets
    return {target.arn: target for of_dimension in targets.values() for target in of_dimension.values()}


def _target(response: Any) -> Any:
    from moto.core.exceptions import JsonRESTError

    arn = response._get_param("ResourceARN")
    target = _targets(response).get(arn)
    if target is None:
        raise JsonRESTError("ResourceNotFoundException", f"No scalable target found for {arn}")
    return target
