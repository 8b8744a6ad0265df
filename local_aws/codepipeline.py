"""CodePipeline: when a pipeline was created and changed.

- AWS: the metadata of [GetPipeline]
  (https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipeline.html) has timestamps as numbers, as all
  of the JSON 1.1 protocol. Moto 5.2.5 writes text, which clients reject. Corrected.

Executions run nothing: Moto says that they succeeded.
"""

import json
from typing import Any

from local_aws.extend import add


def install() -> None:
    """Change Moto's CodePipeline."""
    from moto.codepipeline.responses import CodePipelineResponse

    add(CodePipelineResponse, get_pipeline)


def get_pipeline(response: Any) -> str:
    """GetPipeline."""
    backend = response.codepipeline_backend
    pipeline, metadata = backend.get_pipeline(response._get_param("name"))
    found = backend.pipelines[response._get_param("name")]
    times = {"created": found._created.timestamp(), "updated": found._updated.timestamp()}
    return json.dumps({"pipeline": pipeline, "metadata": {**metadata, **times}})
