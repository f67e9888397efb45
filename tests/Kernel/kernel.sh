#!/usr/bin/env bash
# Runs the conformance suite and, with PowerShell, the Pester suite on every real kernel there is. Prints a line of counts per
# kernel and world and, as the last line, their sum; fails when a test failed, when a world did not come to its end, or when nothing ran.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
cd "$project"

target_path() { dotnet msbuild "$1" -getProperty:TargetPath; }
build() { local log; log=$(dotnet build -m:1 --nologo -v quiet "$1") || { echo "$log" >&2; die "$1 does not build"; }; }

worlds=(conformance)
without_pester() { skipped="pester: SKIPPED on every kernel: $1"; say "$skipped"; }
skipped='' pester=''
if ! command -v pwsh >/dev/null; then
    without_pester 'no pwsh on PATH'
elif [[ ! $(pwsh -NoProfile -NonInteractive -Command 'Get-Module -ListAvailable -FullyQualifiedName @{ ModuleName = "Pester"; ModuleVersion = "5.0" }') ]]; then
    without_pester 'PowerShell has no module Pester 5.0 or newer'
else
    pester=$project/tests/Pester
    worlds+=(pester)
fi

for file in src/MdevPS/MdevPS.csproj tests/Conformance/Conformance.csproj tests/Kernel/Runner/Runner.csproj; do build "$file"; done
conformance=$(target_path tests/Conformance/Conformance.csproj)
runner=$(target_path tests/Kernel/Runner/Runner.csproj)

"$kernel_tests/prepare.sh"

results=$(mktemp -d "${TMPDIR:-/tmp}/mdevps-kernel.XXXXXX")
trap 'rm -rf -- "$results"' EXIT

summary=() ran=0 failures=0
for series in "${all_series[@]}"; do
    release=$(<"$cache/$series/release")
    name=${release%-amd64}
    name=${name%%+*}
    say "Linux $name"
    mkdir "$results/$series"
    "$kernel_tests/run.sh" --kernel "$series" --results "$results/$series" -- \
        "$kernel_tests/guest/tests.sh" "$conformance" "$runner" $pester || failures=1

    for world in "${worlds[@]}"; do
        counts=$(cat "$results/$series/$world" 2>/dev/null || true)
        if [[ $counts =~ ^([0-9]+)' passed, '([0-9]+)' failed' ]]; then
            ((ran += BASH_REMATCH[1] + BASH_REMATCH[2])) || true
            ((BASH_REMATCH[1] > 0 && BASH_REMATCH[2] == 0)) || failures=1
        else
            # Counted as one failure, so that who only adds the numbers up is not deceived.
            counts='0 passed, 1 failed, 0 skipped (it did not come to its end)' failures=1
        fi
        summary+=("kernel $name: $world: $counts")
    done
done

[[ ! $skipped ]] || summary+=("$skipped")
printf '%s\n' "${summary[@]}"
# What was left out on every kernel counts as skipped once per kernel.
printf '%s\n' "${summary[@]}" | awk -v kernels="${#all_series[@]}" -F': ' '
    /: SKIPPED / { skipped += kernels }
    / passed, / { split($NF, n, /[ ,]+/); passed += n[1]; failed += n[3]; skipped += n[5] }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }'
((ran > 0 && failures == 0))
