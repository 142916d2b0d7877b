#!/bin/sh
# Size of the bootloader for rv32imc at -Os: text and static RAM of core/ and device/boot, without
# hash functions, libc and the chip's own code. Everything that a port can reach through molt_boot()
# is linked, what nobody calls is dropped.
#
#   usage: bench/boot_size.sh [BUILD_FOLDER] [--check]
#
# --check exits with 1 above the limits.
set -eu
cd "$(dirname "$0")/.."
CORE_MAX=6144  # table, otadata, choice, image check
ALL_MAX=8448   # with device/boot: the order of boot, pins, deep sleep
RAM_MAX=2560   # static, and the stack of the deepest call

build=build/rv32imc check=no
for word in "$@"; do
    case $word in
    --check) check=yes ;;
    *) build=$word ;;
    esac
done

cmake -S . -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/rv32imc.cmake" \
    -DCMAKE_BUILD_TYPE=MinSizeRel -DCMAKE_C_FLAGS="-Werror -fstack-usage" >"$build.log" 2>&1 &&
    cmake --build "$build" >>"$build.log" 2>&1 || { tail -20 "$build.log" >&2; exit 1; }

flags="-march=rv32imc -mabi=ilp32 --specs=picolibc.specs -msave-restore -Os -std=c11
       -ffunction-sections -fdata-sections"
layers=""
for layer in device/boot core/slots core/flash core/format core/crypto core/base; do
    layers="$layers $build/$layer/libmolt_${layer#*/}.a"
done
# shellcheck disable=SC2086 # words on purpose
riscv64-unknown-elf-gcc $flags -Iinclude -Icore -Idevice -isystem "$build/mbedtls-headers" \
    -nostartfiles -Wl,-e,bench_start -Wl,--gc-sections -Wl,-Map="$build/boot.map" \
    bench/boot_size.c $layers -o "$build/boot.elf"

# From the linker's map: " .text.f 0xaddr 0xsize folder/libmolt_boot.a(boot.c.obj)", in one line or two.
awk '
    function hex(text,    n, i) {
        for (i = 3; i <= length(text); i++) n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
        return n
    }
    /^Linker script and memory map/ { linked = 1 }
    !linked || !/^ \.(text|rodata|srodata|data|sdata|bss|sbss)/ { next }
    {
        section = $1
        if (NF == 1) { getline; $0 = section " " $0 }
        size = hex($3)
        what = section ~ /rodata|text/ ? "text" : "ram"
        where = $4 ~ /device\/boot/ ? "boot" : $4 ~ /libmolt_/ ? "core" : "other"
        total[where, what] += size
    }
    END {
        printf "%d %d %d\n", total["core", "text"], total["boot", "text"],
            total["core", "ram"] + total["boot", "ram"]
    }' "$build/boot.map" >"$build/boot.size"
read -r core boot ram <"$build/boot.size"

# The deepest path: boot, factory reset, choice with anti-rollback, verify, hash. A function that was
# inlined is part of its caller.
stack=$(find "$build" -name '*.su' -exec cat {} + | awk '
    BEGIN {
        n = split("molt_boot molt_boot_pins molt_boot_choose is_new_enough molt_slot_verify feed " \
                  "molt_image_walk_feed advance fail_at molt_sha256_add", names, " ")
        for (i = 1; i <= n; i++) on_path[names[i]] = 1
    }
    { split($1, place, ":"); if (place[4] in on_path && $2 > frame[place[4]]) frame[place[4]] = $2 }
    END { for (f in frame) sum += frame[f]; print sum }')

printf '%-46s %6d bytes (at most %d)\n' \
    "core text: table, otadata, choice, image check" "$core" "$CORE_MAX" \
    "core and device/boot, text" "$((core + boot))" "$ALL_MAX" \
    "static RAM and deepest stack" "$((ram + stack))" "$RAM_MAX"
printf '%-46s %6d bytes\n' "  of it static" "$ram"
[ $check = no ] || { [ "$core" -le $CORE_MAX ] && [ $((core + boot)) -le $ALL_MAX ] &&
    [ $((ram + stack)) -le $RAM_MAX ]; }
