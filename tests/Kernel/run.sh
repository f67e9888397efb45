#!/usr/bin/env bash
# Boots a real kernel in QEMU, runs one command in it, and is that command: same streams, same exit status.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage="usage: run.sh --kernel SERIES [--timeout SECONDS] [--results DIR] [--] COMMAND [ARGUMENT…]
  --kernel   one of: ${all_series[*]}
  --timeout  end the guest after this time (1800); exit status 124
  --results  a folder of the host that the guest can write to, as \$MDEVPS_RESULTS
The command runs as root in the project's folder. It sees the host's files; what it writes to them is gone afterwards."

series='' timeout=1800 results=''
while (($#)); do
    case $1 in
        --kernel) series=${2-} && shift 2 ;;
        --timeout) timeout=${2-} && shift 2 ;;
        --results) results=${2-} && shift 2 ;;
        --help) echo "$usage" && exit ;;
        --) shift && break ;;
        -*) die "unknown option $1"$'\n'"$usage" ;;
        *) break ;;
    esac
done
is_series "$series" || die "--kernel must be one of ${all_series[*]}"$'\n'"$usage"
(($#)) || die "no command"$'\n'"$usage"

"$kernel_tests/prepare.sh" "$series"
kernel=$cache/$series

# Everything of this run is in one folder, the guest's only window to write through.
share=$(mktemp -d "${TMPDIR:-/tmp}/mdevps-guest.XXXXXX")
vm=
stop() {
    [[ ! $vm ]] || kill "$vm" 2>/dev/null || true
    wait
    rm -rf -- "$share"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

install -m 755 "$kernel_tests/guest/start" "$share/start"
echo "$kernel/lib/modules/$(<"$kernel/release")" >"$share/modules"
{
    echo "export MDEVPS_WORLD=kernel MDEVPS_KERNEL=$series"
    declare -px PATH HOME
    printf 'cd %q\n' "$project"
    printf 'exec'
    printf ' %q' "$@"
    echo
} >"$share/command"

# The two streams leave the guest through two serial ports and arrive here as they are written.
mkfifo "$share/stdout" "$share/stderr"
cat <"$share/stdout" &
cat <"$share/stderr" >&2 &

qemu=(
    qemu-system-x86_64
    -accel tcg -machine q35 -cpu max -smp "$(nproc)" -m 3G
    -nodefaults -no-user-config -display none -no-reboot
    -kernel "$kernel/kernel" -initrd "$kernel/initramfs" -append 'console=ttyS0 panic=-1 quiet loglevel=5'
    -serial "file:$share/console"
    -fsdev "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap" -device virtio-9p-pci,fsdev=host,mount_tag=host
    -fsdev "local,id=share,path=$share,security_model=none" -device virtio-9p-pci,fsdev=share,mount_tag=share
    -device virtio-serial-pci
    -chardev "file,id=stdout,path=$share/stdout" -device virtserialport,chardev=stdout,name=stdout
    -chardev "file,id=stderr,path=$share/stderr" -device virtserialport,chardev=stderr,name=stderr
)
timeout --kill-after=5 "$timeout" "${qemu[@]}" </dev/null &
vm=$!
wait "$vm" && ended=0 || ended=$?
vm=
wait

[[ -f $share/status ]] && exit "$(<"$share/status")"
tail -n 40 "$share/console" >&2
((ended == 124)) && { say "ended after $timeout s"; exit 124; }
die "the guest of Linux $series ended without an exit status (QEMU: $ended); its console is above"
