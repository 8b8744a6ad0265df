"""Summaries of a plan: Markdown, and the counts for GitLab's `artifacts:reports:terraform`."""

from ops.guard.judgement import Judgement
from ops.guard.plan import Change, Plan
from ops.scan.judgement import Scan

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


def markdown(env: str, commit: str, plan: Plan, judgement: Judgement, scan: Scan) -> str:
    """Return the summary: the changes, and the results of the guard and of the policy scan."""
    rows = sorted((_ORDER.index(_action(each.change)), each.address) for each in plan.changes)
    total = counts(plan)
    lines = [f"## Plan of `{env}`, commit `{commit[:12]}`", ""]
    if not rows:
        lines += ["No changes.", ""]
    else:
        lines += [f"{total['create']} to create, {total['update']} to update, {total['delete']} to destroy.", ""]
        lines += ["| action | resource |", "|---|---|"]
        lines += [f"| {_ORDER[order]} | `{address}` |" for order, address in rows[:MOST_ROWS]]
        lines += [f"\n... and {len(rows) - MOST_ROWS} more, in the job's log." if len(rows) > MOST_ROWS else ""]
    lines += ["### Guard", "", *(f"- {line}" for line in judgement.lines()), ""]
    lines += ["### Policy scan", "", *(f"- {line}" for line in scan.lines()), ""]
    return "\n".join(lines)


def _action(change: Change) -> str:
    return "replace" if change.is_replacement else change.actions[0]
