"""Domain names: what is one, and what lies under what."""

import re
from typing import Annotated

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

#: RFC 1035, section 2.3.4: octets of a name as it is written, without the root's dot.
NAME_LIMIT = 253
#: RFC 1123, section 2.1: letters, digits and hyphens, at most 63, no hyphen first or last.
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+{_LABEL}")
#: RFC 8552: what names other than hosts begin their labels with, `_dmarc` and `_domainkey` say.
_UNDERSCORE = re.compile(r"(^|\.)_")
_ADDRESS = re.compile(r"\d+(\.\d+){3}")


def is_domain(name: str) -> bool:
    """Return whether it is a domain name of two labels or more, in lower case and without a dot at its end.

    RFC 1123, section 2.1: the last label has a letter, so that no name looks like an address, 10.0.0.5.
    """
    return len(name) <= NAME_LIMIT and bool(_DOMAIN.fullmatch(name)) and not name.rpartition(".")[2].isdecimal()


def is_record_name(name: str) -> bool:
    """Return whether it is a domain name, whose labels may begin with an underscore and whose first may be `*`."""
    return len(name) <= NAME_LIMIT and is_domain(_UNDERSCORE.sub(r"\1", name.removeprefix("*.")))


def is_under(name: str, zone_name: str) -> bool:
    """Return whether the name is the zone's own or lies below it."""
    return name == zone_name or name.endswith(f".{zone_name}")


def _domain(value: str) -> str:
    if _ADDRESS.fullmatch(value):
        raise broken_rule("is an address, and a name is asked for", 'write the name, "www.agora.example"')
    if not is_domain(value):
        raise broken_rule(
            "is not a domain name: labels of lower-case letters, digits and hyphens with dots between them, "
            f"at most 63 characters a label and {NAME_LIMIT} in all",
            f'write it as "{_mended(value)}"',
        )
    return value


def _pattern(value: str) -> str:
    if not is_domain(value.removeprefix("*.")):
        raise broken_rule(
            "is not a domain name, nor one with `*` in place of its first label",
            f'write it as "{_mended(value)}" or "*.agora.example"',
        )
    return value


def _record_name(value: str) -> str:
    if not is_record_name(value):
        raise broken_rule(
            "is not the name of a record: a whole domain name, whose labels may begin with an underscore",
            f'write it as "{_mended(value)}"',
        )
    return value


def _mended(value: str) -> str:
    """Return the name without what people paste along with it, or an example."""
    guess = re.sub(r"^[a-z]+://|/.*$", "", value.strip().lower()).rstrip(".")
    return guess if is_domain(guess) else "www.agora.example"


#: One name, `www.agora.example`.
DomainName = Annotated[str, AfterValidator(_domain)]
#: One name, or all names one label below another: `*.agora.example`, as certificates and listener rules have it.
DomainPattern = Annotated[str, AfterValidator(_pattern)]
#: What a record may be called: `_dmarc.agora.example` and `*.agora.example` too.
RecordName = Annotated[str, AfterValidator(_record_name)]
