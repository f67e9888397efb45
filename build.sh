#!/usr/bin/env bash
# usage: ./build.sh [build|demo|test|kernel|package|docs|bench]
# Finds PowerShell and hands over to build.ps1; without one it says so and runs all that needs none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
task=${1:-build}

if command -v pwsh >/dev/null; then
    exec pwsh -NoProfile -File build.ps1 "$task"
elif dotnet tool restore >/dev/null 2>&1 && dotnet tool run pwsh -- -NoProfile -Command 1 >/dev/null 2>&1; then
    exec dotnet tool run pwsh -- -NoProfile -File build.ps1 "$task"
fi
echo "No PowerShell: there is no pwsh on PATH, and 'dotnet tool restore' gave none. Going on with what needs none."

build() { dotnet build MdevPS.sln -c Release --nologo --verbosity quiet -clp:NoSummary; }
case $task in
    build) build ;;
    demo) build && tests/Demo/demo.sh ;;
    test) build && tests/run.sh ;;
    kernel) build && tests/Kernel/kernel.sh ;;
    package) dotnet pack src/MdevPS -c Release --nologo --verbosity quiet --output out/packages && ls out/packages ;;
    bench) build && benchmarks/bench.sh ;;
    docs) echo "The help is made by PlatyPS, which needs PowerShell." >&2 && exit 1 ;;
    *) sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
esac
