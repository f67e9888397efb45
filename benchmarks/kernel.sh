#!/usr/bin/env bash
# Has 64 devices made and removed on a real kernel, by the cmdlets in a warm session and by 64 processes of mdevctl, in turns, and prints a section for
# RESULTS.md. Without arguments it boots the kernel and runs itself in it.
# usage: kernel.sh [inside MODULE]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
series=6.12

if [ "${1-}" != inside ]; then
    for program in pwsh mdevctl; do
        type -P "$program" >/dev/null || { echo "WARNING: there is no $program; what is made and removed on a real kernel is not measured" >&2 && exit 0; }
    done
    module=$(printf '%s\n' "$PWD"/out/MdevPS/*/MdevPS.psd1 | sort -V | tail -n 1)
    exec tests/Kernel/run.sh --kernel "$series" -- benchmarks/kernel.sh inside "$module"
fi
exec pwsh -NoProfile -NonInteractive -File benchmarks/kernel.ps1 "$2"
