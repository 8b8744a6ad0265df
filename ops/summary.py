"""Summaries of a plan: Markdown, and the counts for GitLab's `artifacts:reports:terraform`."""

from ops.guard.plan import Plan
from ops.markdown import table
from ops.review import Review

#: The number of rows that is still readable in a merge request. The plan itself contains all of them.
MOST_ROWS = 100
#: What cannot be undone comes first.
_ORDER = ("replace", "delete", "forget", "update", "create")


def counts(plan: Plan) -> dict[str, int]:
    """Return the counts for GitLab's widget ("GitLab, Terraform integration in merge requests").

    A replacement counts as a create and a delete.
    """
    actions = [action for each in plan.changes for action in each.change.actions]
    return {kind: actions.count(kind) for kind in ("create", "update", "delete")}


def unlocked(review: Review) -> tuple[str, ...]:
    """Return what unlock records allow in the plan, for the audit log: `loss aws_s3_bucket.bucket_old`."""
    return tuple(f"{each.kind} {each.address}" for each in review.judgement.unlocked)


def markdown(title: str, review: Review) -> str:
    """Return the summary: the changes, and the results of the guard and of the policy scan."""
    rows = sorted((_ORDER.index(each.change.action), each.address) for each in review.plan.changes)
    total = counts(review.plan)
    lines = [f"## {title}", ""]
    if not rows:
        lines += ["No changes.", ""]
    else:
        lines += [f"{total['create']} to create, {total['update']} to update, {total['delete']} to destroy.", ""]
        shown = ((_ORDER[order], f"`{address}`") for order, address in rows[:MOST_ROWS])
        lines += [table(("action", "resource"), shown)]
        lines += [f"\n... and {len(rows) - MOST_ROWS} more, in the plan itself." if len(rows) > MOST_ROWS else ""]
    lines += ["### Guard", "", *(f"- {line}" for line in review.judgement.lines()), ""]
    lines += ["### Policy scan", "", *(f"- {line}" for line in review.scan.lines()), ""]
    return "\n".join(lines)
