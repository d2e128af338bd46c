#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# docs/extending.md keeps its word: its files and words, put into a copy of the sources, compile, pass the gradient check and train.
# labels: slow
set -eu
cd "${SUREFOOT_SOURCE:-$(dirname "$0")/..}"
if ! command -v python3 >/dev/null; then
    echo "skipped: python3 is not installed"
    exit 0
fi
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r src include tools cmake "$copy"

python3 - "$copy" docs/extending.md <<'EOF'
import pathlib
import re
import sys

copy, page = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).read_text()
files = re.findall(r"<!-- file: (\S+) -->\n```c\n(.*?)```", page, re.S)
words = re.findall(r"<!-- word: (\S+) (\S+) (\S+) -->\n```c\n(.*?)\n```", page, re.S)
assert len(files) == 3 and len(words) == 3, "three things, two places each"
for name, text in files:
    assert not (copy / name).exists(), f"{name} exists already"
    (copy / name).write_text(text)
for name, before, word, line in words:
    assert line == f"X({before}) X({word})", f"the page shows `{line}` for {word}"
    text = (copy / name).read_text()
    assert text.count(f"X({before})") == 1, f"{name} has no word {before}"
    (copy / name).write_text(text.replace(f"X({before})", line))
recipe = re.search(r"```yaml\n(.*?)```", page, re.S).group(1)
sections = (line.split(": ", 1) for line in recipe.splitlines())
settings = [f"{name}={value}" for name, value in sections if name not in ("train",)] + ["train.epochs=3", "train.batch=64"]
(copy / "settings.h").write_text("".join(f'"{s}",\n' for s in settings))
EOF

python3 "$copy/tools/amalgamate.py" "$copy/one" >/dev/null

cat >"$copy/train.c" <<'EOF'
#include "surefoot.h"
#include <stdio.h>
int main(void)
{
    sft_ctx    *c = sft_open(NULL);
    sft_recipe *r = sft_recipe_parse(c, "page", NULL, 0);
    const char *settings[] = {
#include "settings.h"
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        sft_recipe_set(r, settings[i]);
    sft_data  *d = sft_data_open(c, r);
    sft_net   *n = sft_net_new(c, r, d);
    sft_result result = { 0 };
    sft_fit(c, r, d, n, NULL, &result);
    printf("%s test accuracy %.3f\n", sft_message(c), result.test.accuracy);
    int failed = sft_code(c) || !(result.test.accuracy > 0.9);
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
    return failed;
}
EOF
cat >"$copy/check.c" <<'EOF'
#include "surefoot.c"
#include <stdio.h>
int main(void)
{
    sft_ctx      *c = sft_open(NULL);
    const sft_op *op = sft__op_find("snake");
    double        worst = 0;
    for (const sft_case *k = op->cases; k->options; k++) {
        sft_gradcheck g;
        if (sft__gradcheck_op(c, op, k, &g)) return 2;
        if (!(g.worst <= worst)) worst = g.worst;
    }
    printf("gradient of snake: worst relative error %g\n", worst);
    sft_close(c);
    return !(worst <= 1e-6);
}
EOF
cc=${CC:-cc}
"$cc" -std=c11 -O1 -Wall -Wextra -Werror -I"$copy/one" -I"$copy" "$copy/one/surefoot.c" "$copy/train.c" -o "$copy/train" -lm
"$cc" -std=c11 -O1 -DSFT_REAL_DOUBLE -w -I"$copy/one" "$copy/check.c" -o "$copy/check" -lm
"$copy/train"
"$copy/check"
