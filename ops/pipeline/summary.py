"""A plan for people and for GitLab: Markdown, and the counts of `artifacts:reports:terraform`."""

from ops.guard.judgement import Judgement
from ops.guard.plan import Change, Plan
from ops.scan.judgement import Scan

#: Rows that a merge request still shows well; the plan itself has them all.
MOST_ROWS = 100
#: What is read first: what cannot be undone.
_ORDER = ("replace", "delete", "forget", "update", "create")


def counts(plan: Plan) -> dict[str, int]:
    """Return what GitLab's widget shows ("GitLab, Terraform integration in merge requests"); a replacement is two."""
    actions = [action for each in plan.changes for action in each.change.actions]
    return {kind: actions.count(kind) for kind in ("create", "update", "delete")}


def markdown(env: str, commit: str, plan: Plan, judgement: Judgement, scan: Scan) -> str:
    """Return the summary: what changes, what the guard and the policy scan say."""
    rows = sorted((_ORDER.index(_action(each.change)), each.address) for each in plan.changes)
    told = counts(plan)
    lines = [f"## Plan of `{env}`, commit `{commit[:12]}`", ""]
    if not rows:
        lines += ["No changes.", ""]
    else:
        lines += [f"{told['create']} to create, {told['update']} to update, {told['delete']} to destroy.", ""]
        lines += ["| action | resource |", "|---|---|"]
        lines += [f"| {_ORDER[order]} | `{address}` |" for order, address in rows[:MOST_ROWS]]
        lines += [f"\n... and {len(rows) - MOST_ROWS} more, in the job's log." if len(rows) > MOST_ROWS else ""]
    lines += ["### Guard", "", *(f"- {line}" for line in judgement.told()), ""]
    lines += ["### Policy scan", "", *(f"- {line}" for line in scan.told()), ""]
    return "\n".join(lines)


def _action(change: Change) -> str:
    return "replace" if change.is_replacement else change.actions[0]
