"""References to attributes of resources, `${aws_vpc.network_vpc.id}`, without asking the jsii kernel for each.

CDKTF returns a token for `vpc.id`, and replaces it when it synthesizes. For a plain string attribute, the result is
known beforehand: it consists of the type, the address, and the attribute's name. Reading one therefore returns a
placeholder in the form of a token. When a string is passed to the kernel, its placeholders are replaced: by the
reference itself where CDKTF would write nothing else, by the kernel's token everywhere else (see `References.in_text`).
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .layout import PACKAGE

#: Submodules whose names have an underscore that their Terraform type does not have: `s3_control_bucket`.
_OTHER_TYPE = re.compile(r"(data_aws_)?(lexv2_models|route53_(domains|profiles|recovery)|s3_(control|outposts|tables))")
#: Classes with attributes.
_ELEMENTS = ("cdktf.TerraformResource", "cdktf.TerraformDataSource")
_PLACEHOLDER = re.compile(r"\$\{TfToken\[GROUNDWORK\.(\d+)\]\}")
#: What takes strings from Python, and synthesizes them as they are.
_OUTPUT = "cdktf.TerraformOutput"


@dataclass
class _Construct:
    """What Python knows of a construct that it has created."""

    stack: Any
    path: tuple[str, ...]
    #: Whether it is a resource or data source whose attributes have one value: not with `for_each`.
    has_attributes: bool
    #: Whether it synthesizes strings as they are.
    is_plain: bool
    logical_id: str | None = None
    #: Whether a reference with this logical ID was returned.
    is_read: bool = False
    #: Whether the kernel was asked for anything else, and may have used the logical ID.
    is_asked: bool = False


@dataclass
class _Attribute:
    element: Any
    property: str
    reference: str
    stack: Any
    token: str | None = None


class References:
    """The attributes that were read; `get` asks the kernel."""

    def __init__(self, get: Callable[[Any, str], Any]) -> None:
        self._get = get
        self._constructs: dict[str, _Construct] = {}
        self._read: list[_Attribute] = []
        self._placeholders: dict[tuple[str, str], str] = {}

    def plain_stack_of_new(self, kind: type, args: list[Any]) -> Any:
        """Return the stack in which a construct of this class, not created yet, will synthesize strings as they are."""
        scope = self.known(args[0]) if args else None
        return scope.stack if scope and _is_plain(kind) else None

    def created(self, kind: type, element: Any, args: list[Any]) -> None:
        """Record a construct that was created with these arguments: scope, ID, and settings."""
        scope = self.known(args[0]) if args else None
        if _is_a(kind, "cdktf.TerraformStack"):
            known = _Construct(
                None if _allocates_ids(element.__class__) else element, (), has_attributes=False, is_plain=False
            )
        elif scope and scope.stack and isinstance(args[1], str):
            path = (*scope.path, args[1].replace("/", "--"))
            repeats = getattr(args[2], "for_each", None) is not None if len(args) > 2 else False
            known = _Construct(scope.stack, path, _is_a(kind, *_ELEMENTS) and not repeats, _is_plain(kind))
        else:
            return
        self._constructs[element.__jsii_ref__.ref] = known

    def known(self, element: Any) -> _Construct | None:
        """Return what is known of a construct; None if the kernel has created it."""
        return self._constructs.get(getattr(getattr(element, "__jsii_ref__", None), "ref", ""))

    def plain_stack(self, element: Any) -> Any:
        """Return the stack in which the element synthesizes strings as they are, or None."""
        known = self.known(element)
        return known.stack if known and known.is_plain else None

    def read(self, element: Any, property: str) -> str | None:
        """Return a placeholder for the attribute, or None if only the kernel knows its value."""
        known = self.known(element)
        if known is None:
            return None
        attribute = _string_attributes(element.__class__).get(property) if known.has_attributes else None
        if attribute is None:
            known.is_asked = True
            return None
        known.is_read = True
        key = element.__jsii_ref__.ref, property
        if key not in self._placeholders:
            reference = attribute % (known.logical_id or unique_id(known.path))
            self._placeholders[key] = f"${{TfToken[GROUNDWORK.{len(self._read)}]}}"
            self._read.append(_Attribute(element, property, reference, known.stack))
        return self._placeholders[key]

    def invoking(self, element: Any, *, renames: bool) -> None:
        """Record that a method of the element is going to be called, which `renames` it or not."""
        known = self.known(element)
        if known and renames and known.is_read:
            # CDKTF ignores a new logical ID after it has used the present one, which it has not done yet.
            self._get(element, "friendlyUniqueId")
        elif known and not renames:
            known.is_asked = True

    def renamed(self, element: Any, logical_id: str | None) -> None:
        """Record the logical ID that an element has been given."""
        known = self.known(element)
        if known and not known.is_read:
            known.logical_id = logical_id
            # Whether the kernel has used the previous one is unknown.
            known.has_attributes = known.has_attributes and not known.is_asked

    def forget(self, element: Any) -> None:
        """Leave the element's attributes to the kernel from now on."""
        if known := self.known(element):
            known.has_attributes = False

    def in_text(self, text: str, stack: Any) -> str:
        """Return the text with references instead of placeholders, or with tokens.

        References are written only for what synthesizes them as they are in this stack. Functions write a token
        differently from text, as CDKTF does for tokens in another expression, and a token of another stack becomes an
        output of that stack.
        """
        rest = _PLACEHOLDER.sub("", text)
        if rest == text:
            return text
        if "${" in rest.replace("${TfToken[", ""):
            stack = None
        return _PLACEHOLDER.sub(lambda found: self._value(self._read[int(found[1])], stack), text)

    def _value(self, attribute: _Attribute, stack: Any) -> str:
        if attribute.stack is stack:
            return attribute.reference
        if attribute.token is None:
            attribute.token = str(self._get(attribute.element, attribute.property))
        return attribute.token


@functools.cache
def _is_a(kind: type, *types: str) -> bool:
    return any(getattr(each, "__jsii_declared_type__", None) in types for each in kind.__mro__)


@functools.cache
def _allocates_ids(kind: type) -> bool:
    """Return whether the class of a stack has another scheme of logical IDs than CDKTF's."""
    own = itertools.takewhile(lambda each: getattr(each, "__jsii_declared_type__", None) is None, kind.__mro__)
    return any("logical_id" in name for each in own for name in vars(each))


def _is_plain(kind: type) -> bool:
    return kind.__module__.startswith(f"{PACKAGE}.") or getattr(kind, "__jsii_type__", None) == _OUTPUT


@functools.cache
def _string_attributes(kind: type) -> dict[str, str]:
    """Return the references to the class's string attributes, without the logical ID, by their names in jsii."""
    type_name = terraform_type(kind.__module__.rpartition(".")[2])
    getters: dict[str, Any] = {name: each.fget for name, each in vars(kind).items() if isinstance(each, property)}
    return {
        getter.__jsii_name__: f"${{{type_name}.%s.{name}}}"
        for name, getter in getters.items()
        if type_name and is_attribute(name) and getter.__annotations__.get("return") in ("builtins.str", str)
    }


def is_attribute(name: str) -> bool:
    """Return whether Terraform has the same name: `checksum_crc32_c` in Python is `checksum_crc32c` in Terraform."""
    return not re.search(r"\d", name)


def terraform_type(submodule: str) -> str | None:
    """Return `aws_vpc` for `vpc`, and `data.aws_vpc` for `data_aws_vpc`; None if the type has another name."""
    if _OTHER_TYPE.match(submodule):
        return None
    return f"data.{submodule.removeprefix('data_')}" if submodule.startswith("data_aws_") else f"aws_{submodule}"


def unique_id(path: tuple[str, ...]) -> str:
    """Return the logical ID that CDKTF allocates to the construct at this path below its stack."""
    components = [each for each in path if each != "Default"]
    if len(components) == 1:
        return re.sub(r"[^A-Za-z0-9_-]", "", components[0])
    human: list[str] = []
    for component in components:
        if not human or not human[-1].endswith(component):
            human.append(component)
    name = "_".join(re.sub(r"[^A-Za-z0-9_-]", "", each) for each in human if each != "Resource")
    return f"{name[:240]}_{hashlib.md5('/'.join(components).encode()).hexdigest()[:8].upper()}"
