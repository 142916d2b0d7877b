#!/usr/bin/env bash
# usage: tools/install_packages.sh [build|test]
#
# Installs from Debian what tools/packages.txt lists and this machine lacks: "build" is what
# ./demo.sh needs, "test" (the default) is all of it. Prints nothing when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-test}

wanted=$(awk -v kind="$kind" '!/^#/ && NF && (kind == "test" || $2 == kind) { print $1 }' tools/packages.txt)
missing=()
for package in $wanted; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "molt needs these Debian packages; as root, run:" >&2
        echo "  apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "installing ${#missing[@]} Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1
}
# The package lists of a fresh machine are empty or old; fetch them only when they are the problem.
if ! install; then
    if ! "${as_root[@]}" apt-get update >"$log" 2>&1 || ! install; then
        tail -n 20 "$log" >&2
        echo "apt-get could not install: ${missing[*]}" >&2
        exit 1
    fi
fi
