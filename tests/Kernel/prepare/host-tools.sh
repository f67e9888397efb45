#!/usr/bin/env bash
# Installs what the host needs to build the drivers and to run the guest. The guest sees the host's root,
# so what runs in there (kmod's modprobe) is installed here as well.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/../common.sh"

wanted=(qemu-system-x86 busybox-static kmod systemd udev cpio gcc-12 libc6-dev libelf1 make binutils zstd xz-utils)

missing=()
for package in "${wanted[@]}"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) == installed ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

((EUID == 0)) || die "these Debian packages are missing, and only root can install them: ${missing[*]}"
say "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
