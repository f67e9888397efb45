#!/usr/bin/env bash
# Runs every test that needs no virtual machine and adds up what they count: its last line is 'N passed, N failed, N skipped'.
# The cmdlets run in PowerShell's own engine, in the tests' process; what needs a whole PowerShell is Pester's, in pwsh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/powershell.sh
results=$PWD/out/results
rm -rf "$results"
mkdir -p "$results"

# Simulated hosts are thousands of small files: memory is the place for them, where there is enough.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -n 1)" -gt 1000000 ]; then
    export TMPDIR=/dev/shm
fi

# count SUITE 'N passed, N failed, N skipped'
count() { echo "$1: $2" && echo "$2" >>"$results/counts"; }

# xunit PROJECT
xunit() {
    local suite=$1 trx=$results/$1.trx
    echo "== $suite"
    dotnet test "tests/$1" -c Release --no-build --nologo --verbosity quiet --logger "trx;LogFileName=$trx" || true
    [ -f "$trx" ] || { count "$suite" '0 passed, 1 failed, 0 skipped' && return; }
    # What was skipped is said aloud, with its reason.
    awk -F'"' '/outcome="NotExecuted"/ { for (i = 1; i < NF; i++) if ($i ~ / testName=$/) name = $(i + 1) }
        name && /<Message>/ { gsub(/ *<\/?Message>/, ""); print "SKIPPED " name ": " $0; name = "" }' "$trx"
    count "$suite" "$(awk -F'"' '/<Counters/ { printf "%d passed, %d failed, %d skipped", $6, $4 - $6, $2 - $4 }' "$trx")"
}

engine=$(sed -n 's|.*"System.Management.Automation/\([0-9.]*\)".*|\1|p' tests/Engine/bin/Release/net10.0/MdevPS.Engine.deps.json | head -n 1)
echo "The cmdlets are tested in PowerShell's own engine $engine, and in $(pwsh --version) ($(command -v pwsh))."
# What the tests make is forgotten with them.
XDG_STATE_HOME=$(mktemp -d)
export XDG_STATE_HOME
trap 'rm -rf "$XDG_STATE_HOME"' EXIT

xunit Mdev.Tests
xunit Conformance
xunit Budget
xunit MdevPS.Tests
echo "== Pester"
pwsh -NoProfile -File tests/Pester/run.ps1 | tee "$results/pester.txt" || true
count Pester "$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$results/pester.txt" | tail -n 1 || echo '0 passed, 1 failed, 0 skipped')"

awk '{ passed += $1; failed += $3; skipped += $5 }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 || passed == 0 }' "$results/counts"
