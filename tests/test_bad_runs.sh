#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs that fail, by the program: exit status, message, run.json, and that the command it advises works. labels: core
set -u

surefoot=${SUREFOOT_BIN:-build/surefoot}
if [ ! -x "$surefoot" ]; then
    echo "skipped: runs that fail (no program at $surefoot)"
    exit 0
fi
surefoot=$(realpath "$surefoot")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
cat > r.yaml <<'END'
data: digits
model: flatten | linear 16 | relu | linear
optimizer: sgd lr=1
train: {epochs: 2, batch: 100}
checkpoint: {min_seconds: 0, every_steps: 10}
END
failures=0

# expect STATUS TEXT COMMAND…: its exit status, and TEXT (a regular expression, or - for none) in what it says
expect() {
    local want=$1 text=$2
    shift 2
    "$@" > out 2> err
    local got=$?
    if [ $got != "$want" ] || { [ "$text" != - ] && ! grep -Eq -- "$text" out err; }; then
        echo "FAILED: $* — exit $got, want $want with: $text"
        cat out err
        failures=$((failures + 1))
    fi
}

status() { grep -q "\"status\": \"$2\"" "$1/run.json" || { echo "FAILED: $1/run.json is not $2"; failures=$((failures + 1)); }; }

# the advised command: what stands behind "with: " in the warning
advised() { sed -n 's/.*with: surefoot \(.*\)$/\1/p' err | head -1; }

# a loss that is not finite: layers without activations explode at a high rate
expect 6 'error\[E35[01]\]' "$surefoot" train r.yaml -o nan 'model=flatten | linear 16 | linear 16 | linear' optimizer.lr=100 \
    checkpoint.every=0 checkpoint.every_steps=0
status nan failed
grep -q '"message": "error\[E35' nan/run.json || { echo "FAILED: no message in run.json"; failures=$((failures + 1)); }
for _ in 1 2 3 4 5 6 7; do      # a tenth of the rate each time, until it trains
    next=$(advised)
    read -r -a words <<< "$next"
    [ ${#words[@]} = 3 ] && [ "${words[0]}" = resume ] || { echo "FAILED: no advice: $(cat err)"; failures=$((failures + 1)); break; }
    "$surefoot" "${words[@]}" > out 2> err && break
done
status nan finished

# nothing to do, and more to do
expect 0 'trained after 70 steps' "$surefoot" train r.yaml -o done
expect 0 'nothing to do: all 70 steps are done; raise train.epochs' "$surefoot" resume done
expect 0 'trained after 105 steps' "$surefoot" resume done train.epochs=3

# a full disk: the older checkpoint stays
expect 0 - "$surefoot" train r.yaml -o full train.epochs=1
limited() { (ulimit -f 8; exec "$@"); }
expect 7 'error\[E330\]: writing `full/checkpoints/step-[0-9]+.safetensors`' limited "$surefoot" resume full train.epochs=3
status full failed
grep -q 'the last good checkpoint is of step 35' err || { echo "FAILED: no word of the checkpoint: $(cat err)"; failures=$((failures + 1)); }
expect 0 'trained after 105 steps' "$surefoot" resume full

# damage: one file, then both
for file in full/checkpoints/step-00000105.safetensors; do printf 'xxxxxxxx' | dd of=$file bs=1 seek=9000 conv=notrunc 2> /dev/null; done
expect 0 'fell back to the checkpoint of step 100' "$surefoot" resume full
for file in full/checkpoints/step-*.safetensors; do truncate -s 5000 "$file"; done
expect 5 'error\[E302\].*cut short' "$surefoot" resume full
expect 5 'start again with: surefoot train full/recipe.yaml -o full --force' "$surefoot" resume full
expect 0 'trained after 105 steps' "$surefoot" train full/recipe.yaml -o full --force

# refused, and the folder as it was
cp -r full before
expect 5 'error\[E314\].*--reset-optimizer' "$surefoot" resume full optimizer=adam train.epochs=4
expect 5 'error\[E317\].*train.batch was 100, is 50' "$surefoot" resume full train.batch=50
expect 5 'error\[E313\].*does not fit' "$surefoot" resume full 'model=flatten | linear 8 | relu | linear'
expect 5 'error\[E317\].*split.standardize was auto, is none' "$surefoot" resume full split.standardize=none
diff -r before full || { echo "FAILED: a refused resume changed the folder"; failures=$((failures + 1)); }
expect 0 - "$surefoot" resume full optimizer=adam train.epochs=4 --reset-optimizer

# data that change
for i in $(seq 60); do echo "$((i * 7 % 11)),$((i * 5 % 13)),$((i % 2))"; done > d.csv
expect 0 - "$surefoot" train r.yaml -o csv data=csv:d.csv model=linear train.batch=10 optimizer.lr=0.01
sed -i '3s/^[0-9]*/99/' d.csv
expect 5 'error\[E260\].*--allow-data-change' "$surefoot" resume csv train.epochs=4
expect 0 - "$surefoot" resume csv train.epochs=4 --allow-data-change

# in use by another
"$surefoot" train r.yaml -o busy train.epochs=100000 -q > /dev/null 2>&1 &
pid=$!
for _ in $(seq 100); do [ -s busy/.lock ] && break; sleep 0.05; done
expect 9 "error\[E320\]: busy is in use by another surefoot \(pid $pid\)" "$surefoot" resume busy
disown $pid                     # no word of the shell about its end
kill -KILL $pid
while kill -0 $pid 2> /dev/null; do sleep 0.02; done
expect 0 "busy was left by a surefoot that did not end well \(pid $pid\); taken over" "$surefoot" resume busy train.epochs=1

[ $failures = 0 ] && echo "runs that fail: as documented"
exit $((failures > 0))
