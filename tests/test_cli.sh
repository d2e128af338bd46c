#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The program as users meet it: exit codes, streams, JSON, signals, run folders, and words that help. labels: core
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"

cat >r.yaml <<'EOF'
data: digits
model: flatten | linear 16 | batchnorm | relu | linear
optimizer: adam lr=0.01
train: {epochs: 3, batch: 64}
EOF

# ---- help and wrong use ------------------------------------------------------------------------

run 0 --help
answers "usage: surefoot"
silent
verbs=$(sed -n '/^usage/,/^In every verb/p' answer | awk '/^  [a-z]/ { print $1 }')
[ "$(wc -w <<<"$verbs")" -ge 8 ] || complain "fewer than eight verbs: $verbs"
for verb in $verbs; do
    run 0 "$verb" --help
    answers "usage: surefoot $verb"
    answers "Examples:"
    silent
done
run 0 --version
answers "surefoot "
run 2
says "usage: surefoot"
run 2 tran r.yaml
says "did you mean \`train\`?"
run 2 help tran
says "did you mean \`train\`?"
run 2 train --epoch 3 r.yaml
says "unknown flag \`--epoch\`"
run 2 train --threads many r.yaml
says "--threads"
run 2 train --hlep
says "did you mean \`--help\`?"
run 2 train
says "usage: surefoot train"
run 2 train r.yaml r.yaml
run 2 check r.yaml optimizer.learning=1
says "E144"
run 2 list adm
says "did you mean"

# ---- exit codes of what goes wrong -------------------------------------------------------------

run 3 check nowhere.yaml
says "E152"
run 3 check r.yaml model="flatten | linear 8 | rellu"
says "did you mean \`relu\`?"
run 4 check r.yaml data=csv:none.csv
says "E200"
run 5 eval nowhere
says "E299"
run 5 resume nowhere
says "E299"
mkdir empty
for verb in eval resume inspect predict; do
    run 5 $verb empty
    says "not a run folder"
done
run 6 train r.yaml model="flatten | repeat 6 ( linear 64 | relu ) | linear" optimizer="sgd lr=1000" -o sick
says "not finite"
run 0 inspect sick
answers "failed"
run 6 train r.yaml model="flatten | repeat 6 ( linear 64 | relu ) | linear" optimizer="sgd lr=1000" -o sick --json --force
json 'x["error"] == "E350" and x["exit"] == 6'

(
    ulimit -f 8
    run 7 train r.yaml model="mlp width=256" -o full
    says "E33"
    exit $failed
) || failed=1
[ -f full/recipe.yaml ] || complain "the run folder of a full disk lost its recipe"
run 0 resume full -q
mkdir shut
if chmod 500 shut && ! touch shut/x 2>/dev/null; then
    (cd shut && "$program" train ../r.yaml >../answer 2>../said)
    [ $? -eq 7 ] || complain "a folder that cannot be written: not 7"
fi
touch runs
run 7 train r.yaml
rm runs

# ---- a run, and what can be asked of it --------------------------------------------------------

run 0 train r.yaml -o a --json
json 'x["run"] == "a" and x["epochs"] == 3 and x["steps"] == 162 and x["test"]["accuracy"] > 0.8 and len(x["weights_sha256"]) == 64'
json 'set(x) >= {"seconds", "threads", "shards", "train", "validation", "test", "best_epoch"}'
hash=$(python3 -c 'import json; print(json.load(open("answer"))["weights_sha256"])')
grep -q $'[\r\033]' answer said && complain "control characters where no terminal is"
for file in recipe.yaml run.json metrics.csv model.safetensors best.safetensors checkpoints/latest; do
    [ -s a/$file ] || complain "the run folder lacks $file"
done
run 0 train r.yaml -o a
says "writing to a-2"
[ -s a-2/run.json ] || complain "a second run into one folder should go beside it"
run 0 train a/recipe.yaml -o b --threads 1 --json
json "x['weights_sha256'] == '$hash' and x['threads'] == 1"
run 0 train r.yaml -q
[ -s runs/r-001/run.json ] || complain "no runs/r-001"
run 0 resume a
answers "nothing to do"
run 0 resume a train.epochs=4 --json
json 'x["epochs"] == 4'

run 0 eval a-2 --json
json "x['weights_sha256'] == '$hash' and x['test']['accuracy'] > 0.8 and x['steps'] in (162, None)"
run 0 eval a-2 --checkpoint step-00000162 --split test --json
json "x['weights_sha256'] == '$hash' and x['train'] is None and x['steps'] == 162"
cp a-2/checkpoints/step-00000162.safetensors alone.safetensors
run 0 eval alone.safetensors --json
json "x['weights_sha256'] == '$hash'"
cp a-2/model.safetensors model.safetensors
run 3 eval model.safetensors
says "--recipe"
run 0 eval model.safetensors --recipe r.yaml
run 2 eval a-2 --split some

run 0 predict a-2
[ "$(wc -l <answer)" -eq 1797 ] || complain "predict: not one line a test sample"
awk -F '\t' '$1 !~ /^[0-9]$/ || !($2 >= 0 && $2 <= 1)' answer | grep -q . && complain "predict: lines that are no class and probability"
silent
run 0 predict a-2 digits --json --proba --split train
[ "$(wc -l <answer)" -eq 3823 ] || complain "predict: not one line a training sample of the source"
head -n 1 answer >one && mv one answer
json 'abs(sum(x["probabilities"]) - 1) < 1e-6 and x["class"] in "0123456789" and x["sample"] == 0'
run 0 predict a-2 -o lines.tsv
[ "$(wc -l <lines.tsv)" -eq 1797 ] && [ ! -s answer ] || complain "predict -o"
run 4 predict a-2 mnist1d
says "1x8x8"
[ ! -w /dev/full ] || { run 7 predict a-2 -o /dev/full && says "E330"; }

# A table with labels, without, and without its header.
{
    echo "width,height,kind"
    for i in $(seq 30); do echo "$i,$((i % 7)),small"; echo "$((i + 40)),$((i % 5)),large"; done
} >t.csv
cut -d, -f1,2 t.csv >features.csv
sed 1d features.csv >bare.csv
run 0 train r.yaml data="csv:t.csv label=kind" model="linear 8 | relu | linear" train.epochs=20 train.batch=8 -o t -q
for file in t.csv features.csv bare.csv; do
    run 0 predict t $file
    [ "$(cut -f1 answer | sort | uniq -c | tr -s ' \n' ' ')" = " 30 large 30 small " ] || complain "predict of $file: $(head -n 3 answer)"
done
cut -d, -f1 t.csv >narrow.csv
run 4 predict t narrow.csv
says "the network takes 2"

run 0 check r.yaml
answers "parameters"
run 0 check r.yaml --json
json 'x["params"] == sum(l["params"] for l in x["layers"]) and x["memory"]["optimizer"] == 2 * x["memory"]["weights"]'
run 0 check r.yaml optimizer="sgd momentum=0.9" --json
json 'x["memory"]["optimizer"] == x["memory"]["weights"]'
json 'x["remarks"] == []'
run 0 check r.yaml model="linear 16 | relu | linear" init=zeros --no-signal
answers "The rows of 0.weight, 2.weight begin equal, and after 5 steps they still are"
answers "0.weight, 0.bias, 2.weight did not change"
answers "Only 2.bias learns"
run 0 check r.yaml model="linear 16 | tanh | linear" "init=constant 0.1" --json --no-signal
json '"0.weight begin equal" in x["remarks"][0] and len(x["remarks"]) == 1'
run 0 check r.yaml model="mlp depth=2 width=8" --expand
answers "linear 8 | relu"
run 0 check r.yaml --resolved
cp answer resolved.yaml
run 0 check resolved.yaml --resolved
cmp -s answer resolved.yaml || complain "a resolved recipe resolves to another one"
run 0 list --json
json 'all(set(r) >= {"kind", "name", "aliases", "doc", "math", "options"} for r in x) and len(x) > 40'
json 'all(r["doc"] for r in x) and all(o["doc"] for r in x for o in r["options"])'
run 0 list adamw
answers "weight_decay"
run 0 data digits --json
json 'x["data"]["samples"] == {"train": 3441, "validation": 382, "test": 1797} and sum(c["train"] for c in x["classes"]) == 3441'
json 'abs(x["values"]["train"]["mean"]) < 1e-3 and abs(x["values"]["train"]["rms"] - 1) < 1e-3'
run 0 data t.csv
answers "large"
run 2 data digits --mirror https://example.com
says "surefoot data get SET… --mirror URL"
run 3 data digts
says "did you mean \`digits\`?"
run 0 inspect a-2 --verify --json
json 'x["summary"]["status"] == "finished" and all(c["valid"] for c in x["checkpoints"]) and len(x["tensors"]) >= 8'

# ---- damage ------------------------------------------------------------------------------------

cp -r a-2 d
printf '\377' | dd of=d/checkpoints/step-00000162.safetensors bs=1 seek=9000 conv=notrunc status=none
run 5 inspect d --verify
answers "E312"
rm d/model.safetensors
run 5 eval d
says "E312"
run 0 eval d --checkpoint best
run 5 inspect r.yaml
says "E30"

# ---- locked, stopped ---------------------------------------------------------------------------

if command -v flock >/dev/null; then
    flock a-2/.lock "$program" resume a-2 >answer 2>said
    [ $? -eq 9 ] || complain "a locked run folder: not 9"
    says "E320"
fi

# stopped SIGNAL STATUS: a run that gets the signal ends with this status and a checkpoint, and resumed it ends with the
# weights of one that was never stopped.
stopped() {
    local dir=stop-$1 pid got
    set -m                      # so that a job does not ignore SIGINT
    "$program" train r.yaml train.epochs=250 -o "$dir" >answer 2>said &
    pid=$!
    set +m
    for _ in $(seq 300); do
        [ "$(wc -l 2>/dev/null <"$dir/metrics.csv" || echo 0)" -gt 3 ] && break
        sleep 0.02
    done
    kill -"$1" $pid
    wait $pid
    got=$?
    checks=$((checks + 1))
    [ $got -eq "$2" ] || complain "SIG$1: exit status $got, expected $2"
    answers "surefoot resume $dir"
    [ -s "$dir/checkpoints/latest" ] || complain "SIG$1: no checkpoint"
    run 0 resume "$dir" --json -q
    json "x['weights_sha256'] == '$whole' and x['epochs'] == 250"
}
run 0 train r.yaml train.epochs=250 -o whole --json -q
whole=$(python3 -c 'import json; print(json.load(open("answer"))["weights_sha256"])')
stopped INT 130
stopped TERM 143

# ---- colour and speed --------------------------------------------------------------------------

CLICOLOR_FORCE=1 run 2 check r.yaml train.lr=1
grep -q $'\033' said || complain "CLICOLOR_FORCE: no colour"
NO_COLOR=1 CLICOLOR_FORCE=1 run 2 check r.yaml train.lr=1
grep -q $'\033' said && complain "NO_COLOR: colour"
run 2 check r.yaml train.lr=1 --color always
grep -q $'\033' said || complain "--color always: no colour"

if script -qec true /dev/null </dev/null >/dev/null 2>&1; then       # where there is a pseudo-terminal
    TERM=xterm script -qec "$program train r.yaml -o tty" /dev/null >answer 2>said </dev/null
    grep -q $'\r\[=*>' answer || complain "no progress bar on a terminal"
else
    echo "skipped: progress bar (no pseudo-terminal to be had)"
fi

best=$(python3 - "$program" <<'EOF'
import subprocess, sys, time

def once():
    start = time.perf_counter()
    subprocess.run([sys.argv[1], "--help"], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start

print(f"{1000 * min(once() for _ in range(5)):.1f}")
EOF
)
echo "--help: $best ms at best of five"
if grep -q -a -E '__(asan|tsan)_init' "$program"; then
    echo "skipped: the bound on --help, as this is a sanitizer's build"
else
    python3 -c "import sys; sys.exit(not $best < 50)" || complain "--help took $best ms"
fi

echo "$checks calls"
exit $failed
