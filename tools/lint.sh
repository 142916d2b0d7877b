#!/usr/bin/env bash
# usage: tools/lint.sh format|cppcheck|tidy     over every C file that git tracks
#
# tidy reads build/dev/compile_commands.json: run cmake --preset dev first.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t sources < <(git ls-files '*.c')
mapfile -t all < <(git ls-files '*.[ch]')

case ${1:-} in
format) clang-format --dry-run -Werror "${all[@]}" ;;
cppcheck)
    cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability \
        --inline-suppr --suppress=missingIncludeSystem --suppress=missingInclude \
        --suppress=unknownMacro --suppress=varFuncNullUB --suppress=preprocessorErrorDirective:core/base/option.h \
        --suppress=toomanyconfigs --suppress=comparePointers \
        -j "$(nproc)" -I . -I include -I core -I device "${sources[@]}"
    ;;
tidy)
    # Only what the build compiled: examples and bare-metal files have flags of their own.
    mapfile -t built < <(python3 - "${sources[@]}" <<'PY'
import json, os, sys
known = {os.path.realpath(e["file"]) for e in json.load(open("build/dev/compile_commands.json"))}
print("\n".join(s for s in sys.argv[1:] if os.path.realpath(s) in known and not s.startswith("tests/")))
PY
)
    # A process per file: from its second file on, clang-tidy 14 takes every va_list for uninitialized.
    printf '%s\0' "${built[@]}" | xargs -0 -P "$(nproc)" -n 1 clang-tidy --quiet -p build/dev 2> >(grep -v "warnings generated" >&2)
    ;;
*)
    echo "usage: tools/lint.sh format|cppcheck|tidy" >&2
    exit 2
    ;;
esac
