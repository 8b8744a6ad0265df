"""The note on a plan: short, per block, and with nothing that a value could break."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from modules.environment_files import EnvironmentFile, load
from ops.guard.finding import Finding
from ops.guard.judgement import Judgement
from ops.guard.plan import Plan
from ops.note.note import IN_THE_PLAN, LIMIT, Subject, account_subject, environment_subject, markdown
from ops.note.server import Server
from ops.review import Review
from ops.scan import checkov
from ops.scan.judgement import Scan
from ops.workspace import PROJECT
from tests.ops.guard.plans import change, created, destroyed, plan, updated

NOTHING = Judgement([], [], [])
CLEAN = Scan([], [], [])
SERVER = Server(
    files="https://git.example/group/project/-/blob/0123abc", job="https://git.example/jobs/1", head="f" * 40
)
SECRET = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def prod() -> EnvironmentFile:
    files = load(Path("envs"))
    return files["prod"]


def subject(file: EnvironmentFile, document: Mapping[str, Any], judgement: Judgement = NOTHING) -> Subject:
    return environment_subject(file, Review(Plan.model_validate(document), judgement, CLEAN), SERVER)


SEVERAL = plan(
    created("aws_sqs_queue.queue_push_mobile"),
    updated("aws_ecs_service.service_api", {"cpu": 256}, {"cpu": 512}),
    destroyed("aws_s3_bucket.bucket_old"),
    change("aws_nat_gateway.network_a", "delete", "create", before={"subnet_id": "a"}, after={"subnet_id": "b"},
           replace_paths=[["subnet_id"]]),
    change("aws_vpc.network_vpc", "no-op"),
)  # fmt: skip


def test_note_for_terminal_is_readable_as_text(prod: EnvironmentFile) -> None:
    line = prod.document.line(("service", "api"))
    text = markdown("Plan of `prod`", subject(prod, SEVERAL))
    assert text.startswith("## Plan of `prod`: 1 to replace, 1 to destroy, 1 to update, 1 to create\n")
    assert "- Guard: passed, 0 unlocked by a record\n" in text
    assert "- Unavailable meanwhile: 1\n" in text
    assert f'### service "api", envs/prod.hcl:{line}: 1 update\n\n- update `aws_ecs_service.service_api`\n' in text
    assert "\n```diff\n! cpu: 256 -> 512\n```\n" in text
    assert '! subnet_id: "a" -> "b"  # forces the replacement' in text
    assert "<" not in text.replace("<https", "")


def test_irreversible_changes_come_first(prod: EnvironmentFile) -> None:
    text = markdown("Plan", subject(prod, SEVERAL))
    titles = [line.removeprefix("### ") for line in text.splitlines() if line.startswith("### ")]
    assert [title.partition(",")[0].partition(":")[0] for title in titles] == [
        "Unavailable meanwhile",
        "network",
        "resources of blocks that the file no longer has",
        'service "api"',
        'push "mobile"',
    ]


def test_note_for_server_folds_blocks_and_links_their_lines(prod: EnvironmentFile) -> None:
    line = prod.document.line(("service", "api"))
    text = markdown("Plan of `prod`", subject(prod, SEVERAL), html=True)
    url = f"https://git.example/group/project/-/blob/0123abc/envs/prod.hcl#L{line}"
    summary = f'<b>service "api"</b>, <a href="{url}">envs/prod.hcl:{line}</a>: 1 update'
    assert f"<details><summary>{summary}</summary>\n\n- update" in text
    assert text.count("<details>") == text.count("</details>") == 4
    assert "### Unavailable meanwhile" in text
    assert "- Planned for commit `ffffffffffff` by [this job](https://git.example/jobs/1)" in text


def test_no_changes(prod: EnvironmentFile) -> None:
    assert markdown("Plan", subject(prod, plan())).startswith("## Plan: no changes\n")


def test_refused_plan_is_not_folded(prod: EnvironmentFile) -> None:
    judgement = Judgement([Finding("aws_vpc.x", "loss", "aws_vpc.x would be destroyed <b>.")], [], ["a note"])
    text = markdown("Plan", subject(prod, plan(), judgement), html=True)
    assert "- Guard: **1 refused**" in text
    assert "### Guard\n\n- refused: aws_vpc.x would be destroyed &#60;b&#62;.\n- note: a note\n" in text


def test_policy_findings_are_listed(prod: EnvironmentFile) -> None:
    scan = Scan([checkov.Finding("aws_s3_bucket.bucket_content", "CKV_AWS_20", "No bucket is public")], [], [])
    review = Review(Plan.model_validate(plan()), NOTHING, scan)
    text = markdown("Plan", environment_subject(prod, review))
    assert "- Policy scan: **1 refused**" in text
    assert "### Policy scan\n\n- found: aws_s3_bucket.bucket_content fails CKV_AWS_20: No bucket is public. " in text


def test_moved_addresses_are_named(prod: EnvironmentFile) -> None:
    moved = {**change("aws_s3_bucket.bucket_new", "no-op"), "previous_address": "aws_s3_bucket.bucket_old"}
    text = markdown("Plan", subject(prod, plan(moved)))
    assert "### Moved: 1\n\n- `aws_s3_bucket.bucket_old` is now `aws_s3_bucket.bucket_new`\n" in text


def test_drift_that_the_plan_repairs_is_named(prod: EnvironmentFile) -> None:
    group, table = "aws_security_group.service_api", "aws_route_table.network_a"
    document = {
        **plan(
            updated(group, {"a": "by hand", "b": 1, "c": 3}, {"a": "ours", "b": 2, "c": 3}),
            created(table),
            updated("aws_vpc.network_vpc", {"x": 1}, {"x": 2}),
        ),
        "resource_drift": [
            updated(group, {"a": "ours", "b": 1, "c": 0}, {"a": "by hand", "b": 1, "c": 3}),
            change(table, "delete", before={"id": "x"}),
            updated("aws_ecs_service.service_api", {"desired_count": 2}, {"desired_count": 4}),
        ],
    }
    text = markdown("Plan", subject(prod, document))
    assert (
        "### Changed outside Terraform, and repaired by this plan\n\n"
        f"- `{group}`: `a` set back\n- `{table}`: deleted, and created again\n\n"
    ) in text


def test_value_cannot_break_out_of_the_note(prod: EnvironmentFile) -> None:
    hostile = "```\n</details>\n/merge\n@everyone <img src=x>"
    text = markdown(
        "Plan", subject(prod, plan(updated("aws_ecs_service.service_api", {"x": "a"}, {"x": hostile * 9}))), html=True
    )
    lines = text.splitlines()
    fences = [number for number, line in enumerate(lines) if line.startswith("````")]
    assert len(fences) == 2
    assert all(fences[0] < number < fences[1] for number, line in enumerate(lines) if "@everyone" in line)
    assert not any(line.startswith(("/", "</details><")) for line in lines)
    assert all(line[:1] in "!+- " for line in lines[fences[0] + 1 : fences[1]])


@pytest.mark.parametrize("fence", ["`", "```", "````````", "~~~", "\n```\n", "|", "**", "</details>", "]("])
def test_parser_of_markdown_finds_only_our_html(fence: str, prod: EnvironmentFile) -> None:
    """A value in every place where one can be: attributes, addresses, findings, drift, and moved addresses."""
    hostile = f"{fence} <img src=x onerror=y> {fence}\n<script>@all</script>\n/merge {fence}"
    address = f'aws_ecs_service.service_api["{hostile}"]'
    document = {
        **plan(updated(address, {"x": hostile, "y": 1}, {"x": hostile * 9, "y": hostile}), created(f"{address}.b")),
        "resource_drift": [updated(address, {"y": hostile}, {"y": 1})],
    }
    document["resource_changes"][0]["previous_address"] = hostile
    judgement = Judgement([Finding(address, "loss", f"{address} would be lost {hostile}.")], [], [hostile])
    text = markdown("Plan", subject(prod, document, judgement), html=True)
    tokens = [inner for token in MarkdownIt("commonmark").parse(text) for inner in (token, *(token.children or ()))]
    found = [token.content for token in tokens if token.type in ("html_block", "html_inline")]
    assert found
    assert not any("img" in each or "script" in each or "/merge" in each for each in found)
    assert not any(line.startswith("/") for line in text.splitlines())


def test_note_has_no_secret_of_any_change(prod: EnvironmentFile) -> None:
    mark = {"before_sensitive": {"value": True}, "after_sensitive": {"value": True}}
    values = {"before": {"value": SECRET}, "after": {"value": f"new-{SECRET}"}}
    document = {
        **plan(
            change("aws_ssm_parameter.service_api", "update", **values, **mark),
            change("aws_ssm_parameter.service_b", "delete", "create", **values, **mark, replace_paths=[["value"]]),
            change("aws_ssm_parameter.service_c", "create", after=values["after"], **mark),
            change("aws_ssm_parameter.service_d", "delete", before=values["before"]),
        ),
        "resource_drift": [
            change("aws_ssm_parameter.service_api", "update", before=values["after"], after=values["before"], **mark)
        ],
    }  # fmt: skip
    for html in (True, False):
        text = markdown("Plan", subject(prod, document), html=html)
        assert "! value: (sensitive) -> (sensitive, changed)" in text
        assert SECRET not in text


def test_long_note_omits_details_before_blocks(prod: EnvironmentFile) -> None:
    many = [
        updated(f"aws_ecs_service.service_api_{number}", {"x": "a\n" * 20}, {"x": "ä\n" * 20}) for number in range(900)
    ]
    text = markdown("Plan", subject(prod, plan(*many, created("aws_subnet.network_a"))), html=True)
    assert len(text.encode()) <= LIMIT
    assert f"- ... and 840 more, {IN_THE_PLAN}" in text
    assert "- create `aws_subnet.network_a`" in text


def test_shortened_block_has_no_lines_of_values(prod: EnvironmentFile) -> None:
    change_ = updated("aws_ecs_service.service_api", {"x": " </details>\n" * 9 + "x" * 300}, {"x": "y" * 300})
    whole = markdown("Plan", subject(prod, plan(change_)), html=True)
    short = markdown("Plan", subject(prod, plan(change_)), html=True, limit=len(whole.encode()))
    assert "\n- </details>\n" in whole
    assert short.count("</details>") == 1
    assert "- update `aws_ecs_service.service_api`" in short


def test_too_long_note_counts_what_it_omits(prod: EnvironmentFile) -> None:
    text = markdown("Plan", subject(prod, SEVERAL), limit=600)
    assert len(text.encode()) <= 600
    assert f"more, {IN_THE_PLAN}: all of them are too long for a note.\n" in text


def test_account_plan_has_no_verdicts(prod: EnvironmentFile) -> None:
    assert prod.account
    line = prod.account.document.line(("people",))
    document = Plan.model_validate(plan(updated("aws_iam_role.people_prod_read", {"name": "a"}, {"name": "b"})))
    text = markdown("Plan of account `333333333333`", account_subject(prod, document))
    assert "Guard" not in text
    assert f"### people, envs/accounts/production.hcl:{line}: 1 update" in text


def test_real_environment_without_account_file() -> None:
    file = load(PROJECT / "envs")["staging"]
    assert account_subject(file, Plan.model_validate(plan())).document is None
