# Sourced by the scripts beside it: where things are, and how they speak.

kernel_tests=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
project=$(cd -- "$kernel_tests/../.." && pwd)
cache=${MDEVPS_KERNEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mdevps-kernel}

# The kernel series under test. Which patch level that means is Debian's business.
all_series=(6.1 6.12)

say() { printf '== %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "$(basename -- "$0")" "$*" >&2; exit 2; }

is_series() { [[ " ${all_series[*]} " == *" $1 "* ]]; }

# What a prepared kernel depends on besides Debian: change one of these files and it is made anew.
recipe() { cat -- "$kernel_tests"/prepare.sh "$kernel_tests"/prepare/* "$kernel_tests"/drivers/* "$kernel_tests"/guest/init | sha256sum | cut -c1-12; }

# Where the kernel of a series lies once it is prepared. The recipe is in the name, so that two checkouts that differ in it leave each other's kernels
# alone, and a running guest its modules. A folder comes by one rename, so one that is there is complete.
kernel_of() { echo "$cache/$1-$(recipe)"; }
