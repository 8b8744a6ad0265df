"""Records, delegations, health checks and authorities of a zone: what is refused, where and why."""

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


def test_who_may_issue_certificates_by_default(tmp_path: Path) -> None:
    assert settings(tmp_path).certificate_authorities == ("amazon.com",)
    assert settings(tmp_path, "existing = true").certificate_authorities == ()
    assert settings(tmp_path, "certificate_authorities = []").certificate_authorities == ()


def test_authorities_without_amazon(tmp_path: Path) -> None:
    assert problem(tmp_path, 'certificate_authorities = ["letsencrypt.org"]') == (
        'dev.hcl:12: zone.public.certificate_authorities ["letsencrypt.org"] keep ACM from issuing certificates for '
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
def test_values_of_each_type(tmp_path: Path, type: str, value: str) -> None:
    lines = record("x", 'name = "_x.agora.example"', f'type = "{type}"', f'values = ["{value}"]')
    assert settings(tmp_path, *lines).record["x"].values == (value.replace("\\", ""),)


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
def test_a_value_of_another_type(tmp_path: Path, type: str, value: str, example: str) -> None:
    lines = record("x", 'name = "x.agora.example"', f'type = "{type}"', f'values = ["{value}"]')
    assert problem(tmp_path, *lines) == (
        f"dev.hcl:15: zone.public.record.x.values.0 {value} is not a value of a record of type {type}; "
        f'write one as "{example}"'
    )


ADDRESS = ('type = "A"', 'values = ["192.0.2.10"]')
LEADING = ('type = "CNAME"', 'values = ["shops.example.net"]')


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            record("x", 'name = "www"', *ADDRESS),
            "13: zone.public.record.x.name www is not the name of a record: a whole domain name",
        ),
        (
            record("x", 'name = "www.agora.test"', *ADDRESS),
            "13: zone.public.record.x.name www.agora.test is not in the zone agora.example; write",
        ),
        (record("x", 'name = "x.agora.example"'), "12: zone.public.record.x has nothing to answer; write `type` and"),
        (
            record("x", 'name = "agora.example"', *LEADING),
            "13: zone.public.record.x.name agora.example is the zone's own name, and that cannot be a CNAME; write an "
            "`alias` block in place of type and values",
        ),
        (
            record("x", 'name = "x.agora.example"', 'type = "CNAME"', 'values = ["a.example", "b.example"]'),
            '15: zone.public.record.x.values ["a.example", "b.example"] are several names, and a CNAME leads to one',
        ),
        (
            record("x", 'name = "agora.example"', 'type = "CAA"', r'values = ["0 iodef \"mailto:a@b.example\""]'),
            "13: zone.public.record.x.name agora.example has its CAA record by certificate_authorities; write them",
        ),
        (
            record("x", 'name = "x.agora.example"', *ADDRESS, "weight = 1", 'failover = "secondary"'),
            "17: zone.public.record.x.failover secondary stands beside weight, and a record is routed in one way",
        ),
        (
            record("x", 'name = "x.agora.example"', *ADDRESS, 'failover = "primary"'),
            "16: zone.public.record.x.failover primary is never found to be unhealthy, so that the secondary never",
        ),
        (
            record("x", 'name = "x.agora.example"', *ADDRESS, 'health_check = "seoul"'),
            "16: zone.public.record.x.health_check seoul has no other answer to give way to; write weight",
        ),
        (
            record("x", 'name = "x.agora.example"', *ADDRESS, "weight = 1", 'health_check = "seoul"'),
            "17: zone.public.record.x.health_check seoul is not a health check of this zone (none); write "
            '`health_check "seoul" { ... }` beside the record',
        ),
        (
            record("x", 'name = "x.agora.example"', *ADDRESS, "alias {", 'target = "a.example"', 'zone_id = "Z1"', "}"),
            "14: zone.public.record.x.type stands beside an alias",
        ),
        (
            ['health_check "x" {', 'host = "x.agora.example"', 'protocol = "tcp"', 'path = "/healthz"', "}"],
            "15: zone.public.health_check.x.path /healthz is not asked by tcp, which only connects; take it out",
        ),
        (
            ['health_check "x" {', 'host = "x.agora.example"', "interval_seconds = 20", "}"],
            "14: zone.public.health_check.x.interval_seconds 20 should be 10 or 30",
        ),
    ],
)
def test_wrong_input_names_line_rule_and_remedy(tmp_path: Path, lines: list[str], message: str) -> None:
    # An alias beside type and values is two findings, one for each.
    found = [str(each) for each in problems_of(tmp_path, {"dev": DEV + zone(*lines)})]
    assert len(found) == (2 if "alias {" in lines else 1), found
    assert f"/dev.hcl:{message}" in found[0]


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        (ADDRESS, ADDRESS, " answers x.agora.example as record.one does, and nothing says which of them does when"),
        ((*ADDRESS, "weight = 1"), ADDRESS, " answers x.agora.example as record.one does, and nothing says which"),
        (
            (*ADDRESS, "weight = 1"),
            (*ADDRESS, 'latency_region = "us-east-1"'),
            " is routed by latency_region, and record.one of the same name by weight; write weight in both",
        ),
        (
            (*ADDRESS, 'failover = "secondary"'),
            (*ADDRESS, 'failover = "secondary"'),
            ".failover secondary is what record.one of the same name is; make one primary and one secondary",
        ),
        (
            (*ADDRESS, 'latency_region = "us-east-1"'),
            (*ADDRESS, 'latency_region = "us-east-1"'),
            ".latency_region us-east-1 is the region of record.one too, and x.agora.example has one answer a region",
        ),
        (LEADING, ADDRESS, " answers x.agora.example beside record.one, and beside a CNAME there can be nothing"),
    ],
)
def test_two_records_of_one_name(tmp_path: Path, one: list[str], other: list[str], message: str) -> None:
    name = 'name = "x.agora.example"'
    found = problem(tmp_path, *record("one", name, *one), *record("two", name, *other))
    assert f"zone.public.record.two{message}" in found


def test_records_of_one_name_that_get_along(tmp_path: Path) -> None:
    name = 'name = "x.agora.example"'
    text = ('type = "TXT"', 'values = ["x"]')
    assert len(settings(tmp_path, *record("one", name, *ADDRESS), *record("two", name, *text)).record) == 2
    weighted = [record(f"x{weight}", name, *ADDRESS, f"weight = {weight}") for weight in (0, 255)]
    assert len(settings(tmp_path, *weighted[0], *weighted[1]).record) == 2


SERVERS = 'name_servers = ["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"]'


def test_a_delegation_bears_its_label_or_a_name(tmp_path: Path) -> None:
    found = settings(
        tmp_path, 'delegation "test" {', SERVERS, "}", 'delegation "x" {', 'name = "a.b.agora.example"', SERVERS, "}"
    )
    assert [found.delegated(label) for label in found.delegation] == ["test.agora.example", "a.b.agora.example"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ['delegation "dev" {', 'name_servers = ["ns-1.awsdns-01.org"]', "}"],
            '13: zone.public.delegation.dev.name_servers ["ns-1.awsdns-01.org"] names fewer than two servers, or one '
            "of them twice; write all four that",
        ),
        (
            ['delegation "dev" {', 'name = "dev.agora.test"', SERVERS, "}"],
            "13: zone.public.delegation.dev.name dev.agora.test is not below the zone's own name, agora.example; write "
            '"dev.agora.example", or another name below it',
        ),
        (
            ['delegation "dev" {', SERVERS, "}", *record("x", 'name = "api.dev.agora.example"', *ADDRESS)],
            "16: zone.public.record.x.name api.dev.agora.example is in dev.agora.example, which delegation.dev gives "
            "to another zone; write the record in that zone's environment",
        ),
    ],
)
def test_delegations_that_lead_nowhere(tmp_path: Path, lines: list[str], message: str) -> None:
    assert problem(tmp_path, *lines).startswith(f"dev.hcl:{message}")


def test_what_is_delegated_to_an_environment_is_a_zone_there(tmp_path: Path) -> None:
    parent = PROD + zone('delegation "dev" {', SERVERS, "}")
    dev = DEV + zone(name="dev.agora.example")
    assert problems_of(tmp_path, {"prod": parent, "dev": dev}) == []
    other = dev.replace("dev.agora", "development.agora")
    assert only_problem(tmp_path, {"prod": parent, "dev": other}).endswith(
        "zone.public.delegation.dev dev.agora.example is not a zone of dev, whose zones are development.agora.example; "
        "write the name of one of them, or create a zone with this name there"
    )
    assert "is not a zone of dev, whose zones are none;" in only_problem(tmp_path, {"prod": parent, "dev": DEV})


def test_a_zone_is_made_once(tmp_path: Path) -> None:
    dev, prod = DEV + zone(), PROD + zone()
    assert only_problem(tmp_path, {"dev": dev, "prod": prod}) == (
        "prod.hcl:11: zone.public.name agora.example is made by dev too (dev.hcl:11), and the internet asks one zone "
        "only; write existing = true in one of them, or the name of a subdomain that the other delegates"
    )
    assert problems_of(tmp_path, {"dev": dev, "prod": PROD + zone("existing = true")}) == []
