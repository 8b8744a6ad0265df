#!/bin/bash
# Configures the host. Runs again at any time: what is already as it should be stays, and nothing is formatted twice.
#
# Environment variables: VPN_HOST, the address or name in profiles; VOLUME_ID; PROTOCOL; PORT; CERTIFICATE_DAYS; FILES,
# the folder with the configuration files.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a
DATA=${DATA:-/srv/vpn}
EASYRSA_SCRIPT=${EASYRSA_SCRIPT:-/usr/share/easy-rsa/easyrsa}
# Days before its expiration when the server's certificate is replaced.
RENEWED=60

refuse_private_host() {
  case $VPN_HOST in
    10.* | 192.168.* | 172.1[6-9].* | 172.2[0-9].* | 172.3[01].* | 169.254.* | "")
      echo "\"$VPN_HOST\" is not a public address: clients would time out" >&2
      exit 20
      ;;
  esac
}

install_packages() {
  local missing=() package
  for package in openvpn easy-rsa nftables unattended-upgrades; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
      missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  apt-get -qq -o DPkg::Lock::Timeout=600 update
  apt-get -qq -o DPkg::Lock::Timeout=600 install --yes --no-install-recommends "${missing[@]}"
}

# The name of an EBS volume's NVMe device has its ID without the hyphen; t3 and t4g have only NVMe.
mount_volume() {
  local device="/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${VOLUME_ID/-/}" waited=0 found=0
  mountpoint --quiet "$DATA" && return
  while [ ! -b "$device" ]; do
    [ $waited -lt 300 ] || { echo "the volume $VOLUME_ID is not attached" >&2; exit 21; }
    sleep 5
    waited=$((waited + 5))
  done
  blkid --probe "$device" >/dev/null || found=$?
  # 2: no signature at all, and a new volume has only zeros. Otherwise there is data, or an error: nothing is formatted.
  if [ $found -eq 2 ] && cmp --quiet --bytes=1048576 "$device" /dev/zero; then
    mkfs.ext4 -q -L vpn "$device"
  elif [ "$(blkid --match-tag LABEL --output value "$device")" != vpn ]; then
    echo "$VOLUME_ID has data that is not the VPN's" >&2
    exit 22
  fi
  mkdir -p "$DATA"
  grep -q " $DATA " /etc/fstab || echo "LABEL=vpn $DATA ext4 defaults,nofail,nosuid,nodev 0 2" >>/etc/fstab
  systemctl daemon-reload
  mount "$DATA"
}

easyrsa() {
  EASYRSA_PKI=$DATA/pki EASYRSA_BATCH=1 EASYRSA_ALGO=ec EASYRSA_CURVE=secp384r1 EASYRSA_DIGEST=sha384 \
    EASYRSA_CA_EXPIRE=3650 EASYRSA_CRL_DAYS=180 EASYRSA_CERT_EXPIRE="$CERTIFICATE_DAYS" "$EASYRSA_SCRIPT" "$@" >&2
}

create_authority() {
  umask 077
  if [ ! -f "$DATA/pki/ca.crt" ]; then
    rm -rf "$DATA/pki"
    easyrsa init-pki
    EASYRSA_REQ_CN="vpn $VPN_HOST" easyrsa build-ca nopass
  fi
}

create_server_certificate() {
  local name
  mkdir -p "$DATA/server"
  chmod 755 "$DATA" "$DATA/server"
  openssl x509 -noout -checkend $((RENEWED * 86400)) -in "$DATA/server/server.crt" >/dev/null 2>&1 && return
  name="server-$(date +%Y%m%d%H%M%S)"
  CERTIFICATE_DAYS=825 easyrsa build-server-full "$name" nopass
  install -m 600 "$DATA/pki/private/$name.key" "$DATA/server/server.key"
  install -m 644 "$DATA/pki/issued/$name.crt" "$DATA/server/server.crt"
  changed=1
}

# Each run makes the list valid for another 180 days; after that, OpenVPN would refuse everybody.
publish_revocations() {
  easyrsa gen-crl
  install -m 644 "$DATA/pki/crl.pem" "$DATA/server/crl.pem.new"
  mv "$DATA/server/crl.pem.new" "$DATA/server/crl.pem"
}

install_files() {
  local path
  while IFS= read -r path; do
    cmp --quiet "$FILES$path" "$path" && continue
    install -D -m 644 "$FILES$path" "$path"
    changed=1
  done < <(cd "$FILES" && find . -type f -printf '/%P\n')
}

# What users.sh needs for profiles.
save_settings() {
  cat >"$DATA/server/profile.env" <<END
VPN_HOST=$VPN_HOST
PROTOCOL=$PROTOCOL
PORT=$PORT
CERTIFICATE_DAYS=$CERTIFICATE_DAYS
END
}

start() {
  systemctl disable --quiet --now ssh.socket ssh.service 2>/dev/null || true
  systemctl enable --quiet nftables openvpn-server@server
  if [ "$changed" -eq 1 ]; then
    systemctl daemon-reload
    sysctl --quiet --system
    systemctl restart nftables openvpn-server@server
  else
    systemctl start nftables openvpn-server@server
  fi
  systemctl is-active --quiet openvpn-server@server
}

main() {
  changed=0
  refuse_private_host
  install_packages
  mount_volume
  exec 9>"$DATA/lock"
  flock --timeout 60 9 || { echo "users are being changed for more than a minute" >&2; exit 23; }
  create_authority
  create_server_certificate
  publish_revocations
  install_files
  save_settings
  start
  echo "ready: $VPN_HOST"
}

main
