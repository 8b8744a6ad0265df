#!/bin/bash
# Manages users. Environment variables: ACTION, USER_NAME, REQUEST (a certificate request, base64).
#
# Exit codes: 11 the user exists, 12 there is no such user, 13 the request is not valid, 14 the host is not configured,
# 15 another command is running.
set -euo pipefail
DATA=${DATA:-/srv/vpn}
EASYRSA_SCRIPT=${EASYRSA_SCRIPT:-/usr/share/easy-rsa/easyrsa}
SOCKET=${SOCKET:-/run/openvpn-server/management.sock}
umask 077

easyrsa() {
  EASYRSA_PKI=$DATA/pki EASYRSA_BATCH=1 EASYRSA_DIGEST=sha384 EASYRSA_CRL_DAYS=180 \
    EASYRSA_CERT_EXPIRE="$CERTIFICATE_DAYS" "$EASYRSA_SCRIPT" "$@" >&2
}

fail() {
  echo "$2" >&2
  exit "$1"
}

# The index of the authority has a line for each certificate: state, expiration, revocation, serial, file, subject.
list() {
  local now
  now=$(date -u +%y%m%d%H%M%SZ)
  awk -F '\t' -v now="$now" '
    { name = $6; sub(/.*\/CN=/, "", name); sub(/\/.*/, "", name) }
    name ~ /^server-/ { next }
    { state = $1 == "R" ? "revoked" : $2 < now ? "expired" : "valid"; split($3, when, ","); print name "\t" state "\t" $2 "\t" when[1] }
  ' "$DATA/pki/index.txt"
}

has_valid() {
  list | awk -F '\t' -v name="$USER_NAME" '$1 == name && $2 == "valid" { found = 1 } END { exit !found }'
}

check_request() {
  local subject
  subject=$(openssl req -in "$1" -verify -noout -subject -nameopt RFC2253 2>/dev/null) ||
    fail 13 "the certificate request is not valid"
  [ "$subject" = "subject=CN=$USER_NAME" ] || fail 13 "the certificate request is for another name: $subject"
}

add() {
  local file
  has_valid && fail 11 "$USER_NAME exists"
  file=$(mktemp)
  # shellcheck disable=SC2064 # the path as it is now
  trap "rm -f '$file'" EXIT
  base64 --decode <<<"$REQUEST" >"$file" || fail 13 "the certificate request is not base64"
  check_request "$file"
  # What is left of an expired certificate of the same name.
  rm -f "$DATA/pki/reqs/$USER_NAME.req" "$DATA/pki/issued/$USER_NAME.crt"
  easyrsa import-req "$file" "$USER_NAME"
  easyrsa sign-req client "$USER_NAME"
  profile
}

# The profile without its private key, which has never been on this host.
profile() {
  cat <<END
client
dev tun
proto ${PROTOCOL/tcp/tcp-client}
remote $VPN_HOST $PORT
resolv-retry infinite
nobind
persist-key
persist-tun
remote-cert-tls server
verify-x509-name server- name-prefix
tls-version-min 1.2
verb 3
<ca>
$(openssl x509 -in "$DATA/pki/ca.crt")
</ca>
<cert>
$(openssl x509 -in "$DATA/pki/issued/$USER_NAME.crt")
</cert>
END
}

# Also ends the user's connection, which would otherwise last until the next negotiation of keys.
revoke() {
  has_valid || fail 12 "there is no valid certificate of $USER_NAME"
  easyrsa revoke "$USER_NAME"
  easyrsa gen-crl
  install -m 644 "$DATA/pki/crl.pem" "$DATA/server/crl.pem.new"
  mv "$DATA/server/crl.pem.new" "$DATA/server/crl.pem"
  if [ -S "$SOCKET" ]; then
    python3 - "$SOCKET" "$USER_NAME" <<'END' >&2
import socket, sys
with socket.socket(socket.AF_UNIX) as management:
    management.settimeout(10)
    management.connect(sys.argv[1])
    management.sendall(f"kill {sys.argv[2]}\nquit\n".encode())
    while management.recv(4096):
        pass
END
  fi
  list | awk -F '\t' -v name="$USER_NAME" '$1 == name'
}

main() {
  [ -f "$DATA/server/profile.env" ] || fail 14 "the host is not configured yet"
  # shellcheck source=/dev/null
  . "$DATA/server/profile.env"
  exec 9>"$DATA/lock"
  flock --timeout 60 9 || fail 15 "another command is running; try again"
  case $ACTION in
    add) add ;;
    list) list ;;
    revoke) revoke ;;
    *) fail 13 "unknown action: $ACTION" ;;
  esac
}

main
