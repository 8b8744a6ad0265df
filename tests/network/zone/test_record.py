"""Settings of records, delegations, health checks, and certificate authorities of a zone."""

from pathlib import Path

import pytest

from modules.environment_files import load
from modules.network.zone.settings import ZoneSettings
from tests.support.environments import DEV, PROD, only_problem, problems_of, write


def zone(*lines: str, name: str = "agora.example", label: str = "public") -> str:
    """Return a `zone` block whose own lines begin at line 12."""
    return f'zone "{label}" {{\n  name = "{name}"\n' + "".join(f"  {line}\n" for line in lines) + "}\n"


def record(label: str, *lines: str) -> list[str]:
    return [f'record "{label}" {{', *lines, "}"]


def settings(folder: Path, *lines: str) -> ZoneSettings:
    return load(write(folder, {"dev": DEV + zone(*lines)}))["dev"].settings.zone["public"]


def problem(folder: Path, *lines: str) -> str:
    return only_problem(folder, {"dev": DEV + zone(*lines)})


def test_certificate_authorities_without_the_key_are_amazon_in_a_new_zone_only(tmp_path: Path) -> None:
    assert settings(tmp_path).certificate_authorities == ("amazon.com",)
    assert settings(tmp_path, "existing = true").certificate_authorities == ()
    assert settings(tmp_path, "certificate_authorities = []").certificate_authorities == ()


def test_certificate_authorities_without_amazon_are_a_problem(tmp_path: Path) -> None:
    assert problem(tmp_path, 'certificate_authorities = ["letsencrypt.org"]') == (
        'dev.hcl:12: zone.public.certificate_authorities ["letsencrypt.org"] prevent ACM from issuing certificates for '
        'names in the zone; add "amazon.com"'
    )


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("A", "192.0.2.10"),
        ("AAAA", "2001:db8::10"),
        ("CAA", r"0 issue \"amazon.com\""),
        ("CNAME", "k1._domainkey.mail.example.net."),
        ("MX", "10 mail.example.net"),
        ("SRV", "10 5 5060 sip.example.net"),
        ("TXT", "v=spf1 -all"),
    ],
)
def test_record_with_a_value_of_its_type_is_valid(tmp_path: Path, type: str, value: str) -> None:
    lines = record("x", 'name = "_x.agora.example"', f'type = "{type}"', f'records = ["{value}"]')
    assert settings(tmp_path, *lines).record["x"].records == (value.replace("\\", ""),)


@pytest.mark.parametrize(
    ("type", "value", "example"),
    [
        ("A", "2001:db8::10", "192.0.2.10"),
        ("A", "www.agora.example", "192.0.2.10"),
        ("AAAA", "192.0.2.10", "2001:db8::10"),
        ("CNAME", "192.0.2.10/", "shops.example.net"),
        ("MX", "mail.example.net", "10 mail.example.net"),
        ("SRV", "10 5060 sip.example.net", "10 5 5060 sip.example.net"),
        ("TXT", "é", "v=spf1 -all"),
    ],
)
def test_record_with_a_value_of_another_type_is_a_problem(tmp_path: Path, type: str, value: str, example: str) -> None:
    lines = record("x", 'name = "x.agora.example"', f'type = "{type}"', f'records = ["{value}"]')
    assert problem(tmp_path, *lines) == (
        f"dev.hcl:15: zone.public.record.x.records.0 {value} is not a valid value of a record of type {type}; "
        f'write one as "{example}"'
    )


ADDRESS = ('type = "A"', 'records = ["192.0.2.10"]')
CNAME = ('type = "CNAME"', 'records = ["shops.example.net"]')


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            record("x", 'name = "www"', *ADDRESS),
            "13: zone.public.record.x.name www is not the name of a record: a full domain name",
        ),
        (
            record("x", 'name = "www.agora.test"', *ADDRESS),
            "13: zone.public.record.x.name www.agora.test is not in the zone agora.example; write",
        ),
        (record("x", 'name = "x.agora.example"'), "12: zone.public.record.x has no value; write `type` and"),
        (
            record("x", 'name = "agora.example"', *CNAME),
            "13: zone.public.record.x.name agora.example is the zone's own name, which cannot have a CNAME record; "
            "write an `alias` block in place of `type` and `records`",
        ),
        (
            record("x", 'name = "x.agora.example"', 'type = "CNAME"', 'records = ["a.example", "b.example"]'),
            '15: zone.public.record.x.records ["a.example", "b.example"] are several names, and a CNAME has exactly',
        ),
        (
            record("x", 'name = "agora.example"', 'type = "CAA"', r'records = ["0 iodef \"mailto:a@b.example\""]'),
            "13: zone.public.record.x.name agora.example already has a CAA record, from certificate_authorities; add",
        ),
        (
            record("x", 'name = "x.agora.example"', *ADDRESS, "weight = 1", 'failover = "secondary"'),
            "17: zone.public.record.x.failover secondary cannot be combined with weight: a record has one routing",
        ),
        (
            record("x", 'name = "x.agora.example"', *ADDRESS, 'failover = "primary"'),
            "16: zone.public.record.x.failover primary is never unhealthy without a health check, so the secondary is",
        ),
        (
            record("x", 'name = "x.agora.example"', *ADDRESS, 'health_check = "seoul"'),
            "16: zone.public.record.x.health_check seoul has no effect: without a routing policy, no other record can",
        ),
        (
            record("x", 'name = "x.agora.example"', *ADDRESS, "weight = 1", 'health_check = "seoul"'),
            "17: zone.public.record.x.health_check seoul is not a health check of this zone (none); add "
            '`health_check "seoul" { ... }` to the zone',
        ),
        (
            record("x", 'name = "x.agora.example"', *ADDRESS, "alias {", 'target = "a.example"', 'zone_id = "Z1"', "}"),
            "14: zone.public.record.x.type cannot be combined with an alias",
        ),
        (
            ['health_check "x" {', 'fqdn = "x.agora.example"', 'protocol = "tcp"', 'resource_path = "/healthz"', "}"],
            "15: zone.public.health_check.x.resource_path /healthz is not used by tcp, which only connects; remove it",
        ),
        (
            ['health_check "x" {', 'fqdn = "x.agora.example"', "request_interval = 20", "}"],
            "14: zone.public.health_check.x.request_interval 20 should be 10 or 30",
        ),
    ],
)
def test_invalid_block_names_line_rule_and_remedy(tmp_path: Path, lines: list[str], message: str) -> None:
    # An alias with type and values is two problems, one for each key.
    found = [str(each) for each in problems_of(tmp_path, {"dev": DEV + zone(*lines)})]
    assert len(found) == (2 if "alias {" in lines else 1), found
    assert f"/dev.hcl:{message}" in found[0]


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        (
            ADDRESS,
            ADDRESS,
            " has the same name and type as record.one, x.agora.example, and at least one of them has no "
            "routing policy",
        ),
        ((*ADDRESS, "weight = 1"), ADDRESS, " has the same name and type as record.one, x.agora.example, and at"),
        (
            (*ADDRESS, "weight = 1"),
            (*ADDRESS, 'latency_region = "us-east-1"'),
            " is routed by latency_region, and record.one of the same name by weight; write weight in both",
        ),
        (
            (*ADDRESS, 'failover = "secondary"'),
            (*ADDRESS, 'failover = "secondary"'),
            ".failover secondary is also the value of record.one of the same name; make one primary and one secondary",
        ),
        (
            (*ADDRESS, 'latency_region = "us-east-1"'),
            (*ADDRESS, 'latency_region = "us-east-1"'),
            ".latency_region us-east-1 is also the Region of record.one, and x.agora.example can have one record per",
        ),
        (
            CNAME,
            ADDRESS,
            " has the same name as record.one, x.agora.example, and a name with a CNAME record cannot have "
            "other records",
        ),
    ],
)
def test_records_of_one_name_that_route_53_rejects_are_a_problem(
    tmp_path: Path, one: list[str], other: list[str], message: str
) -> None:
    name = 'name = "x.agora.example"'
    found = problem(tmp_path, *record("one", name, *one), *record("two", name, *other))
    assert f"zone.public.record.two{message}" in found


def test_records_of_one_name_with_other_types_or_weights_are_valid(tmp_path: Path) -> None:
    name = 'name = "x.agora.example"'
    text = ('type = "TXT"', 'records = ["x"]')
    assert len(settings(tmp_path, *record("one", name, *ADDRESS), *record("two", name, *text)).record) == 2
    weighted = [record(f"x{weight}", name, *ADDRESS, f"weight = {weight}") for weight in (0, 255)]
    assert len(settings(tmp_path, *weighted[0], *weighted[1]).record) == 2


SERVERS = 'name_servers = ["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"]'


def test_delegation_without_a_name_is_named_by_its_label(tmp_path: Path) -> None:
    found = settings(
        tmp_path, 'delegation "test" {', SERVERS, "}", 'delegation "x" {', 'name = "a.b.agora.example"', SERVERS, "}"
    )
    assert [found.delegated(label) for label in found.delegation] == ["test.agora.example", "a.b.agora.example"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ['delegation "dev" {', 'name_servers = ["ns-1.awsdns-01.org"]', "}"],
            '13: zone.public.delegation.dev.name_servers ["ns-1.awsdns-01.org"] has fewer than two name servers, or '
            "one of them twice; write all four from",
        ),
        (
            ['delegation "dev" {', 'name = "dev.agora.test"', SERVERS, "}"],
            "13: zone.public.delegation.dev.name dev.agora.test is not below the zone's own name, agora.example; write "
            '"dev.agora.example", or another name below it',
        ),
        (
            ['delegation "dev" {', SERVERS, "}", *record("x", 'name = "api.dev.agora.example"', *ADDRESS)],
            "16: zone.public.record.x.name api.dev.agora.example is in dev.agora.example, which delegation.dev "
            "delegates to another zone; write the record in that zone's environment",
        ),
    ],
)
def test_delegation_that_resolvers_cannot_follow_is_a_problem(tmp_path: Path, lines: list[str], message: str) -> None:
    assert problem(tmp_path, *lines).startswith(f"dev.hcl:{message}")


def test_delegation_to_an_environment_without_the_zone_is_a_problem(tmp_path: Path) -> None:
    parent = PROD + zone('delegation "dev" {', SERVERS, "}")
    dev = DEV + zone(name="dev.agora.example")
    assert problems_of(tmp_path, {"prod": parent, "dev": dev}) == []
    other = dev.replace("dev.agora", "development.agora")
    assert only_problem(tmp_path, {"prod": parent, "dev": other}).endswith(
        "zone.public.delegation.dev dev.agora.example is not a zone of dev, whose zones are development.agora.example; "
        "write the name of one of them, or create a zone with this name there"
    )
    assert "is not a zone of dev, whose zones are none;" in only_problem(tmp_path, {"prod": parent, "dev": DEV})


def test_zone_created_by_two_environments_is_a_problem(tmp_path: Path) -> None:
    dev, prod = DEV + zone(), PROD + zone()
    assert only_problem(tmp_path, {"dev": dev, "prod": prod}) == (
        "prod.hcl:11: zone.public.name agora.example is also created by dev (dev.hcl:11), and resolvers use only one "
        "hosted zone; write existing = true in one of them, or the name of a subdomain that the other delegates"
    )
    assert problems_of(tmp_path, {"dev": dev, "prod": PROD + zone("existing = true")}) == []
