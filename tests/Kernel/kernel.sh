#!/usr/bin/env bash
# Runs the conformance suite, the cmdlets in PowerShell's own engine and the Pester suite on every real kernel there is, and boots one with systemd, which
# is to make the defined devices. At the end a line of counts per kernel and suite, and the sum of all in the last line. Fails when a test failed, when a
# suite did not come to its end, or when nothing ran.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
cd "$project"

source tests/powershell.sh
pester=$project/tests/Pester/run.ps1

build() { local log; log=$(dotnet build -c Release -m:1 --nologo -v quiet "$1") || { echo "$log" >&2 && die "$1 does not build"; }; }
say "The cmdlets run in PowerShell's own engine $(sed -n 's|.*"System.Management.Automation" Version="\(.*\)".*|\1|p' tests/Engine/Engine.csproj), and what is Pester's in PowerShell."
assembly() { dotnet msbuild "$1" -p:Configuration=Release -getProperty:TargetPath; }
for file in tests/MdevPS.Tests/MdevPS.Tests.csproj tests/Conformance/Conformance.csproj tests/Kernel/Runner/Runner.csproj; do build "$file"; done
conformance=$(assembly tests/Conformance/Conformance.csproj)
cmdlets=$(assembly tests/MdevPS.Tests/MdevPS.Tests.csproj)
runner=$(assembly tests/Kernel/Runner/Runner.csproj)

"$kernel_tests/prepare.sh"

results=$(mktemp -d "${TMPDIR:-/tmp}/mdevps-kernel.XXXXXX")
trap 'rm -rf -- "$results"' EXIT

for series in "${all_series[@]}"; do
    name=$(sed 's/[+-]deb.*//; s/-amd64$//' "$(kernel_of "$series")/release")
    say "Linux $name"
    mkdir "$results/$series"
    # How it ended is told by the counts: a suite that has not written any has failed.
    "$kernel_tests/run.sh" --kernel "$series" --results "$results/$series" -- \
        "$kernel_tests/guest/tests.sh" "$conformance" "$cmdlets" "$runner" "$pester" || true
    suites=(conformance cmdlets pester)
    # systemd takes every kernel alike; this one is its own, Debian 12's.
    if [[ $series == 6.1 ]]; then
        "$kernel_tests/run.sh" --kernel "$series" --results "$results/$series" --systemd 'tests/Kernel/guest/boot.sh prepare' -- \
            tests/Kernel/guest/boot.sh check || true
        suites+=(boot)
    fi

    for suite in "${suites[@]}"; do
        counts=$(cat "$results/$series/$suite" 2>/dev/null || true)
        [[ $counts && $counts != '0 passed, 0 failed'* ]] || counts='0 passed, 1 failed, 0 skipped (it ran no test, or not to its end)'
        echo "kernel $name: $suite: $counts" >>"$results/summary"
    done
done

cat "$results/summary"
awk -F': ' '{ split($3, n, /[^0-9]+/); passed += n[1]; failed += n[2]; skipped += n[3] }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 || passed == 0 }' "$results/summary"
