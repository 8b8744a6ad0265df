"""The summary of a plan."""

from ops.guard.judgement import Judgement
from ops.guard.plan import Plan
from ops.review import Review
from ops.scan.checkov import Finding
from ops.scan.judgement import Scan
from ops.summary import MOST_ROWS, counts, markdown
from tests.ops.guard.plans import BUCKET, DATABASE, change, created, destroyed, plan, updated

NOTHING = Judgement([], [], [])
CLEAN = Scan([], [], [])


def test_irreversible_changes_come_first() -> None:
    several = Plan.model_validate(
        plan(
            created("aws_route.a"),
            updated(BUCKET, {}, {"a": 1}),
            destroyed("aws_route.b"),
            change(DATABASE, "delete", "create", before={}, after={}),
            change("aws_vpc.x", "no-op"),
        )
    )
    assert counts(several) == {"create": 2, "update": 1, "delete": 2}
    text = markdown("Plan of `dev`", Review(several, NOTHING, CLEAN))
    assert text.startswith("## Plan of `dev`\n\n2 to create, 1 to update, 2 to destroy.\n")
    assert [line for line in text.splitlines() if line.startswith("| ")][1:] == [
        f"| replace | `{DATABASE}` |",
        "| delete | `aws_route.b` |",
        f"| update | `{BUCKET}` |",
        "| create | `aws_route.a` |",
    ]


def test_no_changes() -> None:
    assert "No changes." in markdown("Plan", Review(Plan.model_validate(plan()), NOTHING, CLEAN))


def test_long_summary_is_truncated() -> None:
    many = Plan.model_validate(plan(*(created(f"aws_route.x{number}") for number in range(MOST_ROWS + 3))))
    text = markdown("Plan", Review(many, NOTHING, CLEAN))
    assert text.count("| create |") == MOST_ROWS
    assert "... and 3 more" in text


def test_summary_contains_policy_findings() -> None:
    scan = Scan([Finding(BUCKET, "CKV_AWS_20", "No bucket is public")], [], [])
    text = markdown("Plan", Review(Plan.model_validate(plan()), NOTHING, scan))
    assert f"### Policy scan\n\n- found: {BUCKET} fails CKV_AWS_20: No bucket is public. " in text
