"""Obstacles: deletions that AWS would refuse, so that the apply would stop halfway.

Terraform destroys the dependents of a resource first: DNS records, listeners, and instances would be deleted, and the
protected resource would remain. No unlock record allows this; something else has to be applied first.
"""

from collections.abc import Iterator

from ops.guard.finding import Finding
from ops.guard.plan import Plan, ResourceChange

#: Attributes for deletion protection, and the values with which AWS refuses to delete.
_PROTECTED = {
    "deletion_protection": (True, "ACTIVE"),
    "deletion_protection_enabled": (True,),
    "enable_deletion_protection": (True,),
}
#: Types that can be deleted only when empty, unless the attribute makes the provider empty them first.
_EMPTIED_BY = {
    "aws_backup_vault": ("force_destroy", "recovery points"),
    "aws_ecr_repository": ("force_delete", "images"),
    "aws_s3_bucket": ("force_destroy", "objects"),
}
#: "Amazon Aurora Auto Scaling with Aurora Replicas, DB instance IDs and tagging"
#: (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Integrating.AutoScaling.html).
SCALED_READER = "application-autoscaling-"


def obstacles(plan: Plan) -> Iterator[Finding]:
    """Yield each change that AWS would refuse, with what to do first."""
    yield from protected(plan)
    yield from not_empty(plan)
    for cluster in scaled_clusters(plan):
        readers = ", ".join(scaled_readers(cluster, plan))
        sentence = (
            f"{cluster.address} would be destroyed while it has readers that scaling added ({readers}): AWS refuses "
            "this, and the apply would stop halfway. First remove replica_scaling from its block, apply that, and run "
            f"`.venv/bin/python -m ops delete-scaled-readers {_label(cluster)} --env ENV`; then plan again."
        )
        yield Finding(cluster.address, "blocked", sentence)
    yield from lost_passwords(plan)


def protected(plan: Plan) -> Iterator[Finding]:
    """Yield each resource that would be destroyed while its deletion protection is on."""
    for resource in _lost(plan):
        for attribute, values in _PROTECTED.items():
            if plan.now(resource).get(attribute) in values:
                sentence = (
                    f"{resource.address} would be destroyed while its deletion protection is on: AWS refuses this, and "
                    "the apply would stop halfway. First set deletion_protection = false in its block, and apply that "
                    '(docs/runbooks/plan.md, "Removing a protected block").'
                )
                yield Finding(resource.address, "blocked", sentence)


def not_empty(plan: Plan) -> Iterator[Finding]:
    """Yield each resource that AWS deletes only if it is empty, and that the provider would not empty."""
    for resource in _lost(plan):
        flag, contents = _EMPTIED_BY.get(resource.type, ("", ""))
        now = plan.now(resource)
        if flag in now and not now[flag]:
            sentence = (
                f"{resource.address} would be destroyed while its {flag} is off: if it contains {contents}, AWS "
                f"refuses this, and the apply would stop halfway. First set {flag} = true in its block, and apply that "
                '(docs/runbooks/plan.md, "Removing a protected block").'
            )
            yield Finding(resource.address, "empty", sentence)


def scaled_clusters(plan: Plan) -> list[ResourceChange]:
    """Return the Aurora clusters that would be destroyed while they have readers that scaling added."""
    return [each for each in _lost(plan) if each.type == "aws_rds_cluster" and scaled_readers(each, plan)]


def scaled_readers(cluster: ResourceChange, plan: Plan) -> list[str]:
    """Return the cluster members that scaling added, which are not Terraform resources."""
    members = plan.now(cluster).get("cluster_members")
    names = map(str, members if isinstance(members, list) else ())
    return sorted(name for name in names if name.startswith(SCALED_READER))


def lost_passwords(plan: Plan) -> Iterator[Finding]:
    """Yield each instance whose password RDS would stop managing in the plan that creates the secret for it.

    RDS deletes its own secret immediately ("ModifyDBInstance, ManageMasterUserPassword",
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html).
    """
    created = {each.address for each in plan.changes if "create" in each.change.actions}
    for instance in plan.changes:
        managed = "manage_master_user_password"
        if instance.type != "aws_db_instance" or not instance.change.was(managed) or instance.change.becomes(managed):
            continue
        name = instance.address.partition(".")[2].removesuffix("_1")
        secret = f"aws_secretsmanager_secret.{name}_password"
        if secret in created and not instance.change.is_loss:
            sentence = (
                f"RDS would stop managing the password of {instance.address} in the same plan that creates {secret}: "
                "RDS deletes its own secret immediately, and running tasks could no longer read the password. First "
                "set copy_master_user_password = true, without any other change of the database, and apply that "
                '(docs/runbooks/plan.md, "A first replica of plain RDS").'
            )
            yield Finding(instance.address, "blocked", sentence)


def _lost(plan: Plan) -> list[ResourceChange]:
    return [each for each in plan.changes if each.change.is_loss]


def _label(resource: ResourceChange) -> str:
    """Return the name of the `database` block."""
    return resource.address.partition(".database_")[2].replace("_", "-")
