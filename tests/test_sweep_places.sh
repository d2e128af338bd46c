#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Data files that lie beside a sweep: of the base recipe, of values of `data`; those of the current folder where there are none. labels: core
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"
bin=$program

table() { # FILE RATIO: y = RATIO x
    local i
    echo x,y > "$1"
    for i in 1 2 3 4 5 6 7 8; do echo "$i,$((i * $2))"; done >> "$1"
}

# seen WORD SWEEP: some trial's recipe has WORD in it
seen() {
    rm -rf out
    "$bin" sweep "$2" -o out > log.txt 2>&1 || { echo "FAILED: $2"; cat log.txt; failed=1; return; }
    grep -qF -- "$1" out/trials/*/recipe.yaml || { echo "FAILED: no $1 in the recipes of $2"; failed=1; }
}

mkdir a
table a/near.csv 2
table near.csv 3
table far.csv 4
recipe='
  split: {validation: 0.25, test: 0, shuffle: false}
  model: linear 1
  loss: mse
  optimizer: sgd lr=0.01
  train: {epochs: 1, batch: 2}'
printf 'recipe:\n  data: csv:near.csv task=regression%s\nvary: {optimizer.lr: [0.01, 0.1]}\n' "$recipe" > a/base.yaml
printf 'recipe:\n  data: csv:far.csv task=regression%s\nvary: {optimizer.lr: [0.01, 0.1]}\n' "$recipe" > a/away.yaml
both="{n: csv:near.csv task=regression, f: csv:far.csv task=regression}"
printf 'recipe:\n  data: csv:near.csv task=regression%s\nvary: {data: %s}\n' "$recipe" "$both" > a/axis.yaml
seen csv:a/near.csv a/base.yaml
seen csv:far.csv a/away.yaml
seen csv:a/near.csv a/axis.yaml
seen csv:far.csv a/axis.yaml
seen "csv:$folder/a/near.csv" "$folder/a/base.yaml"
cp a/base.yaml here.yaml
seen csv:near.csv here.yaml
exit $failed
