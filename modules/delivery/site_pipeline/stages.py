"""The stages of a site's pipeline, and what starts it."""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.codepipeline import (
    CodepipelineStage,
    CodepipelineStageAction,
    CodepipelineTrigger,
    CodepipelineTriggerGitConfiguration,
    CodepipelineTriggerGitConfigurationPush,
    CodepipelineTriggerGitConfigurationPushBranches,
    CodepipelineTriggerGitConfigurationPushTags,
)

from modules.delivery.site_pipeline.settings import SitePipelineSettings

#: The names of the artifacts.
SOURCE, PAGES = "source", "pages"
SOURCE_ACTION = "Source"
_CONNECTION = "CodeStarSourceConnection"


def source_stage(settings: SitePipelineSettings, connection_arn: str) -> CodepipelineStage:
    """Return the stage that gets the source.

    [AWS CodePipeline User Guide, CodeStarSourceConnection for GitHub, GitLab, and others]
    (https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html).
    """
    configuration = {
        "ConnectionArn": connection_arn,
        "FullRepositoryId": settings.repository,
        "BranchName": settings.branch,
        "OutputArtifactFormat": "CODE_ZIP",
        # The trigger decides what starts the pipeline; with one, CodePipeline detects no other changes.
        "DetectChanges": "false",
    }
    return _stage("Source", _action(SOURCE_ACTION, "Source", _CONNECTION, configuration, outputs=[SOURCE]))


def build_stage(project: str) -> CodepipelineStage:
    """Return the stage in which a CodeBuild project builds the pages."""
    action = _action("Build", "Build", "CodeBuild", {"ProjectName": project}, inputs=[SOURCE], outputs=[PAGES])
    return _stage("Build", action)


def approval_stage(site: str, topic_arn: str | None) -> CodepipelineStage:
    """Return the stage that waits until somebody approves, for seven days.

    [AWS CodePipeline User Guide, Add a manual approval action]
    (https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-action-add.html).
    """
    configuration = {"CustomData": f"Publish the built pages of {site}?"}
    if topic_arn:
        configuration["NotificationArn"] = topic_arn
    return _stage("Approval", _action("Approve", "Approval", "Manual", configuration))


def publish_stage(project: str) -> CodepipelineStage:
    """Return the stage in which a CodeBuild project publishes the pages."""
    return _stage("Publish", _action("Publish", "Build", "CodeBuild", {"ProjectName": project}, inputs=[PAGES]))


def trigger(settings: SitePipelineSettings) -> CodepipelineTrigger:
    """Return the trigger: pushes of these tags, or to the branch.

    [AWS CodePipeline User Guide, Add trigger with code push or pull request event types]
    (https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html).
    """
    if settings.tags:
        excluded = list(settings.excluded_tags) or None
        push = CodepipelineTriggerGitConfigurationPush(
            tags=CodepipelineTriggerGitConfigurationPushTags(includes=list(settings.tags), excludes=excluded)
        )
    else:
        push = CodepipelineTriggerGitConfigurationPush(
            branches=CodepipelineTriggerGitConfigurationPushBranches(includes=[settings.branch])
        )
    return CodepipelineTrigger(
        provider_type=_CONNECTION,
        git_configuration=CodepipelineTriggerGitConfiguration(source_action_name=SOURCE_ACTION, push=[push]),
    )


def _stage(name: str, action: CodepipelineStageAction) -> CodepipelineStage:
    return CodepipelineStage(name=name, action=[action])


def _action(
    name: str,
    category: str,
    provider: str,
    configuration: Mapping[str, str],
    *,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
) -> CodepipelineStageAction:
    return CodepipelineStageAction(
        name=name,
        category=category,
        owner="AWS",
        provider=provider,
        version="1",
        configuration=dict(configuration),
        input_artifacts=list(inputs) or None,
        output_artifacts=list(outputs) or None,
    )
