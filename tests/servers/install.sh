#!/usr/bin/env bash
# Install the servers and the browser that the tests start by themselves. None is left running.
set -euo pipefail

packages=(python3-venv dovecot-imapd postgresql redis-server chromium fonts-noto-cjk)
# Directories: OpenLDAP, and Samba as an Active Directory domain controller.
packages+=(slapd openssl samba samba-dsdb-modules samba-vfs-modules samba-ad-provision python3-samba winbind)

if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
    echo "This needs Debian or Ubuntu, as root. The tests use these programs, wherever they come from:"
    echo "  dovecot 2.3, PostgreSQL 15 or newer, redis-server, chromium, a Japanese font,"
    echo "  slapd 2.5, Samba 4.17 with samba-ad-provision, openssl"
    echo "On Debian: sudo apt-get install ${packages[*]}"
    exit 1
fi

missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' ||
        missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
    echo "services: already there: ${packages[*]}"
    exit 0
fi

export DEBIAN_FRONTEND=noninteractive
# The tests start servers of their own on free ports; the distribution's need not start at all.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "services: installed: ${missing[*]}"
