#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A table of several labels as users meet it: data, train, eval, predict, words that help. labels: core
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"
unset LC_ALL LC_CTYPE
export LANG=C.UTF-8


# ---- a table of yes-or-no answers --------------------------------------------------------------

awk 'BEGIN { srand(3); print "wet,x,\"cold, dark\",y,rare"
    for (i = 0; i < 400; i++) { x = rand() - .5; y = 100 * (rand() - .5); print (x > 0) "," x "," (y > 5) "," y "," (x > .3 && y > 0) } }' >t.csv
cat >r.yaml <<'YAML'
data:
  name: csv:t.csv
  label: [wet, "cold, dark", rare]
model: linear 16 | relu | linear
loss: bce
optimizer: adam lr=0.03
metrics: [f1_macro, auroc]
train: {epochs: 20, batch: 32}
YAML

run 0 data r.yaml
answers "3 yes-or-no answers"
answers "cold, dark"
run 0 data t.csv 'data.label=[wet,"cold, dark",rare]' --json
json 'x["data"]["task"] == "binary" and x["data"]["outputs"] == 3 and x["data"]["shape"] == [2] and x["classes"] == []'
json '[a["name"] for a in x["answers"]] == ["wet", "cold, dark", "rare"]'
says 'the 3 labels of t.csv hold only 0 and 1: taken as yes-or-no answers'

run 0 train r.yaml -o out --json
json 'x["test"]["metrics"]["auroc"] > 0.95 and x["test"]["metrics"]["f1_macro"] > 0.8 and x["test"]["accuracy"] > 0.8'
grep -q '^step,.*,seconds,f1_macro,auroc$' out/metrics.csv || complain "metrics.csv: $(head -n 1 out/metrics.csv)"
cp answer trained
run 0 eval out --json
json 'all(x[s] == json.load(open("trained"))[s] for s in ("train", "validation", "test"))'
run 0 train out/recipe.yaml -o again --json
json 'x["weights_sha256"] == json.load(open("trained"))["weights_sha256"]'

# ---- answers of samples ------------------------------------------------------------------------

run 0 predict out t.csv
[ "$(awk -F '\t' 'NF == 3 && /^[01]\t[01]\t[01]$/' answer | wc -l)" -eq 400 ] || complain "predict: not three answers a sample"
cp answer labelled
sed 1d t.csv | sed 's/^\(.*\),\(.*\),\(.*\),\(.*\),\(.*\)$/\1 \3 \5/' | tr ' ' '\t' | paste - labelled |
    awk -F '\t' '{ right += ($1 == $4) + ($2 == $5) + ($3 == $6) } END { exit !(right > 0.9 * 1200) }' || complain "predict: wrong answers"
sed 1d t.csv | cut -d, -f2,4 >features.csv
run 0 predict out features.csv
cmp -s answer labelled || complain "predict: labels in the table change the answers"
run 0 predict out features.csv --proba
[ "$(awk -F '\t' 'NF == 6 && ($4 >= 0.5) == $1 && ($6 >= 0.5) == $3' answer | wc -l)" -eq 400 ] || complain "predict --proba: $(head -n 2 answer)"
run 0 predict out features.csv --proba --json
head -n 1 answer >one && mv one answer
json 'len(x["probabilities"]) == 3 and x["answers"] == [int(p >= 0.5) for p in x["probabilities"]]'
json 'x["yes"] == [n for n, a in zip(["wet", "cold, dark", "rare"], x["answers"]) if a]'

# ---- numbers to predict, and words that help -----------------------------------------------------

run 0 train r.yaml data='csv:t.csv label=[x,y]' loss=mse metrics=rmse train.epochs=2 -o numbers --json
json '"rmse" in x["test"]["metrics"] and x["test"]["accuracy"] is None'
run 0 predict numbers t.csv
[ "$(awk -F '\t' 'NF == 2' answer | wc -l)" -eq 400 ] || complain "predict: not two numbers a sample"
sed '7s/^[01]/2/' t.csv >two.csv
run 4 train r.yaml data='csv:two.csv label=[wet,"cold, dark",rare]' -o refused
says 'two.csv:7:1: error[E240]: line 7, wet: 2 is neither 0 nor 1'
run 4 train r.yaml 'data.label=[wet,wett]' -o refused
says "t.csv:1:1: error[E202]: no column 'wett'"
run 4 train r.yaml 'data.label=[wet,1]' -o refused
says "t.csv:1:1: error[E202]: column 1 is named twice"
run 3 train r.yaml train.sampler=weighted -o refused
says 'has no classes'

exit $failed
