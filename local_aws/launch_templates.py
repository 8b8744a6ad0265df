"""Launch templates: the template's own tags are its own.

- AWS: CreateLaunchTemplate takes tags for the template (TagSpecification) beside those for what is started from it
  (LaunchTemplateData.TagSpecifications). Moto 5.2.5 puts the first among the second, so that a template made with
  tags reads back as one that tags a `launch-template`, and every plan makes a new version. Added: each where it
  belongs.
"""

from collections.abc import Callable
from typing import Any

#: What only the template itself bears.
_TEMPLATE = "launch-template"


def install() -> None:
    """Mend Moto's launch templates."""
    from moto.ec2.models import EC2Backend

    from local_aws.extend import add

    add(EC2Backend, _without_own_tags(EC2Backend.create_launch_template))


def _without_own_tags(create: Callable[..., Any]) -> Callable[..., Any]:
    """Take the template's own tags out of its data; it has them as its tags."""

    def create_launch_template(
        backend: Any, name: str, description: str, template_data: dict[str, Any], tag_spec: dict[str, Any]
    ) -> Any:
        specifications = template_data.pop("TagSpecifications", [])
        others = [each for each in specifications if each["ResourceType"] != _TEMPLATE]
        data = {**template_data, "TagSpecifications": others} if others else template_data
        return create(backend, name, description, data, tag_spec)

    return create_launch_template
