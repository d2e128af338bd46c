#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lr-find and inspect --schedule as users meet them: drawings, files, JSON, words that help. labels: core
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"
unset LC_ALL LC_CTYPE
export LANG=C.UTF-8

cat >r.yaml <<'YAML'
data: digits
model: flatten | linear 16 | relu | linear
optimizer: sgd lr=0.1 momentum=0.9
schedule: cosine warmup=50
train: {epochs: 4, batch: 64}
YAML

# ---- inspect --schedule ------------------------------------------------------------------------

run 0 inspect --schedule r.yaml
answers "schedule  cosine, optimizer sgd, lr 0.1"
answers "warm-up of 50"
answers "warm-up ends"
answers "┤"
answers "epoch"
lacks "momentum"
lacks $'\033'
LANG=C run 0 inspect --schedule r.yaml
answers "***"
if LC_ALL=C grep -q '[^ -~]' answer; then complain "bytes beyond ASCII in the C locale"; fi
for width in 50 72 120; do
    COLUMNS=$width LANG=C run 0 inspect --schedule r.yaml schedule=one_cycle
    answers "momentum"
    longest=$(awk '/[|+]/ && length > n { n = length } END { print n }' answer)
    [ "$longest" -le "$width" ] && [ "$longest" -ge $((width - 2)) ] || complain "$longest characters wide, not $width"
done
run 0 inspect --schedule r.yaml --color always
answers $'\033['
run 0 inspect --schedule r.yaml schedule=plateau
answers "falls when evaluations stop improving"
run 0 inspect --schedule r.yaml --json
json 'x["schedule"] == "cosine" and x["warmup"] == 50 and len(x["points"]) == x["steps"]'
json 'abs(x["points"][49]["lr"] - 0.1) < 1e-12 and abs(x["points"][0]["lr"] - 0.002) < 1e-12 and x["points"][-1]["lr"] < 1e-4'
run 0 inspect --schedule r.yaml --json train.epochs=200
json 'len(x["points"]) == 2000 and x["points"][0]["step"] == 1 and x["points"][-1]["step"] == x["steps"]'
run 2 inspect --schedule
run 3 inspect --schedule nowhere.yaml
says "E152"
run 3 inspect --schedule r.yaml schedule="piecewise factors=[1,2] boundaries=[1,2,3]"
says "boundaries"
run 3 inspect --schedule r.yaml schedule=cosin
says "did you mean \`cosine\`"
run 3 inspect --schedule r.yaml schedule.warmup=100000
says "E131"
run 5 inspect --schedule .
says "not a run folder"

# ---- lr-find -----------------------------------------------------------------------------------

run 0 lr-find r.yaml
answers "valley"
answers "try next:   surefoot train r.yaml optimizer.lr="
answers "runs/r-lr-find-001/lr-find.csv"
[ "$(wc -l <runs/r-lr-find-001/lr-find.csv)" -ge 40 ] || complain "fewer than 40 lines of CSV"
head -n 1 runs/r-lr-find-001/lr-find.csv | grep -qx 'step,lr,loss,smooth' || complain "the head of the CSV"
[ -s runs/r-lr-find-001/lr-find.gp ] || complain "no script for gnuplot"
if command -v gnuplot >/dev/null; then
    for kind in svg png; do
        [ -s runs/r-lr-find-001/lr-find.$kind ] || complain "gnuplot is here, and lr-find.$kind is not"
    done
else
    echo "skipped: the picture (gnuplot is not here)"
fi
run 0 lr-find r.yaml
[ -d runs/r-lr-find-002 ] || complain "the second test has no folder of its own"

# The words under `try next` work.
next=$(sed -n 's/^try next:   surefoot //p' answer)
# shellcheck disable=SC2086
run 0 $next train.epochs=1 -o a
answers "run folder: a"

run 0 lr-find r.yaml -o out --json --from 1e-5 --to 1 --steps 60
json 'x["csv"] == "out/lr-find.csv" and 20 <= len(x["points"]) <= 60 and x["points"][0]["lr"] == 1e-5'
json '1e-5 < x["suggestion"] <= 1 and x["suggestion"] == x["valley"]'

# Without gnuplot: the numbers, and one sentence. bash is all that the path needs to have.
mkdir bin
PATH=$folder/bin run 0 lr-find r.yaml -o bare
says "gnuplot is not installed"
[ "$(wc -l <said)" -eq 1 ] || complain "more than one sentence"
[ -s bare/lr-find.csv ] || complain "no CSV without gnuplot"
[ ! -e bare/lr-find.svg ] || complain "a picture without gnuplot"

# Of a run: from its checkpoint, into its plots, and the run goes on to the same weights.
run 0 train r.yaml -o b train.epochs=2 --json
run 0 train r.yaml -o c train.epochs=2 --json
run 0 lr-find b
says "from the checkpoint of step"
[ -s b/plots/lr-find.csv ] || complain "no curve in the run's plots"
run 0 resume b train.epochs=4 --json
mv answer first
run 0 resume c train.epochs=4 --json
python3 -c 'import json; a, b = json.load(open("first")), json.load(open("answer")); assert a["weights_sha256"] == b["weights_sha256"]' ||
    complain "lr-find left a trace in the run"

run 2 lr-find
run 2 lr-find r.yaml --from 1 --to 0.1
says "is not below"
run 2 lr-find r.yaml --steps 3
says "--steps takes a number from 20"
run 2 lr-find r.yaml --from fast
says "--from takes a number"
run 3 lr-find nowhere.yaml
says "E152"
mkdir empty
run 5 lr-find empty
says "not a run folder"
run 7 lr-find r.yaml -o r.yaml/below
says "cannot make the folder"

exit $failed
