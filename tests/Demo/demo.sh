#!/usr/bin/env bash
# usage: demo.sh [picture]
# The tour, or the picture of a terminal for the README, in the pwsh on PATH or else in the PowerShell that the build made.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ../powershell.sh
unset MDEVPS_ROOT
# What the tour leaves behind goes with it.
TMPDIR=$(mktemp -d)
export TMPDIR XDG_STATE_HOME=$TMPDIR/state
trap 'rm -rf "$TMPDIR"' EXIT
pwsh -NoProfile -File "${1:-tour}.ps1"
