#!/usr/bin/env bash
# Installs molt into an empty folder and builds an app outside the tree against it: with pkg-config,
# and with the CMake package, whose molt_add_app() also makes an image that the virtual device runs.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
cd "$source"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --preset release
cmake --build --preset release
cmake --install build/release --prefix "$work/installed"

mkdir "$work/app"
cat >"$work/app/main.c" <<'APP'
#include <stdio.h>

#include "esp_app_desc.h"
#include "esp_ota_ops.h"

void app_main(void)
{
    printf("%s %s runs from %s\n", esp_app_get_description()->project_name,
           esp_app_get_description()->version, esp_ota_get_running_partition()->label);
}
APP
cat >"$work/app/CMakeLists.txt" <<'APP'
cmake_minimum_required(VERSION 3.21)
project(outside C)
find_package(molt REQUIRED)
molt_add_app(NAME outside VERSION 1.2.3 SRCS main.c)
APP
cat >"$work/app/partitions.csv" <<'APP'
nvs,     data, nvs,   0x9000, 0x4000
otadata, data, ota,   0xd000, 0x2000
ota_0,   app,  ota_0, ,       0x1e0000
ota_1,   app,  ota_1, ,       0x1e0000
APP

echo "--- pkg-config"
export PKG_CONFIG_PATH=$work/installed/lib/pkgconfig
cc -std=c11 -Wall -Wextra -Werror $(pkg-config --cflags molt) "$work/app/main.c" \
    -o "$work/by-pkg-config" $(pkg-config --libs molt)
code=0
"$work/by-pkg-config" >"$work/out" 2>&1 || code=$?
cat "$work/out"
[ $code -eq 2 ] && grep -q "molt device run" "$work/out" # a firmware needs its board, and says so

echo "--- find_package"
cmake -G Ninja -S "$work/app" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/installed" -DCMAKE_BUILD_TYPE=Release
cmake --build "$work/build"
molt=$work/installed/bin/molt
"$molt" flash create --size 4MB --partition-table "$work/app/partitions.csv" \
    --write "ota_0=$work/build/outside.bin" "$work/device.flash"
"$molt" device run "$work/device.flash" --boots 1 >"$work/out" 2>&1
cat "$work/out"
grep -q "outside 1.2.3 runs from ota_0" "$work/out"
