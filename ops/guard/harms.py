"""Harms: functions that decide whether the change of a value is harmful, for the rows of the guard's table."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ops.guard.ranges import is_wide

Harm = Callable[[Any, Any], bool]


def off(before: Any, after: Any) -> bool:
    """A value that was on, or set, no longer is."""
    return _is_set(before) and not _is_set(after)


def on(before: Any, after: Any) -> bool:
    """A value that was off, or not set, now is."""
    return not _is_set(before) and _is_set(after)


def less(before: Any, after: Any) -> bool:
    """A number decreases."""
    return _is_number(before) and _is_number(after) and after < before


def more(before: Any, after: Any) -> bool:
    """A number increases."""
    return _is_number(before) and _is_number(after) and after > before


def shorter(before: Any, after: Any) -> bool:
    """A period becomes shorter. None and 0 mean forever."""
    return less(before or float("inf"), after or float("inf"))


def changed(before: Any, after: Any) -> bool:
    """A value that was set changes."""
    return _is_set(before) and _plain(before) != _plain(after)


def drops(before: Any, after: Any) -> bool:
    """A list loses an item."""
    return bool(_items(before) - _items(after))


def gains(before: Any, after: Any) -> bool:
    """A list gets a new item."""
    return bool(_items(after) - _items(before))


def becomes(*values: Any) -> Harm:
    """A value becomes one of these values."""
    named = set(map(_plain, values))
    return lambda before, after: _plain(after) in named and _plain(before) not in named


def leaves(*values: Any) -> Harm:
    """A value was one of these values and no longer is."""
    named = set(map(_plain, values))
    return lambda before, after: _plain(before) in named and _plain(after) not in named


def weaker(rank: Callable[[str], float | None]) -> Harm:
    """A value becomes one of a lower rank, or none. Values without a rank are not compared."""

    def harms(before: Any, after: Any) -> bool:
        old, new = rank(str(before)), rank(str(after)) if _is_set(after) else -1.0
        return old is not None and new is not None and new < old

    return harms


def stronger(rank: Callable[[str], float | None]) -> Harm:
    """A value becomes one of a higher rank."""

    def harms(before: Any, after: Any) -> bool:
        old, new = (rank(str(before)) if _is_set(before) else -1.0), rank(str(after))
        return old is not None and new is not None and new > old

    return harms


def order(*names: str) -> Callable[[str], float | None]:
    """Return the rank of each name, from the weakest to the strongest."""
    return lambda name: float(names.index(name)) if name in names else None


def ends_with(*endings: str) -> Harm:
    """A value becomes one with one of these endings."""
    return lambda before, after: str(after).endswith(endings) and not str(before).endswith(endings)


def gains_like(pattern: str) -> Harm:
    """A list gets an item that contains a match of this regular expression."""
    found = re.compile(pattern)
    return lambda before, after: any(found.search(item) for item in _items(after) - _items(before))


def gains_wide_range(before: Any, after: Any) -> bool:
    """A list of address ranges gets a wide one."""
    return any(map(is_wide, _ranges(after) - _ranges(before)))


def loses_block(key: str, *values: str) -> Harm:
    """The last block whose key has one of these values is removed; without values, the last with the key set."""

    def has(blocks: Any) -> bool:
        found = [block.get(key) for block in blocks or () if isinstance(block, dict)] if _is_list(blocks) else []
        return any(value in values if values else _is_set(value) for value in found)

    return lambda before, after: has(before) and not has(after)


def expires_sooner(before: Any, after: Any) -> bool:
    """An S3 lifecycle configuration expires objects or versions that were kept, or kept for longer."""
    old = _expirations(before)
    return any(
        days < min(old.get((what, scope), float("inf")), old.get((what, _EVERYTHING), float("inf")))
        for (what, scope), days in _expirations(after).items()
    )


def keeps_fewer_images(before: Any, after: Any) -> bool:
    """An ECR lifecycle policy expires images that were kept."""
    old = _image_rules(before)
    return any(number < old.get(what, float("inf")) for what, number in _image_rules(after).items())


def opens_countries(before: Any, after: Any) -> bool:
    """A CloudFront geographic restriction allows more countries."""
    (old_kind, old), (new_kind, new) = _countries(before), _countries(after)
    if old_kind not in ("whitelist", "blacklist"):
        return False
    if old_kind != new_kind:
        return True
    return bool(new - old if old_kind == "whitelist" else old - new)


def loosens_content_security(before: Any, after: Any) -> bool:
    """A Content-Security-Policy allows more. `default-src` is the fallback of a missing directive."""
    old, new = _directives(before), _directives(after)

    def sources(policy: Mapping[str, set[str]], name: str) -> set[str] | None:
        return policy.get(name, policy.get("default-src") if name.endswith("-src") else None)

    for name in old.keys() | new.keys():
        was, becomes_ = sources(old, name), sources(new, name)
        if was is not None and (becomes_ is None or becomes_ - was - {"'none'"}):
            return True
    return False


def may_do_more(before: Any, after: Any) -> bool:
    """A Valkey or Redis access string turns a user on, or adds keys or commands."""
    old, new = set(str(before or "off").split()), set(str(after or "off").split())
    gained = {each for each in new - old if each == "on" or each.startswith(("~", "%", "&", "+", "all"))}
    return bool(gained) and "off" not in new


def privileged(before: Any, after: Any) -> bool:
    """A container of a task definition becomes privileged."""
    return any(_containers(after, "privileged") - _containers(before, "privileged"))


#: "Security policies for your Application Load Balancer"
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html): the lowest
#: TLS version that a policy accepts is in its name; policies without one accept TLS 1.0.
_TLS = re.compile(r"(?:TLS13|TLS|FS)-(?P<new>1-\d)|TLSv(?P<old>1(?:\.\d)?)")
_EXTENDED = re.compile(r"Ext(?P<more>\d?)")
_YEAR = re.compile(r"_(?P<year>20\d\d)$")


def tls_policy(name: str) -> float | None:
    """Return the rank of a security policy of Elastic Load Balancing or CloudFront: its lowest TLS version.

    With the same version, extended policies of Elastic Load Balancing and older policies of CloudFront accept more
    ciphers, and rank lower.
    """
    if name in ("", "None"):
        return None
    version, extended, year = _TLS.search(name), _EXTENDED.search(name), _YEAR.search(name)
    lowest = float((version["new"] or version["old"]).replace("-", ".")) if version else 0.9 if "SSL" in name else 1.0
    if extended:
        lowest -= 0.01 * (1 + int(extended["more"] or 0))
    return lowest + (0.001 * (int(year["year"]) - 2015) if year else 0)


def _is_set(value: Any) -> bool:
    if isinstance(value, str):
        return value.lower() not in ("", "false", "0", "none", "disabled", "inactive", "off")
    if isinstance(value, list):
        return any(each is not None for each in value)
    return bool(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _plain(value: Any) -> str:
    """Return a value as comparable text: lowercase, with sorted keys, and without quotes around strings."""
    if isinstance(value, str):
        return value.lower()
    return json.dumps(value, sort_keys=True, default=str).lower()


def _items(value: Any) -> set[str]:
    if value is None or value == "":
        return set()
    found = value if _is_list(value) else [value]
    return {each if isinstance(each, str) else json.dumps(each, sort_keys=True, default=str) for each in found}


def _ranges(value: Any) -> set[str]:
    """Return the ranges in a list of ranges or of blocks with a `cidr`."""
    found = value if _is_list(value) else []
    return {str(each.get("cidr") if isinstance(each, dict) else each) for each in found}


def _blocks(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if _is_list(value) else []


def _first(value: Any) -> Mapping[str, Any]:
    return next(iter(_blocks(value)), {})


#: The scope of a lifecycle rule for all objects.
_EVERYTHING = "{}"


def _expirations(rules: Any) -> dict[tuple[str, str], float]:
    """Return the days after which objects expire, by what expires (current or noncurrent versions) and rule scope."""
    found: dict[tuple[str, str], float] = {}
    for rule in _blocks(rules):
        if str(rule.get("status")).lower() == "disabled" or rule.get("enabled") is False:
            continue
        current, noncurrent = _first(rule.get("expiration")), _first(rule.get("noncurrent_version_expiration"))
        days = {
            "current": current.get("days") or (1 if current.get("date") else None),
            "noncurrent": noncurrent.get("noncurrent_days") or noncurrent.get("days"),
        }
        for kind, number in days.items():
            if isinstance(number, int | float):
                key = (kind, _plain(_scope(rule)))
                found[key] = min(float(number), found.get(key, float("inf")))
    return found


def _scope(rule: Mapping[str, Any]) -> Any:
    """Return the scope of a lifecycle rule, without empty values."""
    scope = {**_first(rule.get("filter")), "rule": rule.get("prefix")}
    return {name: value for name, value in scope.items() if value not in (None, "", [], {})}


def _image_rules(policy: Any) -> dict[str, float]:
    try:
        rules = json.loads(policy)["rules"]
    except (TypeError, ValueError, KeyError):
        return {}
    found = {}
    for rule in _blocks(rules):
        selection = rule.get("selection")
        number = selection.get("countNumber") if isinstance(selection, dict) else None
        if isinstance(selection, dict) and isinstance(number, int | float):
            what = {name: value for name, value in selection.items() if name != "countNumber"}
            found[_plain(what)] = float(number)
    return found


def _countries(block: Any) -> tuple[str, set[str]]:
    found = _first(block)
    return str(found.get("restriction_type")), _items(found.get("locations"))


def _directives(policy: Any) -> dict[str, set[str]]:
    parts = [part.split() for part in policy.split(";")] if isinstance(policy, str) else []
    return {part[0].lower(): set(part[1:]) for part in parts if part}


def _containers(definitions: Any, key: str) -> set[str]:
    try:
        found = json.loads(definitions)
    except (TypeError, ValueError):
        return set()
    return {str(each.get("name")) for each in _blocks(found) if each.get(key)}
