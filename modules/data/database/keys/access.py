"""Access to databases, as written in `databases` of services, tasks, functions, and service accounts."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from modules.foundation.problems import broken_rule


def _access(value: Any) -> Any:
    if value == "read":
        rule = "is not supported yet: programs get the login of the administrator, who can also write"
        raise broken_rule(rule, 'write "read_write", or create a user in the database yourself')
    return value


DatabaseAccess = Annotated[Literal["read_write"], BeforeValidator(_access)]
