#!/usr/bin/env bash
# The tour on both engines, line by line, but for the first one, which says which engine it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# UUIDs and temporary directories are new each time.
tour() {
    MDEVPS_ENGINE=$1 ./demo.sh | tail -n +2 |
        sed -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/<uuid>/g; s|[^[:space:]]*/mdevps-[A-Za-z0-9]{6}|<root>|g'
}
diff <(tour real) <(tour standin) && echo "The tour is the same on both engines: $(tour standin | wc -l) lines."
