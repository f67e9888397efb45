#!/usr/bin/env bash
# Compares the floor, the library, the cmdlets and mdevctl on the same simulated hosts in one run, and writes benchmarks/RESULTS.md.
# As root it installs what is missing of mdevctl, strace and time (Debian's apt-get) and uses mount namespaces of its own; without
# root, or without one of the programs, it says what it leaves out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "${1-}" != inside ]; then
    missing=
    for program in mdevctl strace time; do
        type -P "$program" >/dev/null || missing+=" $program"
    done
    type -P "${CC:-cc}" >/dev/null || missing+=" gcc libc6-dev"
    if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && type -P apt-get >/dev/null; then
        # shellcheck disable=SC2086
        { apt-get update && apt-get install -y --no-install-recommends $missing; } >/dev/null ||
            echo "WARNING: could not install$missing; what needs it is skipped"
    elif [ -n "$missing" ]; then
        echo "WARNING: there is no$missing, and installing it needs root and apt-get; what needs it is skipped"
    fi
    # The trees are made in memory, where nothing else sees them and nothing is left of them.
    unshare --mount true 2>/dev/null && exec unshare --mount "${BASH_SOURCE[0]}" inside
    echo "WARNING: no mount namespace can be made; mdevctl is skipped, and the trees lie on a disk"
fi

work=$(mktemp -d)
trap 'umount "$work" 2>/dev/null || rm -rf "$work"; rmdir "$work" 2>/dev/null || true' EXIT
[ "${1-}" != inside ] || mount -t tmpfs -o mode=755 tmpfs "$work"

for project in src/MdevPS benchmarks/Mdev.Comparison benchmarks/Mdev.Benchmarks; do
    dotnet build "$project" --nologo --verbosity quiet --configuration Release -clp:NoSummary
done
"${CC:-cc}" -O2 -o "$work/floor" benchmarks/floor/floor.c

module=$(printf '%s\n' out/MdevPS/*/MdevPS.psd1 | sort -V | tail -n 1)
dotnet benchmarks/Mdev.Comparison/bin/Release/net8.0/Mdev.Comparison.dll compare "$work" "$work/floor" "$PWD/$module" "$work/RESULTS.md"

echo "== the library by BenchmarkDotNet"
artifacts=$work/artifacts
MDEVPS_TREES=$work dotnet benchmarks/Mdev.Benchmarks/bin/Release/net8.0/Mdev.Benchmarks.dll --filter '*' --artifacts "$artifacts" >"$work/log" || { tail -n 50 "$work/log" && exit 1; }
echo "== made and removed on a real kernel"
benchmarks/kernel.sh >"$work/kernel.md"
{
    cat "$work/RESULTS.md"
    tr -d '\r' <"$work/kernel.md"
    printf '\n## The library by BenchmarkDotNet\n\n'
    sed -n '/^|/p' "$artifacts"/results/*-report-github.md
} >benchmarks/RESULTS.md
echo "== benchmarks/RESULTS.md is written"
