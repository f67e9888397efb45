#!/bin/bash
# tests.sh CONFORMANCE.dll CMDLETS.dll RUNNER.dll PESTER.ps1: every test world of one kernel, in one boot. Each leaves its counts in
# $MDEVPS_RESULTS, in a file of its name; one that does not come to its end leaves none.
set -u
source tests/powershell.sh
conformance=$1 cmdlets=$2 runner=$3 pester=$4

dotnet "$runner" "$conformance" "$MDEVPS_RESULTS/conformance"

# The cmdlets in PowerShell's own engine: those of their tests that are about either world.
dotnet "$runner" "$cmdlets" "$MDEVPS_RESULTS/cmdlets" MdevPS.Tests.BothWorlds

# What only a whole PowerShell on a real kernel can show; the rest of Pester is about simulated hosts.
pwsh -NoProfile -NonInteractive -File "$pester" -Path "$(dirname "$pester")/RealKernel.Tests.ps1" | tee /run/pester
grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' /run/pester | tail -n 1 >"$MDEVPS_RESULTS/pester"
