#!/usr/bin/env bash
# drivers.sh DIR: builds the sample drivers and our own for the kernel extracted in DIR/packages/root and puts them,
# with the modules they and the guest need, into DIR/lib/modules where modprobe -d DIR finds them.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/../common.sh"
dir=$1
release=$(<"$dir/release")
root=$dir/packages/root

# The headers include their common part by absolute path, as if they were installed.
sed -i "s|/usr/src/|$root/usr/src/|" "$root/usr/src/linux-headers-$release/Makefile"

cp -- "$kernel_tests"/drivers/*.c "$root/samples/vfio-mdev/"
echo 'obj-m := mtty.o mdpy.o mbochs.o nvidia-vfio-test.o' >"$root/samples/vfio-mdev/Makefile"
log=$dir/packages/drivers.log
# No type information for BPF: it would take pahole, and nobody here asks for it.
make -C "$root/usr/src/linux-headers-$release" M="$root/samples/vfio-mdev" CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$log" 2>&1 || { cat "$log" >&2; exit 1; }

extracted=$root/lib/modules/$release
mkdir -p "$extracted/extra"
cp -- "$root"/samples/vfio-mdev/*.ko "$extracted/extra/"
depmod -b "$root" "$release"

# Of some 4000 modules the guest uses two dozen.
modules=$dir/lib/modules/$release
mkdir -p "$modules"
wanted=(virtio_pci virtio_console 9p 9pnet_virtio overlay vfio_iommu_type1 vfio_pci mtty mdpy mbochs nvidia-vfio-test)
for module in "${wanted[@]}"; do modprobe -d "$root" -S "$release" --show-depends "$module"; done \
    | sed -n "s|^insmod $extracted/\([^ ]*\).*|\1|p" | sort -u \
    | while read -r module; do install -D -m 644 "$extracted/$module" "$modules/$module"; done
cp -- "$extracted"/modules.{order,builtin,builtin.modinfo} "$modules/"
depmod -b "$dir" "$release"
