"""Notices of failed builds and pipelines, and of approvals, from the samples in AWS's documentation."""

import json
from typing import Any

from lambdas.slack_alarm.formats import notice_of
from lambdas.slack_alarm.notices import Message, Notice
from tests.lambdas.slack_alarm.event_bridge import arn, event

TOPIC = arn("sns", "agora-prod-alarms-warning")
PROJECT = "agora-prod-build-rollout"
ID = f"{PROJECT}:8745a7a9-c340-456a-9166-edf953571b00"
CONSOLE = "https://ap-northeast-2.console.aws.amazon.com/codesuite"
#: [Build notifications input format reference]
#: (https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html).
BUILD: dict[str, Any] = {
    "build-status": "FAILED",
    "project-name": PROJECT,
    "build-id": arn("codebuild", f"build/{ID}"),
    "additional-information": {
        "initiator": "events/agora-prod-build-rollout-pushed",
        "phases": [
            {"phase-context": [], "phase-type": "SUBMITTED", "phase-status": "SUCCEEDED"},
            {
                "phase-context": ["COMMAND_EXECUTION_ERROR: Error while executing command. Reason: exit status 1"],
                "phase-type": "BUILD",
                "phase-status": "FAILED",
            },
            {"phase-type": "COMPLETED"},
        ],
    },
}
#: [JSON data format for manual approval notifications in CodePipeline]
#: (https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html).
APPROVAL: dict[str, Any] = {
    "region": "ap-northeast-2",
    "consoleLink": f"{CONSOLE}/codepipeline/pipelines/agora-prod-site-www/view",
    "approval": {
        "pipelineName": "agora-prod-site-www",
        "stageName": "Approval",
        "actionName": "Approve",
        "token": "1a2b3c4d-573f-4ea7-a67E-XAMPLETOKEN",
        "expires": "2026-12-05T10:00Z",
        "externalEntityLink": None,
        "approvalReviewLink": f"{CONSOLE}/codepipeline/pipelines/agora-prod-site-www/view",
        "customData": "Publish the built pages of www?",
    },
}


def notice(content: dict[str, Any]) -> Notice:
    return notice_of(Message("1", json.dumps(content), "", TOPIC), runbooks="https://runbooks.example/alarms.md")


def test_failed_build_says_phase_and_reason() -> None:
    found = notice(event("aws.codebuild", "CodeBuild Build State Change", BUILD))
    assert found.title == f"Build {PROJECT} failed"
    assert found.text == "COMMAND_EXECUTION_ERROR: Error while executing command. Reason: exit status 1"
    assert ("Phase", "BUILD") in found.facts
    assert found.links == (
        ("Runbook", "https://runbooks.example/alarms.md#codebuild-build-state-change"),
        ("Build", f"{CONSOLE}/codebuild/projects/{PROJECT}/build/{ID.replace(':', '%3A')}/?region=ap-northeast-2"),
    )


def test_stopped_build_without_phases_is_readable() -> None:
    found = notice(
        event(
            "aws.codebuild",
            "CodeBuild Build State Change",
            {**BUILD, "build-status": "STOPPED", "additional-information": {}},
        )
    )
    assert (found.title, found.text) == (f"Build {PROJECT} was stopped", "")


def test_failed_pipeline_leads_to_its_page() -> None:
    detail = {"pipeline": "agora-prod-site-www", "version": 1, "state": "FAILED", "execution-id": "01234567-0123"}
    found = notice(event("aws.codepipeline", "CodePipeline Pipeline Execution State Change", detail))
    assert found.title == "Pipeline agora-prod-site-www failed"
    page = f"{CONSOLE}/codepipeline/pipelines/agora-prod-site-www/view?region=ap-northeast-2"
    assert found.links[1] == ("Pipeline", page)


def test_approval_leads_to_the_page_where_it_is_given() -> None:
    found = notice(APPROVAL)
    assert found.title == "agora-prod-site-www waits for an approval"
    assert found.severity == "warning"
    assert found.text == "Publish the built pages of www?"
    assert ("Until", "2026-12-05T10:00Z") in found.facts
    assert found.links == (("Approve or reject", APPROVAL["approval"]["approvalReviewLink"]),)


def test_approval_of_another_form_is_posted_as_it_came() -> None:
    assert notice({**APPROVAL, "approval": {}}).as_it_came
