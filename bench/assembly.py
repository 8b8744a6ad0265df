"""The jsii assembly of the bindings: classes by their Terraform type, and the types of properties."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

_TERRAFORM_TYPE = re.compile(r"/docs(?:/(?:resources|data-sources)/\S+)? (\w+)\}\.$")


def plain(name: str) -> str:
    """Return a name without case and underscores: `cidr_block` in Terraform is `cidrBlock` in TypeScript."""
    return name.replace("_", "").lower()


@dataclass(frozen=True)
class Class:
    """A resource, data source, or provider in TypeScript."""

    name: str
    #: The module that exports it.
    module: str
    #: The jsii name of its configuration.
    config: str
    #: Its readable string attributes by plain name.
    attributes: dict[str, str] = field(repr=False)


#: Terraform's own resource, which is a class of CDKTF. Its settings are of any type.
_DATA = Class("DataResource", "cdktf", "cdktf.DataResourceConfig", {"id": "id"})
_ANY = {"primitive": "any"}


class Assembly:
    """The types of `@cdktf/provider-aws`."""

    def __init__(self, package: Path) -> None:
        self._types: dict[str, Any] = json.loads((package / ".jsii").read_text(encoding="utf-8"))["types"]

    @cached_property
    def classes(self) -> dict[tuple[str, str], Class]:
        """Classes by kind and Terraform type: `("resource", "aws_vpc")`."""
        kinds = {
            "cdktf.TerraformResource": "resource",
            "cdktf.TerraformDataSource": "data",
            "cdktf.TerraformProvider": "provider",
        }
        found = {("resource", "terraform_data"): _DATA}
        for description in self._types.values():
            summary = _TERRAFORM_TYPE.search(description.get("docs", {}).get("summary", ""))
            if (kind := kinds.get(description.get("base"))) and summary:
                found[kind, summary[1]] = _as_class(description)
        return found

    def properties(self, name: str) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return the properties of a struct by plain name: the name in TypeScript, and the type."""
        if name == _DATA.config:
            return {plain(each): (each, _ANY) for each in ("input", "triggersReplace")}
        described = self._types.get(name, {}).get("properties", [])
        return {plain(each["name"]): (each["name"], each["type"]) for each in described}

    def is_struct(self, name: str) -> bool:
        """Return whether the name is a struct of the bindings."""
        return bool(self._types.get(name, {}).get("datatype"))


def _as_class(description: dict[str, Any]) -> Class:
    readable = [each for each in description["properties"] if not each.get("static")]
    return Class(
        name=description["name"],
        module="@cdktf/provider-aws/lib/" + description["symbolId"].split("/")[1],
        config=description["initializer"]["parameters"][2]["type"]["fqn"],
        attributes={plain(each["name"]): each["name"] for each in readable if each["type"] == {"primitive": "string"}},
    )
