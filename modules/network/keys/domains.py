"""Domain names: their syntax, and which name is below which."""

import re
from typing import Annotated

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

#: [RFC 1035, section 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4): octets of a name in its written
#: form, without the root's dot.
NAME_LIMIT = 253
#: [RFC 1123, section 2.1](https://www.rfc-editor.org/rfc/rfc1123#section-2.1): letters, digits, and hyphens, at most
#: 63, no hyphen first or last.
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+{_LABEL}")
#: [RFC 8552](https://www.rfc-editor.org/rfc/rfc8552): labels of names that are not hosts begin with an underscore, such
#: as `_dmarc` and `_domainkey`.
_UNDERSCORE = re.compile(r"(^|\.)_")
_ADDRESS = re.compile(r"\d+(\.\d+){3}")


def is_domain(name: str) -> bool:
    """Return whether the text is a domain name of two or more labels, in lowercase and without a trailing dot.

    RFC 1123, section 2.1: the last label has a letter, so that no name looks like an IP address such as 10.0.0.5.
    """
    return len(name) <= NAME_LIMIT and bool(_DOMAIN.fullmatch(name)) and not name.rpartition(".")[2].isdecimal()


def is_record_name(name: str) -> bool:
    """Return whether the text is a domain name; labels may begin with an underscore, and the first may be `*`."""
    return len(name) <= NAME_LIMIT and is_domain(_UNDERSCORE.sub(r"\1", name.removeprefix("*.")))


def is_under(name: str, zone_name: str) -> bool:
    """Return whether the name is the zone's own name or below it."""
    return name == zone_name or name.endswith(f".{zone_name}")


def _domain(value: str) -> str:
    if _ADDRESS.fullmatch(value):
        raise broken_rule("is an IP address, and a domain name is needed", 'write the name, "www.agora.example"')
    if not is_domain(value):
        raise broken_rule(
            "is not a domain name: labels of lowercase letters, digits, and hyphens, separated by dots, "
            f"with at most 63 characters per label and {NAME_LIMIT} in all",
            f'write it as "{_corrected(value)}"',
        )
    return value


def _pattern(value: str) -> str:
    if not is_domain(value.removeprefix("*.")):
        raise broken_rule(
            "is not a domain name, with or without `*` as its first label",
            f'write it as "{_corrected(value)}" or "*.agora.example"',
        )
    return value


def _record_name(value: str) -> str:
    if not is_record_name(value):
        raise broken_rule(
            "is not the name of a record: a full domain name, whose labels may begin with an underscore",
            f'write it as "{_corrected(value)}"',
        )
    return value


def _corrected(value: str) -> str:
    """Return the name without a scheme, a path, and a trailing dot, or an example if it is still invalid."""
    guess = re.sub(r"^[a-z]+://|/.*$", "", value.strip().lower()).rstrip(".")
    return guess if is_domain(guess) else "www.agora.example"


#: One name, such as `www.agora.example`.
DomainName = Annotated[str, AfterValidator(_domain)]
#: One name, or all names one label below another, such as `*.agora.example`, as in certificates and listener rules.
DomainPattern = Annotated[str, AfterValidator(_pattern)]
#: The name of a record; `_dmarc.agora.example` and `*.agora.example` are valid too.
RecordName = Annotated[str, AfterValidator(_record_name)]
