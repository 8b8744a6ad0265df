"""Numbers of a plan, for GitLab's `artifacts:reports:terraform` and for the audit log; ops/note writes for people."""

from ops.guard.plan import Plan
from ops.review import Review


def counts(plan: Plan) -> dict[str, int]:
    """Return the counts for GitLab's widget ("GitLab, Terraform integration in merge requests").

    A replacement counts as a create and a delete.
    """
    actions = [action for each in plan.changes for action in each.change.actions]
    return {kind: actions.count(kind) for kind in ("create", "update", "delete")}


def unlocked(review: Review) -> tuple[str, ...]:
    """Return what unlock records allow in the plan, for the audit log: `loss aws_s3_bucket.bucket_old`."""
    return tuple(f"{each.kind} {each.address}" for each in review.judgement.unlocked)
