#!/usr/bin/env bash
# prepare.sh [SERIES…]: makes everything a guest needs, once, in the cache. No series: all of them.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

(($#)) || set -- "${all_series[@]}"
for series; do is_series "$series" || die "no kernel series '$series' (there are: ${all_series[*]})"; done

"$kernel_tests/prepare/host-tools.sh"

mkdir -p "$cache"
# Two builds at once wait for each other; the second finds the work done.
exec {lock}>"$cache/lock"
flock "$lock"

for series; do
    prepared=$(kernel_of "$series")
    [[ ! -d $prepared ]] || continue
    # What an interrupted run left.
    rm -rf -- "$cache"/making-"$series".*
    making=$(mktemp -d "$cache/making-$series.XXXXXX")
    chmod 755 "$making"

    say "Linux $series: downloading Debian's packages"
    "$kernel_tests/prepare/packages.sh" "$series" "$making"
    say "Linux $series: building mtty, mdpy, mbochs and nvidia-vfio-test"
    "$kernel_tests/prepare/drivers.sh" "$making"
    "$kernel_tests/prepare/boot-files.sh" "$making"

    rm -rf -- "$making/packages"
    mv -- "$making" "$prepared"
    say "Linux $series: $(<"$prepared/release") is ready in $prepared"
done
