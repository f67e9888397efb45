#!/bin/bash
# tests.sh TESTS.dll RUNNER.dll [PESTER.ps1]: every test world of one kernel, in one boot. Each leaves its counts in
# $MDEVPS_RESULTS, in a file of its name; one that does not come to its end leaves none.
set -u
conformance=$1 runner=$2 pester=${3-}

dotnet "$runner" "$conformance" "$MDEVPS_RESULTS/conformance"

[[ $pester ]] || exit 0
pwsh -NoProfile -NonInteractive -File "$pester" | tee /run/pester
grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' /run/pester | tail -n 1 >"$MDEVPS_RESULTS/pester"
