#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Metrics and confusion matrices of eval as users meet them: lines, JSON, csv, words that help. labels: core
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"
unset LC_ALL LC_CTYPE
export LANG=C.UTF-8

cat >r.yaml <<'YAML'
data: digits
model: flatten | linear 16 | relu | linear
optimizer: adam lr=0.01
metrics: [top2, f1_macro]
train: {epochs: 2, batch: 64}
YAML

# ---- a recipe's metrics ------------------------------------------------------------------------

run 0 train r.yaml -o out --json
json 'all(list(x[s]["metrics"]) == ["top2", "f1_macro"] for s in ("train", "validation", "test"))'
json 'all(x[s]["metrics"]["top2"] >= x[s]["accuracy"] for s in ("train", "validation", "test"))'
cp answer trained
run 0 eval out --json
json 'all(x[s] == json.load(open("trained"))[s] for s in ("train", "validation", "test"))'
json '"confusion" not in x'
answers '"loss"'
python3 -c 'import json
run, told = json.load(open("out/run.json")), json.load(open("trained"))
assert run["test"]["metrics"] == told["test"]["metrics"], run["test"]' 2>said || complain "run.json has other metrics"
run 0 eval out
answers "top2 0."
answers "f1_macro 0."
run 0 eval out 'metrics=[auroc,ece]' --split test
answers "auroc 0."
answers "ece 0."
lacks "f1_macro"
run 0 eval out metrics=none --split test --json
json '"metrics" not in x["test"]'
run 3 eval out "metrics=[f1_mcro]"
says 'did you mean `f1_macro`?'
run 3 eval out metrics=r2
says 'the metric `r2` cannot be used where targets are class labels'
run 0 list metric
answers "auroc"
answers "r2"

# ---- confusion matrices ------------------------------------------------------------------------

run 0 eval out --confusion --json
json 'list(x["confusion"]) == ["train", "validation", "test"]'
json 'all(len(m) == 10 and all(len(row) == 10 for row in m) for m in x["confusion"].values())'
json 'all(sum(map(sum, m)) == x[s]["samples"] for s, m in x["confusion"].items())'
json 'all(sum(m[i][i] for i in range(10)) == round(x[s]["accuracy"] * x[s]["samples"]) for s, m in x["confusion"].items())'
cp answer whole
run 0 eval out --split test --confusion --confusion-csv c.csv
answers "test: rows are true, columns predicted"
lacks "train: rows"
python3 -c 'import csv, json
rows = list(csv.DictReader(open("c.csv")))
want = json.load(open("whole"))["confusion"]["test"]
assert len(rows) == 100 and all(r["split"] == "test" for r in rows)
assert all(int(r["count"]) == want[int(r["true"])][int(r["predicted"])] for r in rows)
table = [line.split()[1:] for line in open("answer").read().split("predicted\n")[1].splitlines()[1:]]
assert [[int(n) for n in row] for row in table] == want, table' 2>said || complain "the csv or the table is not the JSON's"
run 0 eval out --split test --confusion-csv d.csv
lacks "rows are true"
cmp -s c.csv d.csv || complain "--confusion-csv alone writes another file"
run 7 eval out --split test --confusion-csv no/such/c.csv
says "no/such/c.csv"

# ---- what belongs to training ------------------------------------------------------------------

cat >alone.yaml <<'YAML'
data: digits
model: flatten | linear 16 | batchnorm | relu | linear
early_stop: {patience: 3}
split: {validation: 0}
train: {epochs: 1, batch: 25, accumulate: 4}
YAML
run 0 train alone.yaml -o alone
says "W135"
says "W245"
run 0 eval alone
silent

# ---- numbers in units of their own -------------------------------------------------------------

cat >far.yaml <<'YAML'
data: regression-1d curve=cubic range=10
split: {standardize_targets: true}
model: linear 16 | tanh | linear
optimizer: adam lr=0.01
train: {epochs: 10, batch: 32}
YAML
run 0 train far.yaml -o far
run 0 eval far --split test --json
json 'x["test"]["loss"] < 1 and x["test"]["metrics"]["rmse"] > 5 and x["test"]["metrics"]["r2"] > 0.5'
cp answer scores
run 0 predict far --json
python3 -c 'import json
y = [json.loads(line)["values"][0] for line in open("answer")]
assert max(y) > 200 and min(y) < -200, (min(y), max(y))' 2>said || complain "predictions are not in the units of the data"
cp far/model.safetensors moved.safetensors
run 0 eval moved.safetensors --recipe far.yaml split.standardize_targets=false --split test --json
json 'x["test"]["metrics"] == json.load(open("scores"))["test"]["metrics"]'

# ---- yes or no, and numbers --------------------------------------------------------------------

python3 -c 'print("a,b,y")
for i in range(200): print(f"{i % 10},{i % 7},{int(i % 10 > 4)}")' >two.csv
cat >two.yaml <<'YAML'
data: csv:two.csv task=binary
model: linear
loss: bce
optimizer: adam lr=0.05
train: {epochs: 3, batch: 20}
YAML
run 0 train two.yaml -o two
run 0 eval two --confusion --json
json 'all(set(x[s]["metrics"]) == {"f1_macro", "auroc"} for s in ("train", "validation") if x[s])'
json 'all(len(m) == 2 and sum(map(sum, m)) == x[s]["samples"] for s, m in x["confusion"].items())'
run 0 eval two --confusion
answers "rows are true, columns predicted"
python3 -c 'print("a,b,y")
for i in range(200): print(f"{i % 10},{i % 7},{i % 10 * 0.37 + 0.01 * (i % 3)}")' >numbers.csv
sed 's/two.csv task=binary/numbers.csv/; s/^loss: bce/loss: mse/' two.yaml >numbers.yaml
run 0 train numbers.yaml -o numbers
run 0 eval numbers --json
json 'set(x["validation"]["metrics"]) == {"mae", "rmse", "r2"}'
run 2 eval numbers --confusion
says "a confusion matrix needs classes"

exit $failed
