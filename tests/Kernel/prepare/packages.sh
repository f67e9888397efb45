#!/usr/bin/env bash
# packages.sh SERIES DIR: downloads Debian's newest kernel of the series with its headers and sources into DIR/packages,
# extracts what is used of them into DIR/packages/root, and writes the kernel's release to DIR/release.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/../common.sh"
series=$1 dir=$2

apt-get update -qq

# 6.1.0-56-amd64 or 6.12.117+deb12-amd64; not the cloud and rt flavours, which lack the drivers we need.
newest=$(apt-cache search --names-only "^linux-image-${series//./\\.}\\.[0-9.]+[^ ]*[0-9]-amd64\$" | cut -d' ' -f1 | sort -V | tail -n 1)
[[ $newest ]] || die "Debian offers no linux-image-$series.*-amd64 here; Debian 12 with its security archive does"
release=${newest#linux-image-}

field() { apt-cache show --no-all-versions "$1" | sed -n "s/^$2: //p"; }
version=$(field "$newest" Version)

# kbuild bears the release's name, or the series' name, depending on the series: the headers know.
headers=linux-headers-$release
depends=$(field "$headers" Depends)
common=$(grep -oE 'linux-headers-[^ ,]+-common' <<<"$depends")
kbuild=$(grep -oE 'linux-kbuild-[^ ,]+' <<<"$depends")

mkdir -p "$dir/packages/root"
cd "$dir/packages"
apt-get -qq -o APT::Sandbox::User=root download \
    "$newest=$version" "$headers=$version" "$common=$version" "$kbuild=$version" "linux-source-$series=$version"

for package in linux-image-*.deb linux-headers-*.deb linux-kbuild-*.deb; do dpkg-deb -x "$package" root; done

# The sources are 150 MB packed and we want four files of them.
dpkg-deb --fsys-tarfile linux-source-*.deb | tar -xO --wildcards '*/linux-source-*.tar.xz' \
    | tar -xJ -C root --strip-components=1 --wildcards '*/samples/vfio-mdev/*' '*/scripts/extract-vmlinux'

echo "$release" >"$dir/release"
