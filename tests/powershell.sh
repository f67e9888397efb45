# Sourced where a whole PowerShell is needed: the pwsh on PATH or, where there is none, the one that the build made of packages of the registry
# (tests/PowerShell). Pester is that of the build.
out=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/out
command -v pwsh >/dev/null || PATH=$PATH:$out/pwsh
export PSModulePath=${PSModulePath:+$PSModulePath:}$out/modules
