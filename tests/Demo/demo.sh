#!/usr/bin/env bash
# The tour, in PowerShell where there is one and otherwise on PowerShell's engine alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
unset MDEVPS_ROOT
# What the tour leaves behind goes with it.
TMPDIR=$(mktemp -d)
export TMPDIR XDG_STATE_HOME=$TMPDIR/state
trap 'rm -rf "$TMPDIR"' EXIT
if command -v pwsh >/dev/null; then
    pwsh -NoProfile -File tour.ps1
else
    dotnet run -c Release --no-build -- "$PWD"
fi
