#!/usr/bin/env bash
# Boots a real kernel in QEMU, runs one command in it, and is that command: same streams, same exit status.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage="usage: run.sh --kernel SERIES [--systemd BEFORE] [--timeout SECONDS] [--results DIR] [--] COMMAND [ARGUMENT…]
  --kernel   one of: ${all_series[*]}
  --systemd  have systemd and udev as process 1, without the drivers; before it starts, bash runs the line BEFORE
  --timeout  end the guest after this time (1800); exit status 124
  --results  a folder that gets what the command leaves in \$MDEVPS_RESULTS
The command runs as root in the project's folder. It sees the host's files; what it writes to them is gone afterwards."

series='' before='' timeout=1800 results=''
while (($#)); do
    case $1 in
        --kernel) series=${2-} ;;&
        --systemd) before=${2-} ;;&
        --timeout) timeout=${2-} ;;&
        --results) results=${2-} ;;&
        --kernel | --systemd | --timeout | --results) (($# > 1)) || die "$1 needs a value" && shift 2 ;;
        --help) echo "$usage" && exit ;;
        --) shift && break ;;
        -*) die "unknown option $1"$'\n'"$usage" ;;
        *) break ;;
    esac
done
[[ $timeout =~ ^[1-9][0-9]*$ ]] || die "--timeout takes seconds, not '$timeout'"
[[ ! $results || -d $results ]] || die "--results: no folder '$results'"
is_series "$series" || die "--kernel must be one of ${all_series[*]}"$'\n'"$usage"
(($#)) || die "no command"$'\n'"$usage"

"$kernel_tests/prepare.sh" "$series"
kernel=$(kernel_of "$series")

# Everything of this run is in one folder, the only one of the host that the guest can write to.
share=$(mktemp -d "${TMPDIR:-/tmp}/mdevps-guest.XXXXXX")
vm=
clean_up() {
    [[ ! $vm ]] || kill "$vm" 2>/dev/null || true
    # Who still waits for a guest that never opened its end is let go by an end that opens and closes here.
    for stream in "$share/stdout" "$share/stderr"; do [[ ! -p $stream ]] || : <>"$stream"; done
    wait
    [[ ! $results ]] || cp -r -- "$share/results/." "$results/"
    rm -rf -- "$share"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir "$share/results"
install -m 755 "$kernel_tests/guest/start" "$share/start"
echo "$kernel/lib/modules/$(<"$kernel/release")" >"$share/modules"
# script COMMAND [ARGUMENT…]: a bash script of it for the guest.
script() {
    declare -px PATH HOME
    echo "export MDEVPS_WORLD=kernel MDEVPS_KERNEL=$series MDEVPS_RESULTS=/run/mdevps/results"
    printf 'cd %q && exec' "$project"
    printf ' %q' "$@"
    echo
}
script "$@" >"$share/command"
[[ ! $before ]] || script bash -c "$before" >"$share/before"

# The two streams leave the guest through two serial ports and arrive here as they are written.
mkfifo "$share/stdout" "$share/stderr"
cat <"$share/stdout" &
cat <"$share/stderr" >&2 &

cores=$(nproc)
qemu=(
    qemu-system-x86_64
    # Emulated, so that it runs, and runs alike, where there is no KVM to be had. 'max' because .NET wants a modern processor.
    -accel tcg -machine q35,kernel-irqchip=split -cpu max -smp "$((cores < 4 ? cores : 4))" -m 3G
    -nodefaults -no-user-config -display none -no-reboot
    -kernel "$kernel/kernel" -initrd "$kernel/initramfs" -append 'console=ttyS0 panic=-1 quiet loglevel=5 intel_iommu=on iommu=pt'
    -serial "file:$share/console"
    -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=host,mount_tag=host
    -fsdev "local,id=share,path=$share,security_model=none" -device virtio-9p-pci,fsdev=share,mount_tag=share
    # A controller that has virtual functions, and an IOMMU, which gives each a VFIO group: nvidia-vfio-test makes a GPU of it.
    -device intel-iommu,intremap=on
    -device pcie-root-port,id=slot1,slot=1,bus=pcie.0 -device nvme-subsys,id=gpu
    -device nvme,serial=gpu,bus=slot1,subsys=gpu,sriov_max_vfs=8,sriov_vq_flexible=16,sriov_vi_flexible=8,max_ioqpairs=34,msix_qsize=17
    -device virtio-serial-pci
    -chardev "file,id=stdout,path=$share/stdout" -device virtserialport,chardev=stdout,name=stdout
    -chardev "file,id=stderr,path=$share/stderr" -device virtserialport,chardev=stderr,name=stderr
)
# timeout takes QEMU with it when it is ended, and is ended with this script, however that comes about.
setpriv --pdeathsig TERM timeout --kill-after=5 "$timeout" "${qemu[@]}" </dev/null &
vm=$!
wait "$vm" && ended=0 || ended=$?
vm=

[[ ! -f $share/status ]] || exit "$(<"$share/status")"
tail -n 40 "$share/console" >&2 || true
((ended != 124)) || { say "the guest was ended after $timeout s; its console is above"; exit 124; }
die "the guest ended without an exit status (QEMU: $ended); its console is above"
