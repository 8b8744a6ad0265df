"""Generator of a TypeScript app that creates the resources of a synthesized stack.

The app is like one that a person would write: each class is imported from its own file, settings are typed, and
attributes are read from the objects created before (`vpc.id`), so that CDKTF does the same work in each language. What
a type does not have, such as `lifecycle`, is set with an override. Backend and outputs are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .assembly import Assembly, Class, plain

_REFERENCE = re.compile(r"\$\{(data\.)?(aws_\w+)\.([\w-]+)\.(\w+)\}")


@dataclass(frozen=True)
class Block:
    """A resource, data source, or provider of a synthesized stack."""

    kind: str
    type: str
    name: str
    settings: dict[str, Any]

    @property
    def key(self) -> tuple[str, str, str]:
        """The key by which references find it."""
        return self.kind, self.type, self.name

    @property
    def references(self) -> Iterator[tuple[str, str, str]]:
        """Keys of the blocks that its settings refer to."""
        for data, type, name, _ in _REFERENCE.findall(json.dumps(self.settings)):
            yield ("data" if data else "resource"), type, name


def write_app(stacks: dict[str, dict[str, Any]], assembly: Assembly) -> str:
    """Return the source of an app with these stacks, each given as the contents of its cdk.tf.json."""
    bodies = [_Stack(name, contents, assembly) for name, contents in stacks.items()]
    classes = sorted({(used.module, used.name) for body in bodies for used in body.used})
    imports = [f'import {{ {name} }} from "{module}";' for module, name in classes]
    functions = [line for body in bodies for line in body.lines]
    calls = [f"{body.function}(new TerraformStack(app, {json.dumps(body.name)}));" for body in bodies]
    head = 'import { App, TerraformStack, Token } from "cdktf";'
    return "\n".join([head, *imports, "", *functions, "const app = new App();", *calls, "app.synth();", ""])


def blocks(contents: dict[str, Any]) -> list[Block]:
    """Return the blocks of a cdk.tf.json: providers first, and each block after those that it refers to."""
    found = [
        Block("provider", type, f"{type}{number or ''}", settings)
        for type, aliases in contents.get("provider", {}).items()
        for number, settings in enumerate(aliases)
    ]
    for kind in ("data", "resource"):
        for type, named in contents.get(kind, {}).items():
            found += [Block(kind, type, name, settings) for name, settings in named.items()]
    return list(_in_order_of_reference(found))


def _in_order_of_reference(found: Iterable[Block]) -> Iterator[Block]:
    by_key = {block.key: block for block in found}
    done: set[tuple[str, str, str]] = set()

    def visit(block: Block) -> Iterator[Block]:
        if block.key not in done:
            done.add(block.key)
            for key in block.references:
                if key in by_key:
                    yield from visit(by_key[key])
            yield block

    for block in by_key.values():
        yield from visit(block)


class _Stack:
    """The TypeScript function that fills one stack."""

    def __init__(self, name: str, contents: dict[str, Any], assembly: Assembly) -> None:
        self.name = name
        self.function = "fill_" + re.sub(r"\W", "_", name)
        self.used: list[Class] = []
        self._assembly = assembly
        self._variables: dict[tuple[str, str, str], tuple[str, Class]] = {}
        self.lines = [f"function {self.function}(stack: TerraformStack) {{"]
        for number, block in enumerate(blocks(contents)):
            self._add(block, f"v{number}")
        self.lines.append("}")

    def _add(self, block: Block, variable: str) -> None:
        used = self._assembly.classes[block.kind, block.type]
        self.used.append(used)
        properties = self._assembly.properties(used.config)
        typed, untyped = [], []
        for key, value in block.settings.items():
            name, type = properties.get(plain(key), ("", {}))
            if name:
                typed.append(f"{name}: {self._value(value, type)}")
            elif key != "//":
                untyped.append(f"{variable}.addOverride({json.dumps(key)}, {json.dumps(value)});")
        self.lines.append(
            f"const {variable} = new {used.name}(stack, {json.dumps(block.type + '-' + block.name)}, {{"
            f" {', '.join(typed)} }});"
        )
        if block.kind != "provider":
            self.lines.append(f"{variable}.overrideLogicalId({json.dumps(block.name)});")
        self.lines += untyped
        # Added last, so that a reference in a cycle stays text.
        self._variables[block.key] = variable, used

    def _value(self, value: Any, type: dict[str, Any]) -> str:
        struct, element, kind = self._shape(type)
        if isinstance(value, list):
            if struct and not element:
                return self._value(value[0], type)
            return f"[{', '.join(self._value(each, element) for each in value)}]"
        if isinstance(value, dict):
            if kind == "array":
                return self._value([value], type)
            return self._struct(value, struct) if struct else self._map(value, element)
        if isinstance(value, str):
            return self._text(value, type)
        return json.dumps(value)

    def _shape(self, type: dict[str, Any]) -> tuple[str | None, dict[str, Any], str]:
        """Return a type's struct, the type of its elements, and whether it is an array or a map."""
        for each in type.get("union", {}).get("types", [type]):
            if self._assembly.is_struct(each.get("fqn", "")):
                return each["fqn"], {}, ""
            if collection := each.get("collection"):
                return None, collection["elementtype"], collection["kind"]
        return None, {}, ""

    def _struct(self, value: dict[str, Any], struct: str) -> str:
        properties = self._assembly.properties(struct)
        return self._object(
            (properties[plain(key)][0], self._value(each, properties[plain(key)][1])) for key, each in value.items()
        )

    def _map(self, value: dict[str, Any], element: dict[str, Any]) -> str:
        return self._object((json.dumps(key), self._value(each, element)) for key, each in value.items())

    @staticmethod
    def _object(members: Iterable[tuple[str, str]]) -> str:
        return "{ " + ", ".join(f"{name}: {value}" for name, value in members) + " }"

    def _text(self, value: str, type: dict[str, Any]) -> str:
        """Return a string in which references to existing objects read their attributes."""
        parts, end = [], 0
        for found in _REFERENCE.finditer(value):
            key = ("data" if found[1] else "resource", found[2], found[3])
            variable, used = self._variables.get(key, ("", None))
            if used and (attribute := used.attributes.get(plain(found[4]))):
                parts += [json.dumps(value[end : found.start()]), f"{variable}.{attribute}"]
                end = found.end()
        text = " + ".join(part for part in [*parts, json.dumps(value[end:])] if part != '""') or '""'
        return self._as_token(text, type)

    def _as_token(self, text: str, type: dict[str, Any]) -> str:
        """Return the text as its type requires: a number or a list may be a reference too."""
        _, element, kind = self._shape(type)
        if type == {"primitive": "number"}:
            return f"Token.asNumber({text})"
        if kind:
            return (
                f"Token.asList({text})"
                if kind == "array" and element == {"primitive": "string"}
                else f"Token.asAny({text})"
            )
        if "union" in type:
            return f"Token.asAny({text})"
        return text
