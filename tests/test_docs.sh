#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The documentation speaks of what exists: functions, files and the options of the program. labels: core
set -u
cd "${SUREFOOT_SOURCE:-$(dirname "$0")/..}" || exit 2
failed=0

complain() {
    printf '%s\n' "$1"
    failed=1
}

# Every `name()` is defined or declared in the sources.
functions=$(grep -oE '`[a-z_0-9]+\(\)`' docs/*.md | sed 's/.*`\([a-z_0-9]*\)()`/\1/' | sort -u)
[ "$(wc -w <<<"$functions")" -ge 10 ] || complain "fewer than ten functions are named in docs/: is the search broken?"
for name in $functions; do
    grep -rqE "^[a-zA-Z].*\b$name\(" src include --include='*.[ch]' || complain "docs name $name(), which is not in the sources"
done

# Every path in backticks exists.
for path in $(grep -ohE '`(src|include|tests|tools|docs|recipes|labs|bench|examples|cmake)/[A-Za-z0-9_./-]*`' docs/*.md README.md 2>/dev/null |
    tr -d '`' | sort -u); do
    [ -e "$path" ] || complain "docs name $path, which does not exist"
done

# The one line of C that the walk through the code ends in.
grep -qF "$(sed -n '/^```c$/,/^```$/{/^```/d;p}' docs/reading.md)" src/optim/update.c ||
    complain "docs/reading.md ends in a line that src/optim/update.c does not have"

exit $failed
