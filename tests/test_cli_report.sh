#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# report and compare as users meet them: real runs, tables, files, JSON, words that help; a thousand trials in time. labels: core slow
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"

cat >base.yaml <<'YAML'
data: mnist1d
model: linear 16 | relu | linear
optimizer: sgd lr=0.1
train: {epochs: 12, batch: 100}
early_stop: {patience: 50, monitor: accuracy}
YAML

# ---- learning rate and momentum ----------------------------------------------------------------

for momentum in 0 0.9; do
    for lr in 0.0001 0.01 0.1 0.5 100; do
        for seed in 0 1; do
            want=0
            [ $lr = 100 ] && want=6
            run $want train base.yaml -q -o "g/m$momentum-r$lr-s$seed" optimizer.lr=$lr optimizer.momentum=$momentum train.seed=$seed
        done
    done
done
run 0 report g/* -o rep
answers "Table 1: All 10 configurations"
answers "| learning rate | momentum |"
answers "± "
answers "best"
answers "diverged at step"
answers "slow: "
answers "20 trials, 16 done, 4 failed, in 10 configurations"
answers "rep/report.md"
silent
for file in table.md table.csv table.tex effects.md answers.md report.md report.json; do
    [ -s "rep/$file" ] || complain "no $file"
done
grep -q "Table 2: Effect of learning rate on performance" rep/report.md || complain "no effect of the rate"
grep -q "rates above .* are too high: .* trials .*diverge" rep/answers.md || complain "no answer about too high rates"
grep -q "rates below .* are too low: .* trials .*slow" rep/answers.md || complain "no answer about too low rates"
grep -q "As effective rates" rep/answers.md || complain "no effective rates"
# every row of table.csv has as many fields as its head, and its numbers are those of table.md
python3 - <<'PY' || complain "table.csv and table.md differ"
import csv
rows = list(csv.DictReader(open("rep/table.csv")))
md = [l.split("|")[1:-1] for l in open("rep/table.md") if l.startswith("|")][2:]
assert len(rows) == len(md) == 10
for r, m in zip(rows, md):
    assert None not in r and None not in r.values()
    if r["val_accuracy_mean"]:
        want = "%.2f" % (100 * float(r["val_accuracy_mean"]))
        assert abs(float(m[3].split("±")[0]) - float(want)) < 0.011, (m, want)
    assert m[-1].strip() == r["note"]
PY
# what validation says is what metrics.csv of the run says
python3 - <<'PY' || complain "the table's best is not what the runs say"
import csv, glob
def best(folder):
    rows = [r for r in csv.DictReader(open(folder + "/metrics.csv")) if r["split"] == "validation"]
    return max(float(r["accuracy"]) for r in rows)
top = next(csv.DictReader(open("rep/table.csv")))
folders = top["folders"].split()
assert len(folders) == 2
mean = sum(map(best, folders)) / 2
assert abs(mean - float(top["val_accuracy_mean"])) < 1e-12
PY
run 0 report g/* -o rep2 --json
json 'x["trials"] == 20 and len(x["points"]) == 10 and x["points"][0]["place"] == 1 and x["direction"] == "max"'
json 'x["points"][0]["validation"]["mean"] >= x["points"][1]["validation"]["mean"]'
json 'sum(t["fate"] == "diverged" for p in x["points"] for t in p["trials"]) >= 4'
cmp -s rep/table.md rep2/table.md || complain "the same report twice differs"
run 0 report g/m0-r0.1-s0 -q
[ -s g/m0-r0.1-s0/report/report.md ] || complain "the report of one run is not in its folder"
run 0 report g/m0-r0.1-s0 g/m0-r0.1-s1 -q
answers "runs/report-001"
run 0 report g/m0-r0.1-s* --rank-by loss -o l
answers "Val loss"
answers "Val Acc"
if command -v pdflatex >/dev/null; then
    printf '\\documentclass{article}\\begin{document}\\input{rep/table.tex}\\end{document}\n' >t.tex
    pdflatex -interaction=nonstopmode -halt-on-error t.tex >latex.log || complain "table.tex does not compile: $(grep -A2 '^!' latex.log)"
fi

# ---- what cannot be ---------------------------------------------------------------------------

run 2 report
says "which sweep"
run 5 report nowhere
says "E299"
run 5 report g/m0-r0.1-s0 g -o x
says "g is not a run folder"
[ -e x ] && complain "a report that could not be made left a folder"
run 3 report g/m0-r0.1-s0 --rank-by acuracy
says "E132"
run 2 report g/m0-r0.1-s0 train.epochs=3
says "no overrides"
run 7 report g/m0-r0.1-s0 -o base.yaml

# ---- compare ------------------------------------------------------------------------------------

run 0 compare g/m0-r0.1-s* g/m0.9-r0.1-s*
answers "| optimizer.momentum |"
answers "B against A, Val Acc: "
answers "Welch's t"
answers "The test split has"
run 0 compare g/m0-r0.1-s0 g/m0.9-r0.1-s0
answers "Too few seeds"
run 0 compare g/m0-r0.1-s0 g/m0.9-r0.1-s0 g/m0-r0.5-s0 --json
json 'len(x["groups"]) == 3 and len(x["comparisons"]) == 4 and x["comparisons"][0]["test"] == "none" and x["comparisons"][0]["p"] is None'
run 2 compare g/m0-r0.1-s0
says "second run folder"

# ---- regression: there is no accuracy --------------------------------------------------------------

python3 - <<'PY'
import random
random.seed(1)
with open("r.csv", "w") as f:
    f.write("a,b,y\n")
    for _ in range(300):
        a, b = random.gauss(0, 1), random.gauss(0, 1)
        f.write(f"{a},{b},{2 * a - b + 0.1 * random.gauss(0, 1)}\n")
PY
for lr in 0.001 0.1; do run 0 train --set data=csv:r.csv --set data.label=y base.yaml -q -o "q/$lr" model=linear early_stop.monitor=loss optimizer.lr=$lr; done
run 0 report q/* -o qr
answers "Val loss"
lacks "Val Acc"
run 0 report q/* -o qr --rank-by rmse
answers "Val rmse"
answers "Test rmse"

# ---- a thousand trials in under five seconds ---------------------------------------------------------

python3 - <<'PY'
import os, math
recipe = open("g/m0-r0.1-s0/recipe.yaml").read()
run = open("g/m0-r0.1-s0/run.json").read()
head = open("g/m0-r0.1-s0/metrics.csv").readline()
for i in range(1000):
    lr, seed = 10 ** (-4 + 5 * (i // 4) / 250), i % 4
    d = f"t/{i:04d}"
    os.makedirs(d)
    open(d + "/recipe.yaml", "w").write(recipe.replace("\n  lr: 0.1\n", f"\n  lr: {lr!r}\n").replace("\n  seed: 0\n  shards", f"\n  seed: {seed}\n  shards"))
    open(d + "/run.json", "w").write(run)
    with open(d + "/metrics.csv", "w") as f:
        f.write(head)
        for e in range(1, 101):
            l = 2.3 * math.exp(-lr * e) + 0.5
            f.write(f"{36*e},{e},train,{l!r},0.5,{lr!r},0.81,{0.001*e!r}\n{36*e},{e},validation,{l+0.1!r},{0.9-0.1*l!r},{lr!r},0.81,{0.001*e!r}\n")
        f.write("3600,100,test,0.5,0.8,,,0.1\n")
PY
began=$(date +%s%N)
run 0 report t/* -o big -q
took=$((($(date +%s%N) - began) / 1000000))
[ $took -lt 5000 ] || complain "a report of 1,000 trials took $took ms"
grep -q "^1000 trials of 250 configurations" big/report.md || complain "not all trials are in the report"
[ "$(grep -c '^|' answer)" -le 32 ] || complain "the table on the screen is longer than thirty rows"
answers "more rows are in big/table.md"
echo "1,000 trials in $took ms"
exit $failed
