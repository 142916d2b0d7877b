#!/usr/bin/env bash
# usage: tools/install_packages.sh build|test
#
# Installs those packages of tools/packages.txt that are missing ("test": all of them; "build":
# what building and the demo need). Says nothing when there is nothing to do. When it may not
# install, it says what to type and exits 1.
set -euo pipefail
list=$(dirname "$0")/packages.txt

needed() {
    awk -v test="$1" '$1 !~ /^#/ && NF > 1 && ($2 == "build" || (test == "test" && $2 == "test")) \
        { print $1 }' "$list"
}

missing() {
    local name
    for name in $(needed "$1"); do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || echo "$name"
    done
}

if ! command -v dpkg-query >/dev/null; then
    echo "This is no Debian. Please see to it that these are here: $(needed "$1" | tr '\n' ' ')" >&2
    exit 0
fi
packages=$(missing "$1" | tr '\n' ' ')
[ -n "$packages" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
    if ! sudo -n true 2>/dev/null; then
        printf 'Some Debian packages are missing. Please install them, then start again:\n' >&2
        printf '    sudo apt-get install --no-install-recommends %s\n' "$packages" >&2
        exit 1
    fi
fi

echo "installing $packages"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
install="$as_root apt-get install -y --no-install-recommends $packages"
# The list of packages may be old, or not there yet: then fetch it and try again.
if ! $install >"$log" 2>&1 && ! { $as_root apt-get update && $install; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    printf 'Could not install packages. Is this machine online? To do it by hand:\n    %s\n' \
        "sudo apt-get install --no-install-recommends $packages" >&2
    exit 1
fi
