"""Configuration files of the VPN server, and the SSM documents that install them."""

import ipaddress
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from modules.access.vpn import documents
from modules.access.vpn.keys.files import files
from modules.access.vpn.settings import VpnSettings

NETWORK = ipaddress.IPv4Network("10.20.0.0/20")
SERVER = "/etc/openvpn/server/server.conf"
FIREWALL = "/etc/nftables.conf"
SCRIPTS = Path(documents.__file__).parent / "host"


def settings(**keys: Any) -> VpnSettings:
    return VpnSettings(
        allowed_cidrs=(ipaddress.IPv4Network("203.0.113.0/24"),),
        client_cidr=ipaddress.IPv4Network("172.30.0.0/22"),
        availability_zone="a",
        **keys,
    )


def file(path: str, **keys: Any) -> list[str]:
    return [line.strip() for line in files(settings(**keys), NETWORK, "dev.internal")[path].splitlines()]


def content(text: str) -> dict[str, Any]:
    """Return a document as Terraform sends it."""
    assert not re.search(r"(?<!\$)\$\{|(?<!%)%\{", text), "Terraform would interpolate it"
    found: dict[str, Any] = json.loads(text.replace("$${", "${").replace("%%{", "%{"))
    return found


def scripts(text: str) -> list[str]:
    return ["\n".join(step["inputs"]["runCommand"]) for step in content(text)["mainSteps"]]


def test_split_tunnel_routes_the_vpc_and_its_resolver_only() -> None:
    lines = file(SERVER)
    assert "server 172.30.0.0 255.255.252.0" in lines
    assert [line for line in lines if line.startswith("push")] == [
        'push "route 10.20.0.0 255.255.240.0"',
        'push "dhcp-option DNS 10.20.0.2"',
        'push "dhcp-option DOMAIN dev.internal"',
    ]
    assert 'iifname "tun0" oifname != "tun0" ip daddr 10.20.0.0/20 accept' in file(FIREWALL)


def test_full_tunnel_routes_everything_but_the_hosts_credentials() -> None:
    assert 'push "redirect-gateway def1 bypass-dhcp"' in file(SERVER, split_tunnel=False)
    rules = file(FIREWALL, split_tunnel=False)
    metadata, everything = 'iifname "tun0" ip daddr 169.254.0.0/16 drop', 'iifname "tun0" oifname != "tun0" accept'
    assert rules.index(metadata) < rules.index(everything)


@pytest.mark.parametrize("split_tunnel", [True, False])
def test_clients_reach_neither_each_other_nor_the_host(split_tunnel: bool) -> None:
    rules = file(FIREWALL, split_tunnel=split_tunnel)
    assert 'iifname "tun0" drop' in rules
    assert "type filter hook forward priority filter; policy drop;" in rules
    assert all('oifname != "tun0"' in rule for rule in rules if rule.endswith("accept") and "forward" not in rule
               and rule.startswith('iifname "tun0" oif'))  # fmt: skip
    assert "client-to-client" not in file(SERVER)


def test_tcp_has_no_exit_notification() -> None:
    assert {"proto tcp4-server", "port 443"} <= set(file(SERVER, protocol="tcp", port=443))
    assert not any(line.startswith("explicit-exit-notify") for line in file(SERVER, protocol="tcp"))


def test_security_updates_restart_the_host_at_the_given_time() -> None:
    assert 'Unattended-Upgrade::Automatic-Reboot-Time "02:15";' in file(
        "/etc/apt/apt.conf.d/60vpn", reboot_time="02:15"
    )


def test_document_writes_each_file_as_it_is(tmp_path: Path) -> None:
    written = files(settings(), NETWORK, "dev.internal")
    write, _ = scripts(documents.configuration(settings(), written))
    folder = tmp_path / "files"
    subprocess.run(["bash"], input=write.replace("/run/vpn-files", str(folder)), text=True, check=True)
    found = {f"/{path.relative_to(folder)}": path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert found == written


def test_other_settings_make_another_document() -> None:
    """State Manager configures the host again when the document changes."""
    one, other = (
        documents.configuration(each, files(each, NETWORK, "dev.internal"))
        for each in (settings(), settings(certificate_days=30))
    )
    assert one != other


@pytest.mark.parametrize(
    "text",
    [documents.users(), documents.configuration(settings(), files(settings(), NETWORK, "dev.internal"))],
    ids=["users", "configuration"],
)
def test_scripts_are_valid_and_all_parameters_have_a_pattern(text: str) -> None:
    document = content(text)
    used = set(re.findall(r"{{ (\w+) }}", json.dumps(document["mainSteps"])))
    assert used == document["parameters"].keys()
    for parameter in document["parameters"].values():
        pattern = parameter["allowedPattern"]
        assert pattern.startswith("^") and pattern.endswith("$")
        assert not any(re.search(pattern, wrong) for wrong in ("$(id)", "`id`", "a'b", "a b", "a;b", 'a"b', "a\nb"))
    for script in scripts(text):
        assert script.startswith("#!/bin/bash\n")
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        # SSM takes these braces for a parameter.
        assert "{{" not in re.sub(r"{{ \w+ }}", "", script)


def run(script: str, functions: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run functions of a script without its `main`."""
    text = (SCRIPTS / script).read_text().removesuffix("main\n")
    environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "DATA": str(folder), **variables}
    return subprocess.run(
        ["bash"], input=f"{text}\n{functions}\n", env=environment, text=True, capture_output=True, check=False
    )


@pytest.mark.parametrize("host", ["10.0.0.1", "172.16.4.4", "172.31.0.1", "192.168.1.1", "169.254.1.1", ""])
def test_private_address_as_public_host_is_refused(tmp_path: Path, host: str) -> None:
    done = run("configure.sh", "refuse_private_host", tmp_path, VPN_HOST=host)
    assert (done.returncode, "is not a public address: clients would time out" in done.stderr) == (20, True)


@pytest.mark.parametrize("host", ["198.51.100.9", "172.32.0.1", "vpn.agora.example"])
def test_public_address_or_name_as_public_host_is_accepted(tmp_path: Path, host: str) -> None:
    assert run("configure.sh", "refuse_private_host", tmp_path, VPN_HOST=host).returncode == 0


INDEX = """\
V\t20991231235959Z\t\t01\tunknown\t/CN=server-20261101000000
V\t991231235959Z\t\t02\tunknown\t/CN=alice
R\t271231235959Z\t261127222627Z\t03\tunknown\t/CN=bob
V\t200101000000Z\t\t04\tunknown\t/CN=carol
E\t200101000000Z\t\t05\tunknown\t/CN=dave
"""


def test_list_has_users_and_not_the_server(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    (tmp_path / "pki" / "index.txt").write_text(INDEX)
    rows = [line.split("\t") for line in run("users.sh", "list", tmp_path).stdout.splitlines()]
    assert [row[:2] for row in rows] == [
        ["alice", "valid"],
        ["bob", "revoked"],
        ["carol", "expired"],
        ["dave", "expired"],
    ]
    assert rows[1][3] == "261127222627Z"


@pytest.mark.parametrize(("user", "code"), [("alice", 0), ("bob", 1), ("carol", 1), ("ali", 1)])
def test_user_has_a_valid_certificate_until_it_expires_or_is_revoked(tmp_path: Path, user: str, code: int) -> None:
    (tmp_path / "pki").mkdir()
    (tmp_path / "pki" / "index.txt").write_text(INDEX)
    assert run("users.sh", "has_valid", tmp_path, USER_NAME=user).returncode == code


def test_users_of_a_host_that_is_not_configured_fail(tmp_path: Path) -> None:
    done = run("users.sh", "main", tmp_path, ACTION="list")
    assert (done.returncode, done.stderr.strip()) == (14, "the host is not configured yet")
