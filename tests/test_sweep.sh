#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Sweeps by the program: a grid to its end, resume, retry, failed trials, refusals, ask and tell.
set -u

surefoot=${SUREFOOT_BIN:-build/surefoot}
if [ ! -x "$surefoot" ]; then
    echo "skipped: sweeps (no program at $surefoot)"
    exit 0
fi
surefoot=$(realpath "$surefoot")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
cat > r.yaml <<'END_OF_RECIPE'
data: digits
split: {validation: 0.2}
model: flatten | linear 8 | relu | linear
optimizer: sgd lr=0.1 momentum=0.5
train: {epochs: 2, batch: 100}
END_OF_RECIPE
cat > s.yaml <<'END_OF_PLAN'
recipe: r.yaml
vary:
  optimizer.lr: [0.01, 0.1]
  optimizer.momentum: [0, 0.9]
seeds: 2
rank_by: val_accuracy
watch: none
END_OF_PLAN
if "$surefoot" sweep s.yaml -o probe --trials 2 2>&1 | grep -q 'without SQLite'; then
    echo "skipped: sweeps (built without SQLite)"
    exit 0
fi
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
flunk() { echo "FAILED: $1"; failures=$((failures + 1)); }
same() { [ "$1" = "$2" ] || flunk "$3: \`$1\`, want \`$2\`"; }
count() { grep -o "$1" out | wc -l; }
# what must not depend on when and where: all but times
results() { sed -E 's/"(seconds|trial_seconds)": [0-9.e+-]+/"\1": 0/g; s/"workers": [0-9]+/"workers": 0/'; }

# a grid of 2 x 2 points with 2 seeds
expect 0 '8/8 done' "$surefoot" sweep s.yaml -o a/s --workers 2
expect 0 'try next' "$surefoot" sweep a/s
for i in 0 1 2 3 4 5 6 7; do
    grep -q '"status": "finished"' "a/s/trials/0000$i/run.json" || flunk "trial $i has not finished"
done
"$surefoot" sweep a/s --json -q > whole.json
cp whole.json out
same "$(count '"state": "done"')" 8 "trials in JSON"
same "$(count '"rank_std": [0-9]')" 4 "points in JSON"
# test is of the epoch that validation chose, in the table and in the trial's folder
best=$(sed -E 's/.*"trials": \[\{"trial": 0,[^}]*\}[^}]*"test_loss": ([0-9.]+).*/\1/' whole.json)
grep -q "\"test\": {\"loss\": $best" a/s/trials/00000/run.json || flunk "test loss $best is not in run.json"

# row 79: what is finished is not trained again
sums() { find a/s/trials -type f -exec cksum {} + | sort; }
before=$(sums)
expect 0 '8/8 done' "$surefoot" sweep s.yaml -o a/s --resume
same "$(sums)" "$before" "trials of a finished sweep after --resume"

# the same whatever the number of workers, and in two parts
expect 0 '4/4 done' "$surefoot" sweep s.yaml -o b/s --workers 1 --trials 4
expect 0 '8/8 done' "$surefoot" sweep s.yaml -o b/s --workers 1 --resume
"$surefoot" sweep b/s --json -q | results | sed 's|"b/s|"a/s|g' > parts.json
results < whole.json | diff - parts.json || flunk "a sweep in two parts is another one"

# refusals
expect 2 'error\[E345\].*--resume' "$surefoot" sweep s.yaml -o a/s
sed 's/0.01, 0.1/0.01, 0.2/' s.yaml > changed.yaml
expect 3 'error\[E343\]' "$surefoot" sweep changed.yaml -o a/s --resume
grep -q '^  - .*optimizer.lr.*0.1' err && grep -q '^  + .*optimizer.lr.*0.2' err || flunk "no difference shown: $(cat err)"
expect 3 'error\[E343\]' "$surefoot" sweep s.yaml -o a/s --resume train.epochs=3
expect 3 'error\[E152\]' "$surefoot" sweep no-such.yaml -o nowhere
# RELIABILITY.md section 4, rows 30 to 33, and the plans that issue 5 names: refused at the place, and no folder is left
refuse() {                      # ID PLACE LINES-OF-PLAN
    printf 'recipe: r.yaml\n%s\n' "$3" > bad.yaml
    expect 3 "bad.yaml:$2: error\\[$1\\]: " "$surefoot" sweep bad.yaml
    [ ! -e runs ] || flunk "a refused sweep ($1) made a folder"
}
refuse E140 2:8 'vary: {optimizer.lrr: [0.1, 1]}'
refuse E141 2:28 'vary: {optimizer.lr: {min: 1, max: 0.1}}'
refuse E141 2:28 'vary: {optimizer.lr: {min: 0, max: 1, log: true}}'
refuse E142 2:8 'vary: {optimizer.lr: {min: 0.1, max: 1}}
sampler: grid'
refuse E143 3:1 'vary: {optimizer.lr: [0.1, 1]}
constraints: [optimizer.lr > 1]'
refuse E146 2:1 'vary: {optimizer.lr: [0.1]}'
refuse E147 3:10 'vary: {optimizer.lr: [0.1, 1]}
budget: {trials: 0}'
refuse E110 3:1 'vary: {optimizer.lr: [0.1, 1]}
sampl: tpe'
expect 2 'trials takes a number' "$surefoot" sweep s.yaml -o z --trials 0
mkdir empty broken
expect 5 'error\[E299\].*no sweep there' "$surefoot" sweep empty
head -c 3000 /dev/urandom > broken/sweep.db
expect 5 'error\[E342\]' "$surefoot" sweep broken
expect 2 'workers takes a number' "$surefoot" sweep s.yaml -o z --workers 0
[ ! -e z ] || flunk "a refused sweep made its folder"
sed 's/validation: 0.2/validation: 0/' r.yaml > none.yaml
sed 's/r.yaml/none.yaml/' s.yaml > none-sweep.yaml
expect 4 'error\[E202\].*split.validation' "$surefoot" sweep none-sweep.yaml -o none

# overrides of the base recipe, where the name of a record is varied that does not have the base's options
printf 'recipe: plain.yaml\nvary: {optimizer.name: [sgd, adam]}\n' > names.yaml
sed 's/ momentum=0.5//' r.yaml > plain.yaml
expect 0 '2/2 done' "$surefoot" sweep names.yaml -o names train.epochs=1
expect 0 '2/2 done' "$surefoot" sweep names.yaml -o names train.epochs=1 --resume

# a trial that diverges is data
sed 's/| relu //' r.yaml > linear.yaml
sed -e 's/r.yaml/linear.yaml/' -e 's/0.01, 0.1/0.1, 1e5/' -e '/momentum/d' -e 's/seeds: 2/seeds: 1/' s.yaml > wild.yaml
expect 11 '1/2 done, 1 failed' "$surefoot" sweep wild.yaml -o wild
expect 11 'trial 1 .*optimizer.lr=(1e5|100000).*diverged at step [0-9]' "$surefoot" sweep wild
expect 11 '"failure": "error.E35[01]' "$surefoot" sweep wild --json
expect 11 '"done": 1, "pruned": 0, "failed": 1' "$surefoot" sweep wild --resume --retry-failed --json
grep -q '"exit_code": 6' out || flunk "no exit code of the failed trial"
sed -i 's/0.1, 1e5/1e4, 1e5, 0.1/' wild.yaml
expect 11 '2 failed' "$surefoot" sweep wild.yaml -o fast --fail-fast 2 --workers 1
expect 11 '1/3 done, 2 failed' "$surefoot" sweep wild.yaml -o fast --resume

# a budget may grow, a folder in use may not be shared
expect 0 '2/2 done' "$surefoot" sweep s.yaml -o grow --trials 2
expect 0 '4/4 done' "$surefoot" sweep s.yaml -o grow --trials 4 --resume
"$surefoot" sweep s.yaml -o busy train.epochs=3000 -q > /dev/null 2>&1 &
pid=$!
for _ in $(seq 100); do [ -s busy/trials/00000/metrics.csv ] && break; sleep 0.1; done
expect 9 "error\[E344\]: busy is in use by another surefoot \(pid $pid\)" "$surefoot" sweep busy --resume
expect 9 'error\[E344\]' "$surefoot" sweep ask busy
kill -TERM $pid
wait $pid
same $? 143 "exit code after SIGTERM"
compgen -G 'busy/trials/00000/checkpoints/step-*' > /dev/null || flunk "no checkpoint after SIGTERM"
expect 0 '"waiting": [1-9]' "$surefoot" sweep busy --json --minutes 0.001

# a worker that crashes costs its trial, one that is asked to end costs nothing
children() { cat "/proc/$1/task/$1/children" 2> /dev/null; }
sed 's/seeds: 2/seeds: 1/' s.yaml > one.yaml
strike() {                      # SIGNAL FOLDER: starts a sweep there, and strikes its worker in the middle of the first trial
    "$surefoot" sweep one.yaml -o "$2" --workers 1 --trials 1 train.epochs=1500 -q > out 2> err &
    pid=$!
    for _ in $(seq 100); do [ -s "$2/trials/00000/metrics.csv" ] && break; sleep 0.1; done
    read -r -a workers <<< "$(children $pid)"
    kill "-$1" "${workers[0]}"
    wait $pid
}
if [ -r /proc/self/task/$$/children ] || children $$ > /dev/null; then
    strike ABRT crashed
    same $? 11 "exit code of a sweep with a crash"
    expect 11 '"exit_code": 134' "$surefoot" sweep crashed --json
    grep -q 'its worker crashed (signal 6' out || flunk "no word of the crash"
    strike TERM ended
    same $? 0 "exit code of a sweep with a worker that was ended"
    grep -q 'resumed_at_step' ended/trials/00000/run.json || flunk "the trial began anew"
fi

# other programs
cat > ask.yaml <<'END_OF_PLAN'
recipe: r.yaml
vary: {optimizer.lr: {min: 0.001, max: 1, log: true}}
sampler: random
budget: {trials: 2}
rank_by: val_loss
END_OF_PLAN
expect 0 '^0 optimizer.lr=0\.[0-9]+ train.seed=0$' "$surefoot" sweep ask ask.yaml -o asked
expect 0 '"trial": 1,' "$surefoot" sweep ask asked --json
expect 0 'no trial is left' "$surefoot" sweep ask asked
expect 0 - "$surefoot" sweep tell asked 1 -0.5
expect 2 'error\[E345\].*done already' "$surefoot" sweep tell asked 1 0.5
expect 2 'error\[E345\].*no trial 7' "$surefoot" sweep tell asked 7 0.5
expect 0 - "$surefoot" sweep tell asked 0 failed
expect 11 '1/2 done, 1 failed' "$surefoot" sweep asked
expect 2 'neither a number' "$surefoot" sweep tell asked 0 good

# gnuplot absent: the report is whole but for its pictures, and says so
expect 0 'gnuplot is not installed' env PATH=/nowhere "$surefoot" report a/s
for file in table.md table.csv table.tex effects.md report.md report.html; do
    [ -s "a/s/report/$file" ] || flunk "no $file without gnuplot"
done
! compgen -G 'a/s/report/*/*.svg' > /dev/null || flunk "a picture without gnuplot"

[ $failures = 0 ] && echo "sweeps: all as expected"
exit $failures
