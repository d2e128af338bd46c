#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check's signal table and the doctor as users meet them: words, JSON, exit codes, the repaired recipe. labels: core
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"
unset LC_ALL LC_CTYPE
export LANG=C.UTF-8
command -v python3 >/dev/null || json() { :; }

# The answer has the form of docs/diagnosis-schema.json: types, keys, lists and words, which is all that it uses.
fits() {
    command -v python3 >/dev/null || return 0
    python3 - "$source/docs/diagnosis-schema.json" <<'PY' 2>>said || complain "the answer has not the form of diagnosis-schema.json"
import json, sys
schema = json.load(open(sys.argv[1]))
kinds = {"string": str, "boolean": bool, "integer": int, "number": (int, float), "null": type(None), "object": dict, "array": list}
def check(x, s, at):
    s = schema["$defs"][s["$ref"].split("/")[-1]] if "$ref" in s else s
    types = s.get("type", [])
    types = [types] if isinstance(types, str) else types
    assert not types or any(isinstance(x, kinds[t]) and (t == "boolean" or not isinstance(x, bool)) for t in types), (at, x)
    assert x in s.get("enum", [x]) and x == s.get("const", x), (at, x)
    if isinstance(x, dict):
        assert set(s["required"]) <= set(x) <= set(s["properties"]), (at, sorted(x))
        for key in x: check(x[key], s["properties"][key], at + "." + key)
    for y in x if isinstance(x, list) else []: check(y, s["items"], at + "[]")
check(json.load(open("answer")), schema, "diagnosis")
PY
}

cat >sick.yaml <<'YAML'
data: digits
model: flatten | linear 32 | relu | linear
init: constant value=0.05
optimizer: sgd lr=0.1
train: {epochs: 4, batch: 64}
YAML
cat >well.yaml <<'YAML'
data: digits
model: flatten | linear 32 | relu | linear
optimizer: sgd lr=0.1
train: {epochs: 4, batch: 64}
YAML

cat >fast.yaml <<'YAML'
data: digits
model: flatten | linear 32 | relu | linear 32 | relu | linear
optimizer: momentum lr=1
train: {epochs: 20, batch: 32}
YAML

# ---- check: the signal at initialisation ---------------------------------------------------------

run 0 check well.yaml
silent
answers "signal at initialisation"
answers "loss at initialisation"
answers "an output that ignores its input: 2.30"
answers "findings at initialisation"
lacks "symmetric_units"
run 0 check sick.yaml
answers "fatal  symmetric_units at 1 (linear)"
answers "try: init=auto"
lacks "The rows of"
run 0 check well.yaml -o signal.svg
[ -s signal.gp ] || complain "no script beside the picture"
if command -v gnuplot >/dev/null; then grep -q '</svg>' signal.svg || complain "no picture"; fi
run 2 check well.yaml -o signal.jpg
says "ends in .svg or .png"
run 2 check well.yaml -o signal.svg --no-signal
run 0 check sick.yaml --no-signal
answers "The rows of 1.weight"
lacks "signal at initialisation"
lacks "symmetric_units"
run 0 check sick.yaml --json
json 'x["diagnosis"]["schema"] == 1 and x["diagnosis"]["steps"] == 0 and len(x["diagnosis"]["signals_start"]) == 5'
json 'any(f["symptom"] == "symmetric_units" and f["severity"] == "fatal" and f["edits"] == ["init=auto"] for f in x["diagnosis"]["findings"])'
run 0 check sick.yaml --json --no-signal
json 'x["diagnosis"] is None'
LANG=C run 0 check sick.yaml
if LC_ALL=C grep -A 9 'signal at' answer | tail -n +3 | grep -q '[^ -~]'; then complain "bytes beyond ASCII in the C locale"; fi

# ---- doctor --------------------------------------------------------------------------------------

run 0 doctor sick.yaml --no-verify --steps 30
says "probe run"
answers "probe     30 of 216 steps"
answers "findings of the probe run"
answers "fatal  symmetric_units at 1 (linear)"
answers "try: init=auto"
lacks "remedies against doing nothing"
lacks $'\033'
run 0 doctor sick.yaml --no-verify --steps 0 -q
silent
answers "findings at initialisation"
run 0 doctor sick.yaml --no-verify --steps 30 -v
answers "signal at initialisation"
answers "signal after 30 steps"
answers "step/weight"
run 0 doctor sick.yaml --no-verify --steps 30 --color always
answers $'\033[31mfatal'
run 0 doctor sick.yaml --no-verify --steps 30 --json
fits
json 'x["schema"] == 1 and x["steps"] == 30 and x["findings"][0]["symptom"] == "symmetric_units" and x["trials"] == []'
json 'len(x["signals_start"]) == 5 and len(x["signals_end"]) == 5 and x["signals_end"][2]["update"] > 0 and x["repaired"] is None'
run 0 doctor well.yaml --no-verify --steps 0 --json
fits
run 0 doctor well.yaml --no-verify --steps 30 --json
json 'not any(f["severity"] == "fatal" for f in x["findings"])'

# ---- exit codes ----------------------------------------------------------------------------------

run 6 doctor sick.yaml --no-verify --steps 10 --fail-on fatal
run 6 doctor sick.yaml --no-verify --steps 10 --fail-on fault --json
json 'x["findings"]'
run 6 doctor sick.yaml --no-verify --steps 10 --fail-on advisory
run 0 doctor well.yaml --no-verify --steps 10 --fail-on fatal
run 2 doctor sick.yaml --fail-on deadly
says "advisory, fault or fatal"
run 2 doctor sick.yaml --steps many
run 2 doctor sick.yaml --seeds 0
run 2 doctor sick.yaml --budget=-1
run 2 doctor sick.yaml --no-verify --fix fixed.yaml
says "leave out --no-verify"
run 2 doctor
run 2 doctor a b
run 3 doctor nowhere.yaml
run 4 doctor well.yaml data=csv:none.csv
run 5 doctor .
says "recipe.yaml"

# ---- the repaired recipe -------------------------------------------------------------------------

run 0 doctor sick.yaml --fix fixed.yaml
answers "remedies against doing nothing"
answers "default_init"
answers "recommended  init=auto"
answers "try next:    surefoot train sick.yaml init=auto"
says "fixed.yaml"
if [ -s fixed.yaml ]; then
    for recipe in sick fixed; do        # each line with the section that it stands in
        "$program" check $recipe.yaml --resolved 2>/dev/null | awk '/^[a-z_]+:/ { section = $1 } { print section, $0 }' >$recipe.lines
    done
    changed=$(diff sick.lines fixed.lines | grep '^[<>]' | grep -v '^[<>] init: ')
    [ -z "$changed" ] || complain "the repaired recipe differs in more than init: $changed"
    if cmp -s sick.lines fixed.lines; then complain "the repaired recipe is the old one"; fi
    run 6 doctor sick.yaml --no-verify --steps 10 --fail-on fatal
    run 0 doctor fixed.yaml --no-verify --steps 10 --fail-on fatal
    run 0 train fixed.yaml -o fixed
else
    complain "fixed.yaml was not written"
fi
run 0 doctor sick.yaml --json
fits
json 'any(t["remedy"] == "default_init" and t["verdict"] == "won" and t["seeds"] >= 1 and t["gain"] > 0 for t in x["trials"])'
json '"init" in x["repaired"]'

# Remedies that are set aside show what was measured.
run 0 doctor fast.yaml --json
json 'any(t["verdict"] == "not tried" and t["seeds"] >= 1 for t in x["trials"])'
run 0 doctor fast.yaml
answers "set aside"
if grep "set aside" answer | grep -q ' - '; then complain "a remedy that was measured shows no numbers"; fi

# ---- a run folder --------------------------------------------------------------------------------

run 0 train sick.yaml -o r
before=$(find r -type f ! -name diagnosis.json -exec cksum {} + | sort)
run 0 doctor r --no-verify --steps 20
says "from the start"
answers "r/recipe.yaml"
answers "symmetric_units"
cp r/diagnosis.json answer || complain "no diagnosis.json"
json 'x["schema"] == 1 and x["steps"] == 20'
[ "$before" = "$(find r -type f ! -name diagnosis.json -exec cksum {} + | sort)" ] || complain "doctor changed more of the run folder than diagnosis.json"
run 0 doctor r --no-verify --steps 20 init=auto --json
json 'not any(f["symptom"] == "symmetric_units" for f in x["findings"])'

# ---- the signal of trained weights ---------------------------------------------------------------

run 0 train well.yaml -o w -q
run 0 inspect w --signals
answers "signal after 216 steps"
answers "w/model.safetensors"
lacks "step/weight"
run 0 inspect w --signals -c best --json
fits
json 'x["steps"] == 0 and x["start_loss"] < 0.5'

# ---- the vocabulary ------------------------------------------------------------------------------

run 0 list symptoms
answers "symmetric_units"
run 0 list remedies
answers "default_init"
run 0 list symmetric_units
answers "explains"
answers "remedies"
answers "sick"

exit $failed
