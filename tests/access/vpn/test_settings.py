"""The `vpn` block: which ranges are allowed, and what it requires of other blocks."""

from pathlib import Path

import pytest

from tests.support.environments import ALARMS, DEV, PROD, only_problem, problems_of

VPN = """\
vpn {
  allowed_cidrs     = ["203.0.113.0/24"]
  client_cidr       = "172.30.0.0/22"
  availability_zone = "a"
}
"""
ZONE = 'zone "public" {\n  name = "dev.agora.example"\n}\n'


def with_key(line: str) -> str:
    return VPN.replace("}\n", f"  {line}\n}}\n")


def test_vpn_is_valid_in_development_and_in_production_with_alarms_and_backup(tmp_path: Path) -> None:
    assert not problems_of(
        tmp_path, {"dev": DEV + VPN, "prod": PROD + VPN.replace("30.0.0", "30.4.0") + ALARMS + "backup {}\n"}
    )


@pytest.mark.parametrize("wide", ['"0.0.0.0/0"', '"0.0.0.0/1", "128.0.0.0/1"', '"8.0.0.0/7"'])
def test_open_ingress_in_production_is_an_error(tmp_path: Path, wide: str) -> None:
    text = PROD + VPN.replace('"203.0.113.0/24"', wide) + ALARMS + "backup {}\n"
    problem = only_problem(tmp_path, {"prod": text})
    assert problem.startswith("prod.hcl:11: vpn.allowed_cidrs ")
    assert "is not allowed in production: it is larger than a /8" in problem


def test_open_ingress_in_development_is_allowed(tmp_path: Path) -> None:
    assert not problems_of(tmp_path, {"dev": DEV + VPN.replace("203.0.113.0/24", "0.0.0.0/0")})


def test_private_source_never_matches(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, {"dev": DEV + VPN.replace("203.0.113.0/24", "192.168.0.0/24")})
    assert "vpn.allowed_cidrs 192.168.0.0/24 never matches" in problem


@pytest.mark.parametrize(
    ("cidr", "says"),
    [
        ("10.20.8.0/24", "overlaps network.cidr 10.20.0.0/20"),
        ("10.130.0.0/22", "overlaps network.reserved_cidrs 10.128.0.0/9"),
        ("172.20.0.0/22", "overlaps network.direct_connect.corporate_cidrs 172.20.0.0/16"),
        ("203.0.113.0/24", "is not a private range"),
        ("172.16.0.0/15", "is not the size of an address pool"),
        ("172.30.0.0/30", "is not the size of an address pool"),
    ],
)
def test_client_range_that_clients_could_not_use_is_an_error(tmp_path: Path, cidr: str, says: str) -> None:
    network = 'reserved_cidrs = ["10.128.0.0/9"]\n  direct_connect {\n    corporate_cidrs = ["172.20.0.0/16"]\n  }\n}'
    text = DEV.replace('"c"]\n}', f'"c"]\n  {network}') + VPN.replace("172.30.0.0/22", cidr)
    problem = only_problem(tmp_path, {"dev": text})
    assert f"vpn.client_cidr {cidr} {says}" in problem


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (PROD.replace("10.20.16.0/20", "172.30.0.0/20"), "overlaps prod's network.cidr 172.30.0.0/20 (prod.hcl:7)"),
        (
            PROD.replace('"c"]\n}', '"c"]\n  reserved_cidrs = ["172.30.2.0/24"]\n}'),
            "overlaps prod's network.reserved_cidrs",
        ),
    ],
)
def test_client_range_of_another_environments_network_is_an_error(tmp_path: Path, other: str, says: str) -> None:
    problem = only_problem(tmp_path, {"dev": DEV + VPN, "prod": other})
    assert problem.startswith("dev.hcl:12: vpn.client_cidr 172.30.0.0/22 ")
    assert says in problem


def test_client_range_of_another_vpn_is_an_error_in_one_file(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, {"dev": DEV + VPN, "prod": PROD + VPN + ALARMS + "backup {}\n"})
    assert problem.startswith("prod.hcl:12: vpn.client_cidr 172.30.0.0/22 overlaps dev's vpn.client_cidr")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (DEV.partition("network")[0] + VPN, "vpn needs public subnets, and there is no VPC"),
        (DEV.replace('"c"]\n', '"c"]\n  internet = false\n') + VPN, "vpn needs a public subnet"),
        (DEV + VPN.replace('= "a"', '= "b"'), "vpn.availability_zone b is not an Availability Zone of the network"),
        (DEV + with_key('databases = ["main"]'), "vpn.databases main names no `database` block"),
        (DEV + with_key('caches = ["main"]'), "vpn.caches main names no `cache` block"),
        (DEV + with_key('searches = ["logs"]'), "vpn.searches logs names no `search` block"),
        (DEV + with_key('eks = ["main"]'), "vpn.eks main names no `eks` block"),
        (DEV + with_key('databases = ["main", "main"]'), "names main twice"),
        (DEV + with_key('hostname = "vpn.agora.example"'), "vpn.hostname vpn.agora.example is in no zone"),
        (DEV + with_key("certificate_days = 900"), "vpn.certificate_days 900"),
        (PROD + VPN + ALARMS, "vpn needs a backup plan in production"),
        (PROD + VPN + "backup {}\n", "requires an `alarms` block"),
    ],
)
def test_missing_requirement_is_an_error(tmp_path: Path, text: str, says: str) -> None:
    assert says in only_problem(tmp_path, {"prod" if "production" in text else "dev": text})


def test_hostname_of_another_block_is_an_error(tmp_path: Path) -> None:
    name = 'name = "vpn.dev.agora.example"'
    record = f'  record "vpn" {{\n    {name}\n    type = "A"\n    records = ["192.0.2.1"]\n  }}\n}}\n'
    text = DEV + with_key('hostname = "vpn.dev.agora.example"') + ZONE.removesuffix("}\n") + record
    assert "vpn.hostname vpn.dev.agora.example already points to zone.public.record.vpn" in only_problem(
        tmp_path, {"dev": text}
    )
