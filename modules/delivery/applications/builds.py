"""What the pipeline of an application may do with a build."""

from typing import TYPE_CHECKING

from modules.delivery.build.keys.rollout import TAG
from modules.foundation.policies import Statement, allow

if TYPE_CHECKING:
    # For the type checker only, so that an environment without builds does not import their constructs.
    from modules.delivery.codebuild.project import Project

#: What StartBuild could replace in the project. With other commands, another image, or another role, whoever starts a
#: build could do all that its role may.
_OVERRIDES = (
    "codebuild:environment.image",
    "codebuild:environment.privilegedMode",
    "codebuild:serviceRole",
    "codebuild:source.buildspec",
    "codebuild:source.location",
)


def start_statements(project: "Project") -> list[Statement]:
    """Return the statements to start builds of one project as it is, with an image's tag, and to follow them.

    [AWS CodeBuild User Guide, AWS CodeBuild condition keys]
    (https://docs.aws.amazon.com/codebuild/latest/userguide/action-context-keys.html).
    """
    return [
        allow(
            "StartBuild",
            actions=["codebuild:StartBuild"],
            resources=[project.arn],
            condition={
                "Null": dict.fromkeys(_OVERRIDES, "true"),
                # Other variables, such as the namespace or BASH_ENV, would change what the commands do.
                "ForAllValues:StringEquals": {"codebuild:environment.environmentVariables.name": TAG},
            },
        ),
        allow("FollowBuild", actions=["codebuild:BatchGetBuilds", "codebuild:StopBuild"], resources=[project.arn]),
        allow("ReadLog", actions=["logs:GetLogEvents"], resources=[f"{project.log_group_arn}:log-stream:*"]),
    ]
