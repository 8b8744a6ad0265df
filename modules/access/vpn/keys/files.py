"""Configuration files of the server, by their paths on the host."""

import ipaddress
from collections.abc import Mapping

from modules.access.vpn.settings import VpnSettings, resolver

#: Where the data volume is mounted: the certificate authority, and the server's own certificate.
DATA = "/srv/vpn"


def files(settings: VpnSettings, network: ipaddress.IPv4Network, domain: str) -> Mapping[str, str]:
    """Return the content of each file by its path; `domain` is the private zone of the VPC."""
    return {
        "/etc/openvpn/server/server.conf": _server(settings, network, domain),
        "/etc/nftables.conf": _firewall(settings, network),
        "/etc/sysctl.d/60-vpn.conf": "net.ipv4.ip_forward = 1\n",
        "/etc/apt/apt.conf.d/60vpn": _updates(settings),
        # Without the volume, the server must not start, rather than start without its certificates.
        "/etc/systemd/system/openvpn-server@server.service.d/volume.conf": f"[Unit]\nRequiresMountsFor={DATA}\n",
    }


def _server(settings: VpnSettings, network: ipaddress.IPv4Network, domain: str) -> str:
    """Return OpenVPN's configuration.

    [OpenVPN 2.6 manual](https://openvpn.net/community-docs/community-articles/openvpn-2-6-manual.html). There is no
    `tls-crypt` key: it would be a secret that all profiles share, and that the output of SSM would contain.
    """
    lines = [
        f"port {settings.port}",
        # With "udp" alone, the server would also listen on IPv6, which the VPC does not have.
        f"proto {'udp4' if settings.protocol == 'udp' else 'tcp4-server'}",
        "dev tun0",
        "dev-type tun",
        "topology subnet",
        f"server {settings.client_cidr.network_address} {settings.client_cidr.netmask}",
        f"ca {DATA}/pki/ca.crt",
        f"cert {DATA}/server/server.crt",
        f"key {DATA}/server/server.key",
        # Read again for each connection, so a revocation needs no restart.
        f"crl-verify {DATA}/server/crl.pem",
        "dh none",
        "tls-version-min 1.2",
        "remote-cert-tls client",
        "data-ciphers AES-256-GCM:AES-128-GCM:CHACHA20-POLY1305",
        "keepalive 10 60",
        *_pushed(settings, network, domain),
        "user nobody",
        "group nogroup",
        "persist-key",
        "persist-tun",
        "management /run/openvpn-server/management.sock unix",
        "verb 3",
        *(["explicit-exit-notify 1"] if settings.protocol == "udp" else []),
    ]
    return "\n".join([*lines, ""])


def _pushed(settings: VpnSettings, network: ipaddress.IPv4Network, domain: str) -> list[str]:
    """Return the options that clients receive: routes, and the VPC's DNS server, which knows the private zone."""
    return [
        f'push "route {network.network_address} {network.netmask}"',
        *([] if settings.split_tunnel else ['push "redirect-gateway def1 bypass-dhcp"']),
        f'push "dhcp-option DNS {resolver(network)}"',
        f'push "dhcp-option DOMAIN {domain}"',
    ]


def _firewall(settings: VpnSettings, network: ipaddress.IPv4Network) -> str:
    """Return the packet filter: clients reach the VPC (or everything), but neither the host nor its credentials.

    Clients have the host's address in the VPC, so security groups can name the host's, and no route table has to
    name the range of the clients.
    """
    destinations = f" ip daddr {network}" if settings.split_tunnel else ""
    return f"""\
#!/usr/sbin/nft -f
flush ruleset
table inet vpn {{
  chain input {{
    type filter hook input priority filter; policy accept;
    iifname "tun0" icmp type echo-request accept
    iifname "tun0" drop
  }}
  chain forward {{
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "tun0" ip daddr 169.254.0.0/16 drop
    iifname "tun0" oifname != "tun0"{destinations} accept
  }}
  chain postrouting {{
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr {settings.client_cidr} oifname != "tun0" masquerade
  }}
}}
"""


def _updates(settings: VpnSettings) -> str:
    """Return the options of unattended-upgrades, which Ubuntu's images have and run daily for security updates."""
    return (
        'APT::Periodic::Update-Package-Lists "1";\n'
        'APT::Periodic::Unattended-Upgrade "1";\n'
        'Unattended-Upgrade::Automatic-Reboot "true";\n'
        f'Unattended-Upgrade::Automatic-Reboot-Time "{settings.reboot_time}";\n'
    )
