#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The rules that the source tree keeps: licence lines, size of files, nothing left open, no fast-math. labels: core
set -u
cd "${SUREFOOT_SOURCE:-$(dirname "$0")/..}" || exit 2
failed=0

# complain WHAT < lines: prints them, and the test fails.
complain() {
    local lines
    lines=$(cat)
    [ -n "$lines" ] || return 0
    printf '%s:\n%s\n' "$1" "$lines"
    failed=1
}

sources() { find src include tests bench examples tools cmake -type f "$@" -not -path '*/corpus/*' 2>/dev/null; }

count=$(sources -name '*.[ch]' | wc -l)
if [ "$count" -lt 20 ]; then
    echo "only $count C files found: is this the source tree?"
    exit 2
fi

without_licence() {
    local file
    for file in $(sources \( -name '*.[ch]' -o -name '*.py' -o -name '*.sh' -o -name '*.cmake' \)) dev CMakeLists.txt; do
        head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "  $file"
    done
}
complain "no SPDX line at the top" < <(without_licence)

# The public header is the whole contract, on one page.
complain "longer than 420 lines" < <(find src include -name '*.[ch]' -not -path '*/embedded/*' -print0 | xargs -0 wc -l |
    awk '$2 != "total" && $1 > ($2 == "include/surefoot.h" ? 800 : 420) { print "  " $2 ": " $1 }')

open='TO''DO|FIX''ME|XX''X|HA''CK'
complain "left open" < <(grep -srnwE "$open" --include='*.[ch]' --include='*.py' --include='*.sh' --include='*.cmake' \
    src include tests bench examples tools cmake dev CMakeLists.txt)

complain "fast-math: it deletes isnan" < <(grep -srnE -e '-ffast-math|-Ofast|-funsafe-math' \
    CMakeLists.txt CMakePresets.json cmake dev tools src)

complain "no Unreleased section" < <(grep -L '^## \[Unreleased\]' CHANGELOG.md)

header=$(sed -n 's/^#define SFT_VERSION "\(.*\)"/\1/p' include/surefoot.h)
built=$(sed -n 's/^project(surefoot VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
complain "versions differ" < <([ "$header" = "$built" ] || echo "  surefoot.h $header, CMakeLists.txt $built")

exit $failed
