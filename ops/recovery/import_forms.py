"""The forms of import ids, in which planned values are inserted.

A form contains planned values: `{name}`, `{dns_config[0][namespace_id]}`, `:last` selects the part after the last
slash, and `:host` a URL without its scheme; also `{account}`, `{region}`, and the result of a call, `{found}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Named:
    """An import id that consists of planned values. The first form whose values are all set is used."""

    forms: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """An import id that AWS assigned, found with an API call.

    `search` is a JMESPath expression for the response, in which planned values are literals. `each` is a call for every
    id that was found, and a condition for its response.
    """

    service: str
    operation: str
    search: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    form: str = "{found}"
    each: tuple[str, Mapping[str, Any], str] | None = None


Row = Named | Listed
