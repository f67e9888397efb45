#!/usr/bin/env bash
# mdevctl as a contender: a workload is a line of standard input, and "nanoseconds objects" comes back. It takes no root, so the host is
# bound over /sys and /etc/mdevctl.d here, which is for a mount namespace of its own (unshare --mount).
# usage: mdevctl.sh FOLDER [ROOT]    FOLDER takes what mdevctl prints ("printed") and stands for /etc/mdevctl.d of a ROOT without
set -euo pipefail
export LC_ALL=C
folder=$1
if [ $# -gt 1 ]; then
    mkdir -p "$folder/etc/scripts.d/callouts" "$folder/etc/scripts.d/notifiers"
    mount --bind "$2/sys" /sys
    etc=$folder/etc
    [ ! -d "$2/etc/mdevctl.d" ] || etc=$2/etc/mdevctl.d
    mount --bind "$etc" /etc/mdevctl.d
fi
while read -r workload name; do
    counted='^[0-9a-f-]{36} '
    case $workload in
        devices) command=(mdevctl list) ;;
        devices-json) command=(mdevctl list --dumpjson) counted='"mdev_type"' ;;
        children) command=(mdevctl list --parent "$name") ;;
        device) command=(mdevctl list --uuid "$name") ;;
        definitions) command=(mdevctl list -d) ;;
        types) command=(mdevctl types) counted='Available instances' ;;
        types-json) command=(mdevctl types --dumpjson) counted='"available_instances"' ;;
        nothing) command=("$(type -P true)") ;;
        # The peak of its memory, in kilobytes, as the number of objects.
        peak) command=("$(type -P time)" -f '%M' -o "$folder/peak" mdevctl list) counted='' ;;
    esac
    start=${EPOCHREALTIME/./}
    "${command[@]}" >"$folder/printed"
    end=${EPOCHREALTIME/./}
    count=$([ "$workload" = peak ] && cat "$folder/peak" || grep -cE "$counted" "$folder/printed" || true)
    echo "$(((end - start) * 1000)) $count"
done
