#!/usr/bin/env bash
# The tour, in PowerShell where there is one and otherwise on the stand-in engine; MDEVPS_ENGINE=real or standin forces one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
unset MDEVPS_ROOT
# What the tour leaves behind goes with it.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
if [ "${MDEVPS_ENGINE:-}" = standin ] || { [ "${MDEVPS_ENGINE:-}" != real ] && ! command -v pwsh >/dev/null; }; then
    dotnet run --no-build
else
    pwsh -NoProfile -File tour.ps1
fi
