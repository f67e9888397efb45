# Sourced by the scripts beside it: where things are, and how they speak.

kernel_tests=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
project=$(cd -- "$kernel_tests/../.." && pwd)
cache=${MDEVPS_KERNEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mdevps-kernel}

# The kernel series under test. Which patch level that means is Debian's business.
all_series=(6.1 6.12)

say() { printf '== %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "$(basename -- "$0")" "$*" >&2; exit 2; }

is_series() { [[ " ${all_series[*]} " == *" $1 "* ]]; }

# What a prepared kernel depends on besides Debian: change one of these scripts and it is made anew.
recipe() { cat -- "$kernel_tests"/prepare.sh "$kernel_tests"/prepare/* "$kernel_tests"/guest/init | sha256sum | cut -d' ' -f1; }

# The cache is made by one rename, and the recipe is written before it, so a folder with the right recipe is complete.
is_prepared() { [[ -f $cache/$1/recipe && $(<"$cache/$1/recipe") == "$(recipe)" ]]; }
