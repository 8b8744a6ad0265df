"""Rows of ECS, EKS, EC2, and image repositories."""

from ops.guard import harms
from ops.guard.builders import ALWAYS, UNKNOWN_ALLOWED, ends, guards, lost, noted, opens, stops, weakens
from ops.guard.harms import (
    becomes,
    changed,
    drops,
    ends_with,
    gains,
    gains_like,
    leaves,
    less,
    off,
    on,
    order,
    stronger,
    weaker,
)
from ops.guard.plan import Parent
from ops.guard.rows import Row

_CLUSTER_POLICIES = (
    "AmazonEKSViewPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSEditPolicy", "AmazonEKSAdminPolicy",
    "AmazonEKSClusterAdminPolicy",
)  # fmt: skip


def _cluster_policy(arn: str) -> float | None:
    return order(*_CLUSTER_POLICIES)(arn.rpartition("/")[2])


# fmt: off
# ruff: noqa: E501 - a row is a line
COMPUTE: tuple[Row, ...] = (
    lost("aws_ecr_repository", "its images"),
    lost("aws_ecs_cluster", "its services, and the name that pipelines deploy to"),
    lost("aws_eks_cluster", "everything that runs in it"),
    # Also when replaced: EKS deletes all pods of the old profile at once ("Delete a Fargate profile").
    lost("aws_eks_fargate_profile", "its pods, all at once"),
    # What is published and rolled out stays: only the next release has to wait.
    noted(guards("aws_codebuild_project", "what starts it would run no more builds")),
    opens("aws_codebuild_project", "environment.privileged_mode", on, "would run builds with root access to their machine"),
    noted(ends("aws_codebuild_project", "vpc_config", off, "would run builds outside the VPC")),
    noted(guards("aws_codepipeline", "pushes would no longer publish its site")),
    weakens("aws_codepipeline", "artifact_store.encryption_key", off, "would encrypt artifacts with the key that AWS manages for S3"),
    # Somebody has to confirm a new one in the console, and until then no source is read.
    noted(guards("aws_codeconnections_connection", "pipelines that use it would get no source")),
    stops("aws_autoscaling_group", "its instances, and what runs on them"),
    stops("aws_ecs_service", "its running tasks"),
    stops("aws_eks_node_group", "its nodes, and the pods on them"),
    stops("aws_instance", "what runs on it"),
    noted(ends("aws_instance", "instance_type", changed, "would be stopped for a few minutes")),
    stops("aws_network_interface", "the traffic of its instance"),
    stops("aws_volume_attachment", "the volume of its instance", parent=Parent("instance_id", ("aws_instance",))),
    noted(guards("aws_ssm_association", "instances would no longer be configured")),
    noted(guards("aws_ssm_document", "commands that use it would fail")),
    ends("aws_ecs_service", "desired_count", becomes(0), "would no longer run anything"),
    ends("aws_ecs_service", "deployment_minimum_healthy_percent", becomes(0), "would stop all tasks before new ones run"),
    ends("aws_ecs_service", "load_balancer", drops, "would be detached from a load balancer", **UNKNOWN_ALLOWED),
    noted(ends("aws_ecs_service", "deployment_circuit_breaker.rollback", off, "would no longer roll back a failed deployment")),
    opens("aws_ecs_service", "enable_execute_command", on, "would allow commands in its containers (ECS Exec)"),
    opens("aws_ecs_task_definition", "container_definitions", harms.privileged, "would run privileged", **ALWAYS),
    opens("aws_ecs_task_definition", "network_mode", becomes("host"), "would use the network of its host"),
    opens("aws_ecs_task_definition", "pid_mode", becomes("host"), "would see all processes of its host"),
    weakens("aws_ecs_capacity_provider", "auto_scaling_group_provider.managed_termination_protection", leaves("ENABLED"), "would let scaling terminate instances that run tasks"),
    ends("aws_autoscaling_group", "max_size", becomes(0), "would no longer run anything"),
    ends("aws_autoscaling_group", "desired_capacity", becomes(0), "would no longer run anything"),
    ends("aws_appautoscaling_target", "max_capacity", becomes(0), "would no longer run anything"),
    noted(ends("aws_appautoscaling_target", "min_capacity", becomes(0), "could scale in to nothing")),
    noted(ends("aws_appautoscaling_target", "max_capacity", less, "would scale out less")),
    noted(opens("aws_launch_template", "key_name", on, "would allow SSH with a key pair")),
    weakens("aws_instance", "disable_api_termination", off, "could be terminated with one API call"),
    ends("aws_ecr_lifecycle_policy", "policy", harms.keeps_fewer_images, "would delete images sooner, existing ones too", created="beside", parent=Parent("repository", ("aws_ecr_repository",))),
    weakens("aws_ecr_repository", "image_scanning_configuration.scan_on_push", off, "would no longer scan images"),
    guards("aws_ecr_replication_configuration", "images would no longer have copies"),
    weakens("aws_ecr_replication_configuration", "replication_configuration", changed, "would copy other images, or elsewhere"),
    opens("aws_eks_access_policy_association", "policy_arn", stronger(_cluster_policy), "would grant more permissions in the cluster"),
    opens("aws_eks_access_policy_association", "policy_arn", ends_with("AmazonEKSClusterAdminPolicy"), "would grant cluster administration in a cluster that exists", created="beside", parent=Parent("cluster_name", ("aws_eks_cluster",))),
    opens("aws_eks_access_policy_association", "access_scope.type", becomes("cluster"), "would grant its permissions in the whole cluster"),
    opens("aws_eks_access_policy_association", "access_scope.namespaces", gains, "would grant its permissions in another namespace"),
    opens("aws_eks_access_entry", "kubernetes_groups", gains_like("^system:masters$"), "would grant cluster administration", **ALWAYS),
    opens("aws_eks_cluster", "access_config.authentication_mode", weaker(order("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")), "would let the aws-auth ConfigMap grant access again"),
    weakens("aws_eks_cluster", "enabled_cluster_log_types", drops, "would no longer export these logs"),
    weakens("aws_eks_cluster", "encryption_config", off, "would no longer be encrypted with our key"),
    opens("aws_eks_node_group", "remote_access", on, "would allow remote access to its nodes"),
    noted(guards("aws_eks_addon", "the cluster would run without it", parent=Parent("cluster_name", ("aws_eks_cluster",)))),
    noted(ends("aws_eks_pod_identity_association", "role_arn", changed, "would give pods another role", **UNKNOWN_ALLOWED)),
)
