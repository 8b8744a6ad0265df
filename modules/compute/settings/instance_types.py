"""Instance types of EC2 by their names, `m7g.large`: family, generation, options, size."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from modules.foundation.refusals import broken_rule

Architecture = Literal["arm64", "x86_64"]

#: "Amazon EC2 Instance Types, Naming conventions": letters of the family, the generation, letters of its options (and
#: after a hyphen more of them, as in u7i-12tb and c7i-flex), the size.
_INSTANCE_TYPE = re.compile(
    r"(?P<family>[a-z]+)(?P<generation>[0-9]+)(?P<options>[a-z]*)(-[a-z0-9]+)?\."
    r"(nano|micro|small|medium|large|[0-9]*xlarge|metal(-[0-9]+xl)?)"
)


def architecture_of(instance_type: str) -> Architecture | None:
    """Return the processors' architecture, None for what is not an instance type.

    "Naming conventions, Processor families": a `g` among the options is Graviton; the very first of them, a1, has none.
    """
    found = _INSTANCE_TYPE.fullmatch(instance_type)
    if found is None:
        return None
    return "arm64" if "g" in found["options"] or found["family"] == "a" else "x86_64"


def _instance_type(value: str) -> str:
    if architecture_of(value) is None:
        raise broken_rule("is not an instance type", 'write one as "m7g.large" or "t4g.small"')
    return value


InstanceType = Annotated[str, AfterValidator(_instance_type)]
