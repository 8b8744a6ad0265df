"""Builds and pipelines: what failed, and what waits for an approval."""

from urllib.parse import quote

from .notices import Event, Message, Notice, facts_of, string
from .reading import Reading

_STATES = {
    "FAILED": "failed",
    "FAULT": "failed because of CodeBuild",
    "STOPPED": "was stopped",
    "TIMED_OUT": "timed out",
}


def build(event: Event) -> Reading:
    """[Build notifications input format reference]
    (https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html).
    """
    detail = event["detail"]
    project, status = string(detail, "project-name"), string(detail, "build-status")
    id = string(detail, "build-id").rpartition("/")[2]
    further = detail.get("additional-information") or {}
    phases = [each for each in further.get("phases") or () if each.get("phase-status") not in (None, "SUCCEEDED")]
    texts = [str(text).strip(": ") for phase in phases for text in phase.get("phase-context") or ()]
    path = f"codesuite/codebuild/projects/{quote(project)}/build/{quote(id, safe='')}"
    return Reading(
        title=f"Build {project} {_STATES.get(status, status.lower())}",
        text="\n".join(filter(None, texts)),
        facts=(
            ("Phase", ", ".join(str(each.get("phase-type")) for each in phases)),
            ("Started by", further.get("initiator")),
            ("Build", id),
        ),
        page=("Build", f"{path}/?region={event['region']}"),
    )


def pipeline(event: Event) -> Reading:
    """[Monitoring CodePipeline events]
    (https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html).
    """
    detail = event["detail"]
    name, state = string(detail, "pipeline"), string(detail, "state")
    return Reading(
        title=f"Pipeline {name} {state.lower()}",
        facts=(("Execution", detail.get("execution-id")),),
        page=("Pipeline", f"codesuite/codepipeline/pipelines/{quote(name)}/view?region={event['region']}"),
    )


def approval(message: Message, event: Event) -> Notice:
    """[JSON data format for manual approval notifications in CodePipeline]
    (https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html): it is no event, and
    CodePipeline itself publishes it.
    """
    details = event["approval"]
    return Notice(
        id=message.id,
        title=f"{string(details, 'pipelineName')} waits for an approval",
        severity=message.severity,
        text=details.get("customData") or "",
        facts=facts_of(("Until", details.get("expires")), ("Region", event.get("region"))),
        links=(("Approve or reject", string(details, "approvalReviewLink", "externalEntityLink")),),
    )
