#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The verb export as users meet it: formats and where they go, numbers of the run folder, words that help. labels: core
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"

cat >r.yaml <<'YAML'
data: digits
model: flatten | linear 16 | relu | linear
optimizer: adam lr=0.01
metrics: [top2]
probe: {every: 20}
train: {epochs: 2, batch: 64}
YAML
run 0 train r.yaml -o runs/a -q
run 0 train r.yaml optimizer.lr=0.1 -o 'runs/b, "c"' -q

# ---- csv ---------------------------------------------------------------------------------------

run 0 export runs/a --format csv
silent
[ "$(head -n 1 answer)" = run,step,epoch,split,metric,value ] || complain "the head is $(head -n 1 answer)"
answers "a,54,1,train,loss,$(sed -n 2p runs/a/metrics.csv | cut -d, -f4)"
answers ",signal/1.linear/rms,"
run 0 export runs/a --format csv --no-signals
lacks signal
cp answer short
run 0 export runs/a --no-signals -o new/short.csv
cmp -s short new/short.csv || complain "a file is not what goes to standard output"
run 0 export runs/* -f csv -o -
python3 -c 'import csv, sys
rows = list(csv.DictReader(open("answer", newline="")))
assert {r["run"] for r in rows} == {"a", "b, \"c\""}, rows[0]
for name in ("a", "b, \"c\""):
    want = [v for r in csv.DictReader(open(f"runs/{name}/metrics.csv", newline="")) for k, v in r.items()
            if k not in ("step", "epoch", "split") and v]
    got = [r["value"] for r in rows if r["run"] == name and not r["metric"].startswith("signal/")]
    assert got == want, name' 2>said || complain "the long table is not what metrics.csv has"

# ---- json --------------------------------------------------------------------------------------

run 0 export runs/a runs/b* --format json
json '[r["name"] for r in x["runs"]] == ["a", "b, \"c\""]'
json 'x["runs"][0]["results"] in (None, json.load(open("runs/a/run.json")))'
json 'all(len(r["curves"]) == 5 and r["curves"][0]["split"] == "train" for r in x["runs"])'
json 'x["runs"][1]["recipe"]["optimizer.lr"] == 0.1 and x["runs"][1]["recipe"]["train.epochs"] == 2'
json 'x["runs"][0]["recipe_yaml"] == open("runs/a/recipe.yaml").read()'
json '{s["op"] for s in x["runs"][0]["signals"]} == {"input", "flatten", "linear", "relu"}'

# ---- tensorboard -------------------------------------------------------------------------------

run 0 export runs/a --format tensorboard
answers "tensorboard --logdir runs/a/tensorboard"
[ -s runs/a/tensorboard/events.out.tfevents.0.surefoot ] || complain "no event file"
run 0 export runs/* -f tensorboard -o logs --json
json 'x["runs"] == 2 and x["files"] == 3 and x["path"] == "logs"'
[ -s logs/a/events.out.tfevents.0.surefoot ] || complain "no folder a run"

# ---- a sweep -----------------------------------------------------------------------------------

cat >s.yaml <<'YAML'
recipe: r.yaml
vary:
  optimizer.lr: [0.01, 0.1]
seeds: 2
sampler: grid
YAML
if "$program" sweep s.yaml -o sweep -q >answer 2>said </dev/null || ! grep -q SQLite said; then
    run 0 export sweep -f csv
    python3 -c 'import csv
rows = list(csv.DictReader(open("answer", newline="")))
assert [(r["trial"], r["point"], r["seed"], r["optimizer.lr"], r["state"]) for r in rows] == [
    ("0", "0", "0", "0.01", "done"), ("1", "0", "1", "0.01", "done"), ("2", "1", "0", "0.1", "done"), ("3", "1", "1", "0.1", "done")], rows
for r in rows:
    best = [m for m in csv.DictReader(open("sweep/" + r["folder"] + "/metrics.csv", newline=""))
            if m["split"] == "validation" and m["epoch"] == r["best_epoch"]]
    assert r["val_loss"] == best[0]["loss"], r' 2>said || complain "the table of trials is not what the trials logged"
    run 0 export sweep -f csv --curves --no-signals
    [ "$(grep -c ',validation,loss,' answer)" -eq 8 ] || complain "the long table lacks evaluations of trials"
    run 0 export sweep -f json
    json 'x["sweeps"][0]["axes"][0]["values"] == [0.01, 0.1] and [r["values"]["optimizer.lr"] for r in x["runs"]] == [0.01, 0.01, 0.1, 0.1]'
    json 'all(r["recipe"]["optimizer.lr"] == r["values"]["optimizer.lr"] and r["recipe"]["train.seed"] == r["seed"] for r in x["runs"])'
    run 0 export sweep -f tensorboard
    [ -s sweep/tensorboard/00003/events.out.tfevents.0.surefoot ] || complain "no folder a trial"
    run 2 export sweep runs/a -f csv
    says curves
    run 0 export sweep runs/a -f csv --curves
    answers "sweep/00003,"
else
    echo "skipped: sweeps (built without SQLite)"
fi

# ---- words that help ---------------------------------------------------------------------------

run 2 export
says "which run"
run 2 export runs/a
says "which format"
run 2 export runs/a --format jsn
says 'did you mean `json`?'
run 2 export runs/* --format tensorboard
says "-o DIR"
run 5 export new --format csv
says "no run folder and no sweep"
run 5 export nowhere --format csv
says "E299"
run 2 export runs/a --format csv optimizer.lr=3
says "takes no overrides"
printf '60,3,train,1,1\n' >>runs/a/metrics.csv
run 4 export runs/a --format csv
says "runs/a/metrics.csv, line 7: 5 fields"

exit $failed
