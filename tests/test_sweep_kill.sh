#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Manager and workers are killed 20 times during a sweep of 200 trials; the end is that of a sweep that nobody disturbed. labels: slow
set -u

surefoot=${SUREFOOT_BIN:-build/surefoot}
if [ ! -x "$surefoot" ]; then
    echo "skipped: killed sweeps (no program at $surefoot)"
    exit 0
fi
surefoot=$(realpath "$surefoot")
folder=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2> /dev/null; rm -rf "$folder"' EXIT
cd "$folder" || exit 1
cat > s.yaml <<'END_OF_PLAN'
recipe:
  data: digits
  split: {validation: 0.2}
  model: flatten | linear 32 | relu | linear
  optimizer: sgd lr=0.1
  train: {epochs: 40, batch: 50}
  checkpoint: {every: 5, min_seconds: 0}
vary:
  optimizer.lr: {min: 0.001, max: 1, log: true}
  optimizer.momentum: {min: 0, max: 0.95}
sampler: sobol
seeds: 2
budget: {trials: 200}
rank_by: val_accuracy
watch: none
END_OF_PLAN
if "$surefoot" sweep s.yaml -o probe --trials 2 2>&1 | grep -q 'without SQLite'; then
    echo "skipped: killed sweeps (built without SQLite)"
    exit 0
fi
results() { sed -E 's/"(seconds|trial_seconds)": [0-9.e+-]+/"\1": 0/g; s/"workers": [0-9]+/"workers": 0/'; }
children() { cat "/proc/$1/task/$1/children" 2> /dev/null; }
start() {
    "$surefoot" sweep s.yaml -o b/s --workers 2 -q --resume > /dev/null 2> err &
    pid=$!
}

"$surefoot" sweep s.yaml -o a/s --workers 2 --json -q | results > whole.json
RANDOM=5
kills=0 managers=0
mkdir b
start
while [ $kills -lt 20 ]; do
    begun=(b/s/trials/*)        # a kill every nine trials, whatever the speed of the machine
    if [ ${#begun[@]} -lt $((9 * (kills + 1))) ]; then
        kill -0 $pid 2> /dev/null || { echo "FAILED: the sweep ended after $kills kills"; cat err; exit 1; }
        sleep 0.01
        continue
    fi
    sleep "0.0$((RANDOM % 10))" # anywhere in a trial
    if [ $((kills % 2)) = 0 ]; then
        kill -KILL $pid
        wait $pid 2> /dev/null
        managers=$((managers + 1))
        start                   # while the orphans still end
    else
        read -r -a workers <<< "$(children $pid)"
        [ ${#workers[@]} -gt 0 ] || continue
        kill -KILL "${workers[$((RANDOM % ${#workers[@]}))]}" 2> /dev/null || continue
    fi
    kills=$((kills + 1))
done
wait $pid
code=$?
pid=
[ $code = 0 ] || { echo "FAILED: exit $code"; cat err; exit 1; }
"$surefoot" sweep b/s --json -q | results | sed 's|"b/s|"a/s|g' > parts.json
if ! cmp -s whole.json parts.json; then
    echo "FAILED: after $kills kills the sweep is another one"
    diff <(sed 's/}, {/},\n{/g' whole.json) <(sed 's/}, {/},\n{/g' parts.json) | head -20
    exit 1
fi
numbers=$(grep -o '"trial": [0-9]*' parts.json | sort -u | wc -l) all=$(grep -o '"trial": [0-9]*' parts.json | wc -l)
[ "$numbers" = 200 ] && [ "$all" = 200 ] || { echo "FAILED: $all trials, $numbers different ones"; exit 1; }
echo "killed sweeps: $managers managers and $((kills - managers)) workers, 200 trials once each, as undisturbed"
