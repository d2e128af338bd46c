#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Healthy recipes give the doctor nothing above advisory, whatever the seed: the ten of recipes/ that cost least. labels: slow
# SUREFOOT_SEEDS (2): how many seeds of each. Prints a table; recipes whose data are not there are left out.
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 0; }
seeds=${SUREFOOT_SEEDS:-2}

# recipe:folder of its data below SUREFOOT_DATA, as the recipe writes it; the others are on built-in data
recipes="quickstart mnist1d-logistic mnist1d-mlp mnist1d-cnn mlp-mixer resnet32 wide-resnet resnet56
    mlp:idx:mnist lenet:idx:mnist"

# What stands, of one severity or worse, joined by commas.
found() { python3 -c 'import json, sys
x = json.load(open("answer"))
print(",".join(f["symptom"] for f in x["findings"] if (f["severity"] == "advisory") == (sys.argv[1] == "advisory")))' "$1"; }

printf '| recipe | seeds | steps | alarms | advice (seeds) |\n|---|---:|---:|---|---|\n'
for entry in $recipes; do
    IFS=: read -r recipe kind set <<<"$entry"
    data=()
    if [ -n "$kind" ]; then
        [ -d "${SUREFOOT_DATA:-/nowhere}/$set" ] || { echo "skipped: $recipe ($set is not there)"; continue; }
        data=("data=$kind:$SUREFOOT_DATA/$set")
    fi
    : >advice
    alarms=""
    for ((seed = 0; seed < seeds; seed++)); do
        run 0 doctor "$source/recipes/$recipe.yaml" --no-verify --json -q "train.seed=$seed" "${data[@]}"
        alarm=$(found fault)
        found advisory | tr , '\n' >>advice
        [ -z "$alarm" ] || { alarms="$alarms seed $seed: $alarm;"; complain "$recipe, seed $seed: $alarm"; }
    done
    steps=$(python3 -c 'import json; print(json.load(open("answer"))["steps"])')
    advice=$(grep . advice | sort | uniq -c | awk '{ printf "%s%s (%d)", (NR > 1 ? ", " : ""), $2, $1 }')
    printf '| %s | %d | %s | %s | %s |\n' "$recipe" "$seeds" "$steps" "${alarms:-none}" "${advice:-none}"
done

exit $failed
