"""Import ids of objects, from the planned values of their resources."""

import json
from collections.abc import Callable, Mapping, Sequence
from string import Formatter
from typing import Any

import jmespath
from botocore.exceptions import ClientError

from ops.recovery.import_forms import Listed
from ops.recovery.import_ids import IMPORT_IDS

Values = Mapping[str, Any]
Client = Callable[[str], Any]
"""A boto3 client, by the service's name."""

_ABSENT = ("notfound", "nonexistent", "nosuch", "does not exist")


class UnknownValueError(Exception):
    """A value in the import id is known only after the apply."""


class _Form(Formatter):
    """A form of the table, filled with planned values."""

    def fill(self, form: str, values: Values) -> str:
        """Return the text. Raises UnknownValueError."""
        try:
            return self.vformat(form, (), values)
        except (LookupError, TypeError):
            raise UnknownValueError(form) from None

    def format_field(self, value: Any, format_spec: str) -> str:
        if value in (None, ""):
            raise UnknownValueError
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if format_spec == "last":
            return text.rpartition("/")[2]
        return text.removeprefix("https://") if format_spec == "host" else text


class _Search(_Form):
    """A JMESPath expression in which values are literals."""

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ARG002 - string.Formatter's signature
        return f"`{json.dumps(value).replace('`', chr(92) + '`')}`"


_FORM, _SEARCH = _Form(), _Search()


def import_ids(kind: str, values: Values, client: Client) -> list[str]:
    """Return the import ids that an object of this type with these planned values may have in AWS.

    For a type that is imported by name, this is one id, whether the object exists or not. For other types, these are
    the ids that AWS lists. Raises UnknownValueError, and KeyError for a type without a row.
    """
    row = IMPORT_IDS[kind]
    if isinstance(row, Listed):
        return _listed(row, values, client(row.service))
    for form in row.forms:
        try:
            return [_FORM.fill(form, values)]
        except UnknownValueError as error:
            unknown = error
    raise unknown


def _listed(row: Listed, values: Values, client: Any) -> list[str]:
    arguments, search = _filled(row.arguments, values), _SEARCH.fill(row.search, values)
    try:
        found = [each for each in _search(client, row.operation, arguments, search) if each]
        if row.each:
            found = [each for each in found if _holds(client, *row.each, {**values, "found": each})]
    except ClientError as error:
        if _is_absence(error):
            return []
        raise
    return [_FORM.fill(row.form, {**values, "found": each}) for each in found]


def _search(client: Any, operation: str, arguments: Values, search: str) -> list[str]:
    if client.can_paginate(operation):
        pages: Sequence[Any] = client.get_paginator(operation).paginate(**arguments)
    else:
        # Elastic IPs and VPN gateways are not paginated; quotas limit the others to one page.
        pages = [getattr(client, operation)(**arguments)]
    return [each for page in pages for each in jmespath.search(search, page) or []]


def _holds(client: Any, operation: str, arguments: Values, condition: str, values: Values) -> bool:
    try:
        answer = getattr(client, operation)(**_filled(arguments, values))
    except ClientError as error:
        # The stack's own objects can be read; a key whose policy denies access belongs to somebody else.
        if error.response["Error"]["Code"].startswith("AccessDenied"):
            return False
        raise
    return bool(jmespath.search(_SEARCH.fill(condition, values), answer))


def _filled(arguments: Any, values: Values) -> Any:
    """Return the arguments of a call, filled with planned values. Raises UnknownValueError."""
    if isinstance(arguments, Mapping):
        return {name: _filled(each, values) for name, each in arguments.items()}
    if isinstance(arguments, list):
        return [_filled(each, values) for each in arguments]
    return _FORM.fill(arguments, values) if isinstance(arguments, str) else arguments


def _is_absence(error: ClientError) -> bool:
    response = error.response["Error"]
    text = f"{response.get('Code')} {response.get('Message')}".lower()
    return any(each in text for each in _ABSENT)
