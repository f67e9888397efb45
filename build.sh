#!/usr/bin/env bash
# usage: ./build.sh [build|demo|test|kernel|package|docs|picture|bench]
# Hands over to build.ps1 where there is a pwsh, and does the same without.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
task=${1:-build}

if command -v pwsh >/dev/null; then
    exec pwsh -NoProfile -File build.ps1 "$task"
fi
echo "There is no pwsh on PATH: what needs one runs in a PowerShell $(sed -n 's|.*"System.Management.Automation" Version="\(.*\)".*|\1|p' tests/Engine/Engine.csproj) that is built of packages of the registry."

build() { dotnet build MdevPS.sln -c Release --nologo --verbosity quiet -clp:NoSummary; }
case $task in
    build) build ;;
    demo) build && tests/Demo/demo.sh ;;
    picture) build && tests/Demo/demo.sh picture ;;
    test) build && tests/run.sh ;;
    kernel) build && tests/Kernel/kernel.sh ;;
    package) dotnet pack src/MdevPS -c Release --nologo --verbosity quiet --output out/packages && ls out/packages ;;
    bench) build && benchmarks/bench.sh ;;
    docs) echo "The help is made by PlatyPS, in a pwsh on PATH." >&2 && exit 1 ;;
    *) sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
esac
