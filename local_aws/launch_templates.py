"""Launch templates: a template's own tags are separate from the tags of its instances.

- AWS: CreateLaunchTemplate accepts tags for the template (TagSpecification) in addition to tags for what is launched
  from it (LaunchTemplateData.TagSpecifications). Moto 5.2.5 adds the former to the latter, so that a template with tags
  reads back as one that tags a `launch-template`, and every plan creates a new version. Added: the separation.
"""

from collections.abc import Callable
from typing import Any

#: The resource type of the template itself.
_TEMPLATE = "launch-template"


def install() -> None:
    """Correct the tags of Moto's launch templates."""
    from moto.ec2.models import EC2Backend

    from local_aws.extend import add

    add(EC2Backend, _without_own_tags(EC2Backend.create_launch_template))


def _without_own_tags(create: Callable[..., Any]) -> Callable[..., Any]:
    """Remove the template's own tags from its data; they are stored as its tags."""

    def create_launch_template(
        backend: Any, name: str, description: str, template_data: dict[str, Any], tag_spec: dict[str, Any]
    ) -> Any:
        specifications = template_data.pop("TagSpecifications", [])
        others = [each for each in specifications if each["ResourceType"] != _TEMPLATE]
        data = {**template_data, "TagSpecifications": others} if others else template_data
        return create(backend, name, description, data, tag_spec)

    return create_launch_template
