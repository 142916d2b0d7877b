#!/usr/bin/env bash
# usage: ./test.sh [STEP...]     all steps: lint gcc clang fuzz rv32 tidy install
#
# Installs what is missing from Debian, builds, and runs every test: with gcc, with clang under
# ASan and UBSan, each fuzz target for some seconds, the core for bare metal, and a program outside
# the tree against the installed library. Logs are in build/logs/. A skipped test is a failure.
set -euo pipefail
cd "$(dirname "$0")"
export PYTHONDONTWRITEBYTECODE=1
jobs=$(nproc)
steps=${*:-lint gcc clang fuzz rv32 tidy install}
passed=0 failed=0

tools/install_packages.sh test
mkdir -p build/logs

# run NAME COMMAND...: quiet; on failure the end of the log.
run() {
    local name=$1 start=$SECONDS log
    shift
    log=build/logs/${name// /-}.log
    if "$@" >"$log" 2>&1; then
        printf '  %-34s ok   %3ds\n' "$name" $((SECONDS - start))
        return 0
    fi
    printf '  %-34s FAILED %3ds, the end of %s:\n' "$name" $((SECONDS - start)) "$log"
    tail -n 40 "$log" | sed 's/^/    /'
    failed=$((failed + 1))
    return 1
}

# suite PRESET [CTEST ARGUMENTS...]: configure, build, ctest; counts its tests.
suite() {
    local preset=$1 log=build/logs/ctest-$1.log start=$SECONDS before=$failed ok bad
    shift
    run "$preset configure" cmake --preset "$preset" ${cmake_arguments[@]+"${cmake_arguments[@]}"} || return 0
    run "$preset build" cmake --build --preset "$preset" || return 0
    (cd "build/$preset" && ctest -j "$jobs" --output-on-failure "$@") >"$log" 2>&1 || true
    ok=$(grep -c ' Passed ' "$log" || true)
    bad=$(grep -cE '\*\*\*(Failed|Timeout|Exception|Not Run|Skipped)|\*\*\*' "$log" || true)
    passed=$((passed + ok)) failed=$((failed + bad))
    if [ "$bad" -gt 0 ] || [ "$ok" -eq 0 ]; then
        printf '  %-34s %d passed, %d failed or skipped:\n' "$preset tests" "$ok" "$bad"
        grep -E '\*\*\*' "$log" | sed 's/^/    /'
        grep -B 2 -A 30 '\*\*\*' "$log" | head -n 200 | sed 's/^/    /'
        [ "$failed" -gt "$before" ] || failed=$((failed + 1))
    else
        printf '  %-34s ok   %3ds  %d tests\n' "$preset tests" $((SECONDS - start)) "$ok"
    fi
}

# check NAME COMMAND...: one more test.
check() {
    run "$@" && passed=$((passed + 1)) || true
}

cmake_arguments=()
for step in $steps; do
    case $step in
    lint)
        check "includes follow layers.txt" python3 tools/check_layers.py
        check "clang-format" tools/lint.sh format
        check "cppcheck" tools/lint.sh cppcheck
        ;;
    gcc) suite dev ;;
    clang) suite clang ;;
    fuzz) suite fuzz -L fuzz ;;
    rv32)
        run "rv32imc configure" cmake --preset rv32imc &&
            check "rv32imc build" cmake --build --preset rv32imc || true
        ;;
    tidy)
        run "clang-tidy configure" cmake --preset dev && check "clang-tidy" tools/lint.sh tidy || true
        ;;
    install)
        check "a program outside the tree" tests/install/run.sh
        check "the README, word for word" python3 tests/install/readme.py
        ;;
    *)
        echo "test.sh: no step '$step'; steps are: lint gcc clang fuzz rv32 tidy install" >&2
        exit 2
        ;;
    esac
done

echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
