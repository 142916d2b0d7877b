#!/usr/bin/env bash
# usage: ./demo.sh
#
# One virtual device, over real HTTPS: version 1 upgrades itself to version 2, which passes its self
# test and stays; version 3 fails its self test and is rolled back. Installs what is missing from
# Debian, builds, and leaves nothing running; can be run again at once.
set -euo pipefail
cd "$(dirname "$0")"

tools/install_packages.sh build

bold='' dim='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    bold=$'\033[1m' dim=$'\033[2m' plain=$'\033[0m'
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/molt-demo.XXXXXX")
nginx_pid=
cleanup() {
    [ -z "$nginx_pid" ] || { kill "$nginx_pid" && wait "$nginx_pid"; } 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

build=build/release
example=$build/examples/chapter
flash=$work/device.flash
molt=$build/cli/molt

say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

# show COMMAND...: prints the command as one would type it, then runs it.
show() {
    local words=("$@")
    words[0]=molt
    printf '%s$ %s%s\n' "$dim" "${words[*]//$work\//}" "$plain"
    "$@"
}

# What ninja says ("[12/345] ...") as a percentage in one line.
percent() {
    if [ ! -t 1 ]; then cat >/dev/null; return; fi
    awk -F '[][/]' '/^\[[0-9]+\/[0-9]+\]/ { printf "\rbuilding  %3d %%", $2 * 100 / $3; fflush() }
                    END { printf "\r\033[K" }'
}

build() {
    local log=$work/build.log
    [ -t 1 ] || echo "building"
    if ! cmake --preset release >"$log" 2>&1 ||
        ! cmake --build --preset release --target molt \
            chapter-v1_image chapter-v2_image chapter-v3_image 2>&1 | tee -a "$log" | percent; then
        grep -E 'error|Error|FAILED' -A 5 "$log" | head -n 40 >&2 || tail -n 40 "$log" >&2
        echo "The build failed." >&2
        exit 1
    fi
}

# nginx on a free port, offering $work/www over HTTPS at 80 KB/s so that one can watch.
start_server() {
    local try
    mkdir "$work/www"
    for try in 1 2 3 4 5; do
        port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
        cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; pid $work/nginx.pid; error_log $work/nginx.log;
events {}
http {
    access_log off;
    client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3;
    uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
    server {
        listen 127.0.0.1:$port ssl;
        ssl_certificate $PWD/$example/server.pem;
        ssl_certificate_key $PWD/$example/server.key;
        root $work/www;
        limit_rate_after 2k; limit_rate 80k;
    }
}
CONF
        PATH=$PATH:/usr/sbin nginx -c "$work/nginx.conf" 2>>"$work/nginx.log" &
        nginx_pid=$!
        for _ in $(seq 100); do
            curl -s -o /dev/null --cacert "$example/upgrade_server_cert.pem" \
                "https://localhost:$port/" && return
            kill -0 "$nginx_pid" 2>/dev/null || break
            sleep 0.05
        done
        kill "$nginx_pid" 2>/dev/null || true
    done
    echo "nginx does not start:" >&2
    tail -n 5 "$work/nginx.log" >&2
    exit 1
}

offer() { # version
    cp "$example/chapter-v$1.bin" "$work/www/new.bin"
    mv "$work/www/new.bin" "$work/www/chapter.bin"
}

picture() { # title
    "$molt" flash show --picture --title "$1" "$flash"
}

# power_on OPTIONS...: runs the device; its console is indented, pictures get the step's name.
power_on() {
    printf '%s$ molt device run device.flash --arg url=%s%s\n' "$dim" "$url" "$plain"
    "$molt" device run "$flash" --arg "url=$url" "$@" 2>&1 |
        sed -u -e "s/^board: flash operation .* 0x.*/Step 1: otadata as before, slot 1 is erased and being written/" \
               -e "s/^board: flash operation .* otadata/Step 2: slot 1 is written and verified, otadata as before/" \
               -e 's/^\([IWE] (\|board:\)/  | \1/'
}

build

say "A CA, and a certificate for the upgrade server"
examples/chapter/make_ca.sh "$example"
openssl x509 -in "$example/server.pem" -noout -issuer -subject -enddate | sed 's/^/  /'

say "A flash image with version 1 of the app, which has the CA in it"
show "$molt" flash create --size 2MB --partition-table examples/partitions.csv \
    --write "ota_0=$example/chapter-v1.bin" "$flash"
"$molt" otadata select ota_0 --state valid "$flash" >/dev/null
picture "Step 0: slot 0 is active, slot 1 passive"

start_server
url=https://localhost:$port/chapter.bin
offered=2
offer 2
middle=$(printf '0x%x' $((0x100000 + $(stat -c %s "$example/chapter-v2.bin") / 2)))
say "nginx offers version 2; the device is switched on and finds it"
power_on --boots 1 --watch "$middle" --watch otadata
picture "Step 3: success, otadata selects slot 1 for the next boot"

say "The reset: version 2 is on trial and must pass its self test"
power_on
picture "Version 2 has confirmed itself"

offered=3
offer 3
say "nginx offers version 3, which has a fault: it will not pass its self test"
power_on
picture "Version 3 has rolled itself back"

runs=$("$molt" device boot --dry-run "$flash" | sed -n 's/^boot: //p')
version=$("$molt" flash show --picture "$flash" | awk -v slot="$runs" '$1 == slot { print $NF }')
state=$("$molt" otadata show "$flash" | sed -n 's/^entry .*, \([A-Z_]*\), selects .*, active$/\1/p')
[ "$state" = VALID ] && state=confirmed
say "The device runs version $version from $runs, $state. ($SECONDS s)"
