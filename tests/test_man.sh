#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The manual page is well formed and knows every verb, flag and exit code that the program's help shows. labels: core
set -u
cd "${SUREFOOT_SOURCE:-$(dirname "$0")/..}" || exit 2
page=docs/man/surefoot.1
program=${SUREFOOT_BIN:-build/surefoot}
failed=0

complain() {
    printf '%s\n' "$1"
    failed=1
}

if command -v mandoc >/dev/null; then
    mandoc -Tlint -W warning "$page" || complain "mandoc finds fault with $page"
elif command -v groff >/dev/null && [ -n "$(find /usr/share/groff -name 'doc.tmac*' -print -quit 2>/dev/null)" ]; then
    said=$(groff -mdoc -Tascii -ww -z "$page" 2>&1)
    [ -z "$said" ] || complain "groff finds fault with $page: $said"
else
    echo "skipped: the form of the page (neither mandoc nor groff is here)"
fi

if [ ! -x "$program" ]; then
    echo "skipped: the program was not built ($program)"
    exit $failed
fi

# What is marked up as a flag, without the markup: "Fl -output" is --output, "Fl o" is -o.
flags=$(grep -oE 'Fl -?[a-z-]+' "$page" | sed 's/Fl -/--/; s/Fl /-/' | sort -u)
help=$("$program" --help)
verbs=$(sed -n '/^usage/,/^In every verb/p' <<<"$help" | awk '/^  [a-z]/ { print $1 }')
[ "$(wc -w <<<"$verbs")" -ge 3 ] || complain "fewer than three verbs in the help: is the search broken?"
for verb in $verbs; do
    grep -qE "^\.It Nm Cm $verb( |\$)" "$page" || complain "$page lacks the verb $verb"
    for flag in $("$program" "$verb" --help | grep -E '^  +-' | grep -oE '^ +(-[a-z], )?--[a-z-]+' | tr -d ','); do
        grep -qxF -e "$flag" <<<"$flags" || complain "$page lacks $flag of $verb"
    done
done
for verb in $(sed -n 's/^\.It Nm Cm \([a-z-]*\).*/\1/p' "$page"); do
    grep -qxF "$verb" <<<"$verbs" || complain "$page has a verb $verb that the program lacks"
done
for code in $(tr '\n' ' ' <<<"$help" | sed 's/.*Exit codes: //; s/\. .*//' | grep -oE '[0-9]+'); do
    grep -qx "\.It $code" "$page" || complain "$page lacks the exit code $code"
done

exit $failed
