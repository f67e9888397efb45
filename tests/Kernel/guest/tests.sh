#!/bin/bash
# tests.sh TESTS.dll RUNNER.dll [PESTER]: every test world of one kernel, in one boot. Each leaves its counts in
# $MDEVPS_RESULTS, in a file of its name; one that does not come to its end leaves none.
set -u
conformance=$1 runner=$2 pester=${3-}

dotnet "$runner" "$conformance" "$MDEVPS_RESULTS/conformance"
[[ ! $pester ]] || pwsh -NoProfile -NonInteractive -File "$(dirname -- "$0")/pester.ps1" "$pester" "$MDEVPS_RESULTS/pester"
