#!/usr/bin/env bash
# boot-files.sh DIR: makes DIR/kernel and DIR/initramfs of what lies in DIR/packages/root and DIR/lib/modules.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/../common.sh"
dir=$1
release=$(<"$dir/release")
root=$dir/packages/root
image=$root/boot/vmlinuz-$release

# QEMU enters an uncompressed kernel directly (PVH), which saves the emulated decompression; any bzImage boots too, only later.
sh "$root/scripts/extract-vmlinux" "$image" >"$dir/kernel" 2>/dev/null || true
if ! readelf -n "$dir/kernel" 2>/dev/null | grep -q '0x00000012'; then
    say "Linux $release cannot be entered through PVH: its bzImage will be booted, some seconds slower"
    cp -- "$image" "$dir/kernel"
fi

tree=$dir/packages/initramfs
mkdir -p "$tree"/{bin,modules,proc,sys,dev,lower,share,upper,root}
cp -- /bin/busybox "$tree/bin/"
install -m 755 "$kernel_tests/guest/init" "$tree/init"

# In the order in which they go in; busybox's insmod takes them uncompressed.
number=100
for module in virtio_pci virtio_console 9pnet_virtio 9p overlay; do
    modprobe -d "$dir" -S "$release" --show-depends "$module"
done | sed -n 's|^insmod \([^ ]*\).*|\1|p' | awk '!seen[$0]++' | while read -r module; do
    name=$(basename -- "$module")
    target=$tree/modules/$((number++))-${name%%.ko*}.ko
    case $module in
        *.xz) xz -dc "$module" >"$target" ;;
        *.zst) zstd -qdc "$module" >"$target" ;;
        *) cp -- "$module" "$target" ;;
    esac
done

(cd "$tree" && find . | cpio --quiet -o -H newc -R 0:0) >"$dir/initramfs"
