#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# train -v, --watch and --on-fault as users meet them: words, exit codes, what lies in the run folder afterwards. labels: core
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"
unset LC_ALL LC_CTYPE
export LANG=C.UTF-8
command -v python3 >/dev/null || json() { :; }

cat >sick.yaml <<'YAML'
data: digits
model: flatten | linear 32 | relu | linear
init: constant value=0.05
optimizer: sgd lr=0.1
train: {epochs: 8, batch: 64}
YAML
sed '/^init/d' sick.yaml >well.yaml
cat >nan.yaml <<'YAML'
data: digits
model: flatten | repeat 3 ( linear 64 | relu ) | linear
optimizer: sgd lr=3
train: {epochs: 8, batch: 64}
YAML
cat >norms.yaml <<'YAML'
data: digits
model: flatten | linear 32 | batchnorm | relu | dropout 0.2 | linear
optimizer: adam lr=0.01
train: {epochs: 4, batch: 64, shards: 4}
YAML

# has FOLDER FILE TEXT
has() { grep -q -F -e "$3" "$1/$2" || complain "$1/$2 lacks: $3"; }
weights() { sed -n 's/.*"weights_sha256": "\([0-9a-f]*\)".*/\1/p' "$1/run.json"; }

# ---- -v: the signal while it trains --------------------------------------------------------------

run 0 train well.yaml -o plain
[ ! -e plain/signals.csv ] || complain "signals.csv without being asked for"
run 0 train well.yaml -v -o verbose
says "signal after step 0 (epoch 0)"
says "signal after step 432 (epoch 8)"
says "linear"
says "▇"
if grep -q $'\033\|\r' said; then complain "control characters where no terminal is"; fi
has verbose signals.csv "step,epoch,layer,op,rms,mean,gain,alike,dead,slope,gradient,weight,update"
has verbose signals.csv "432,8,1,linear,"
LANG=C run 0 train well.yaml -v -o ascii
if grep -A 4 'signal after' said | grep -q '[^ -~]'; then complain "bytes beyond ASCII in the C locale"; fi
run 0 train well.yaml probe.every=54 -q -o probed
silent
has probed signals.csv "54,1,1,linear,"
run 2 train well.yaml probe.every=0
run 0 inspect verbose --signals
answers "recorded  verbose/signals.csv"
answers "signal after step 432 (epoch 8)"
lacks "signal after step 1 "
run 0 inspect verbose --signals -v
answers "signal after step 1 "
run 0 inspect probed --signals --json
json 'x["schema"] == 1 and len(x["signals"]) == 9 * 5 and x["signals"][-1]["step"] == 432 and x["signals"][7]["update"] > 0'
run 0 inspect verbose --signals -c best
answers "weights   "

# ---- --watch -------------------------------------------------------------------------------------

run 0 train well.yaml --watch -o watched
if grep -q W360 said; then complain "a fault in a healthy run"; fi
has watched diagnosis.json '"findings"'
[ "$(weights watched)" = "$(weights plain)" ] || complain "a watched run has other weights"
run 0 train norms.yaml -o norms --threads 1
for threads in 1 2; do
    run 0 train norms.yaml --watch -v -o "norms-$threads" --threads $threads
    [ "$(weights "norms-$threads")" = "$(weights norms)" ] || complain "a watched run has other weights on $threads threads"
done
cmp -s norms-1/signals.csv norms-2/signals.csv || complain "threads change what is looked at"

run 0 train sick.yaml --watch -o warned
says "warning[W360]"
says "symmetric_units at 1 (linear)"
says "try 'init=auto'"
has warned events.jsonl '"event": "fault", "symptom": "symmetric_units"'
has warned diagnosis.json symmetric_units
has warned run.json '"status": "finished"'

run 0 doctor warned --no-verify --steps 0
answers "run       finished after 432 of 432 steps"
answers "step 0: fatal, symmetric_units at 1 — all 32 units"
run 0 doctor plain --no-verify --steps 0
answers "run       finished after 432 of 432 steps"

# ---- --on-fault ----------------------------------------------------------------------------------

run 6 train sick.yaml --watch --on-fault stop -o stopped
says "error[E360]"
says "symmetric_units"
says "surefoot resume stopped"
has stopped run.json '"status": "failed"'
has stopped events.jsonl '"event": "stopped"'
[ -e stopped/checkpoints/latest ] || complain "no checkpoint was kept"
run 0 resume stopped -q
run 6 train nan.yaml --watch -o nan
says "warning[W360]"
says "error[E35"
run 2 train sick.yaml --watch --on-fault mend
says "stop, warn or fix"

run 0 train sick.yaml --watch --on-fault fix -o fixed
says "training starts over, from its first step, with init=auto"
has fixed repaired.yaml "# symmetric_units: "
has fixed events.jsonl '"remedy": "default_init", "edits": ["init=auto"], "verdict": "won"'
has fixed events.jsonl '"event": "repaired"'
cp fixed/events.jsonl answer
if command -v python3 >/dev/null; then
    python3 -c 'import json; [json.loads(line) for line in open("answer")]' 2>>said || complain "events.jsonl is not JSON, line by line"
fi
has fixed run.json '"status": "finished"'
run 0 doctor fixed --no-verify --steps 20 --json
json 'not any(f["symptom"] == "symmetric_units" for f in x["findings"])'
run 0 train fixed/repaired.yaml -o alone -q
[ "$(weights fixed)" = "$(weights alone)" ] || complain "the repaired recipe alone gives other weights"

run 0 train sick.yaml --watch --on-fault fix -o hopeless data='blobs box=0 noise=0' model='linear 16 | relu | linear' init=auto
says "constant_inputs"
says "there is no remedy to try"

run 0 train nan.yaml --watch --on-fault fix -o cured
says "training starts over"
has cured run.json '"status": "finished"'

exit $failed
