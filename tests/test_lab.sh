#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# surefoot lab: a small lab from claim.yaml to verdicts; what it refuses, and where; killed and gone on with. labels: core
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"
bin=$program

fail() {
    echo "FAILED: $*"
    failed=1
}

# expect CODE WORD COMMAND…: exit code and a word of what it says
expect() {
    local code=$1 word=$2 out got
    shift 2
    out=$("$@" 2>&1)
    got=$?
    [ $got -eq "$code" ] || fail "exit code $got, not $code: $* — $out"
    grep -qF -- "$word" <<< "$out" || fail "no \`$word\` from: $* — $out"
}

mkdir small
cat > small/depth.yaml <<'Y'
name: depth
recipe:
  data: moons
  model: mlp depth=2 width=64 act=sigmoid
  init: xavier_normal
  optimizer: sgd lr=0.1
  train: {epochs: 2, batch: 50}
  probe: {every: 10}
vary:
  model.depth: [2, 4, 8]
  model.act: {sigmoid: sigmoid, relu: relu}
seeds: 3
sampler: grid
watch: none
Y
cat > small/claim.yaml <<'Y'
title: A small lab
slide: None
sentence: Sigmoids take the gradient away.
experiments:
  depth: {sweep: depth.yaml, check: {seeds: 3, set: [train.epochs=1]}}
measures:
  depth:
    shrink: signal gradient layer=first over=last at=start
    steps: result steps
claims:
  half:
    says: A sigmoid passes at most half.
    value: 10 ^ slope(depth, log10(shrink[act=sigmoid]))
    at_most: 0.5
    because: Its slope is at most 1/4, and Xavier has a gain of 1; twice that leaves room for a narrow net.
  long:
    says: Runs are as long as the sweep says.
    value: steps[act=relu, depth=2] / steps[act=sigmoid, depth=8]
    equals: 1
    because: They have the same epochs.
    check: false
  relu:
    says: ReLU does so, too.
    value: 10 ^ slope(depth, log10(shrink[act=relu]))
    at_most: 0.5
    because: It is what the other claim says.
    too_strong: ReLU passes more than half of it.
figures:
  - draw: lines
    x: depth
    y: shrink
    per: act
    log: y
    title: Gradient of the first layer over that of the last
    caption: A line each activation.
    x_label: depth (layers)
    y_label: gradient, first / last
Y

# ---- it runs -------------------------------------------------------------------------------------------------
expect 0 "holds: half" "$bin" lab run ./small -o whole
expect 0 "does not hold: relu" "$bin" lab run ./small -o whole       # there already: gone on with, nothing trained again
[ -s whole/index.html ] || fail "no page"
[ -s whole/figures/lines-1.gp ] || fail "no figure"
expect 0 "left out: long" "$bin" lab check ./small
expect 0 "at most 0.5" "$bin" lab show ./small
"$bin" lab run ./small -o json --json > out.json 2> /dev/null || fail "--json: exit code"
if command -v python3 > /dev/null; then
    python3 - <<'P' || fail "--json is not what it should be"
import json
lab, = json.load(open("out.json"))
claims = {c["name"]: c for c in lab["claims"]}
assert lab["trials"] == 18 and lab["wrong"] == 0, lab
assert claims["long"]["mean"] == 1 and claims["long"]["seeds"] == 3 and claims["long"]["verdict"] == "holds", claims
assert claims["relu"]["as_said"] and claims["relu"]["verdict"] == "does not hold", claims
assert claims["half"]["low"] <= claims["half"]["mean"] <= claims["half"]["high"] <= 0.5, claims
P
fi
expect 0 "./mine" "$bin" lab copy ./small mine
cmp -s small/claim.yaml mine/claim.yaml || fail "the copy is another one"
expect 2 "is there already" "$bin" lab copy ./small mine

# ---- overrides, and folders that are not left -----------------------------------------------------------------
expect 0 "holds: long" "$bin" lab run ./small -o other train.batch=25
grep -q "batch: 25" other/depth/trials/00000/recipe.yaml || fail "an override is not in the recipe"
expect 2 "did you mean" "$bin" lab run ./small -o other2 train.bach=25
expect 2 "no lab is called" "$bin" lab run smal
[ -e runs ] && fail "a lab that is not there leaves a folder"

# ---- wrong claims are told -------------------------------------------------------------------------------------
sed -i 's/at_most: 0.5/at_least: 0.5/; s/equals: 1/equals: 2/' mine/claim.yaml
expect 6 "does not hold: half — it should" "$bin" lab run ./mine -o mine-out
sed 's/    too_strong: .*//' small/claim.yaml > mine/claim.yaml
expect 6 "1 claim did not come out as said" "$bin" lab check ./mine
sed 's/    at_most: 0.5/    at_least: 0.5/' small/claim.yaml > mine/claim.yaml
expect 6 "but it was said not to" "$bin" lab check ./mine

# ---- what is refused, and where ---------------------------------------------------------------------------------
# refuse SED CODE WORD: an edit of claim.yaml, what comes of it
refuse() {
    sed "$1" small/claim.yaml > mine/claim.yaml
    expect "$2" "$3" "$bin" lab run ./mine -o refused
}
refuse 's/shrink: signal/shrink: sginal/' 3 'did you mean `signal`'
refuse 's/act=sigmoid\]/act=sigmoyd]/' 3 'none of the values'
refuse 's/value: 10 ^ slope(depth/value: 10 ^ slope(dept/' 3 'did you mean `depth`'
refuse 's/says: A sigmoid/sys: A sigmoid/' 3 'claim.yaml:12:5'
refuse 's/    equals: 1//' 3 'has no bound'
refuse 's/    equals: 1/    equals: 1\n    at_most: 3/' 3 'two bounds'
refuse 's/sweep: depth.yaml/sweep: deep.yaml/' 3 'no such sweep file'
refuse 's/draw: lines/draw: linse/' 3 'did you mean `lines`'
refuse 's/    x: depth/    x: width/' 3 '`width`'
refuse 's/^slide: None//' 3 '`slide` is missing'
refuse 's/seeds: 3, set/seed: 3, set/' 3 'did you mean `seeds`'
refuse 's/\[train.epochs=1\]/[train.epoch=1.5.2]/' 0 'holds'         # a check's own, not of a run
expect 2 "did you mean" "$bin" lab check ./mine
sed -i 's/sampler: grid/sampler: random/' mine/depth.yaml
cp small/claim.yaml mine/claim.yaml
expect 3 "every combination" "$bin" lab run ./mine -o refused2
[ -e refused2 ] && fail "a lab that is refused leaves a folder"
sed 's/data: moons/data: csv:gone.csv/' small/depth.yaml > mine/depth.yaml
expect 4 "gone.csv" "$bin" lab run ./mine -o refused4
expect 3 "no such file" "$bin" lab run . -o refused3
expect 2 "no lab is called" "$bin" lab run nothing-like-it
expect 2 "which lab" "$bin" lab run

sed 's/  probe: .*//' small/depth.yaml > mine/depth.yaml
expect 11 "probe" "$bin" lab run ./mine -o refused5
sed 's/data: moons/data: csv:gone.csv/' small/depth.yaml > mine/depth.yaml

# ---- one that fails does not stop the others ---------------------------------------------------------------------
expect 4 "holds: half" "$bin" lab run ./mine ./small -o two
[ -s two/index.html ] || fail "no page of the lab that ran"
"$bin" lab run ./small -o stopped > stopped.txt 2>&1 &
sleep 0.1
kill -TERM $! 2> /dev/null
wait $!
case $? in
0) ;;                       # it was faster
143) grep -qF -- "-o stopped goes on from here" stopped.txt || fail "nothing is said of going on: $(cat stopped.txt)" ;;
*) fail "stopped by SIGTERM: $(cat stopped.txt)" ;;
esac

# ---- killed, and gone on with -------------------------------------------------------------------------------------
numbers() { sed 's/"seconds": *[0-9.e+-]*//; s/"folder": *"[^"]*"//' "$1"; }
for delay in 0.05 0.15 0.3; do
    "$bin" lab run ./small -o killed > /dev/null 2>&1 &
    sleep "$delay"
    kill -9 $! 2> /dev/null
    wait $! 2> /dev/null
done
"$bin" lab run ./small -o killed --json > killed.json 2> /dev/null || fail "a lab that was killed cannot be gone on with"
[ "$(numbers out.json)" = "$(numbers killed.json)" ] || fail "a lab that was killed comes to other numbers"

exit $failed
