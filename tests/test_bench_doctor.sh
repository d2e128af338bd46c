#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The doctor's benchmark on published lines: each as far as it can be had, none dropped in silence, one object at the end. labels: core
# shellcheck source=tests/lib/cli.bash
. "$(dirname "$0")/lib/cli.bash"

program=$(dirname "$program")/bench/doctor
if [ ! -x "$program" ]; then
    echo "skipped: the benchmark was not built ($program)"
    exit 0
fi

# line ID DATA SHAPE LAYERS LOSS LABEL: as the collections write them, with Adam at 0.001
line() {
    printf '{"id": "%s", "dataset": "%s", "input_shape": %s, "layers": [%s], "loss": "%s", "optimizer": "adam", "lr": 0.001,' "${@:1:5}"
    printf ' "batch_size": 32, "epochs": 2, "fault_labels": ["%s"], "catalogue": ["%s"], "label_source": "derived"}\n' "$6" "$6"
}

dense() { printf '{"type": "dense", "units": %s, "init": "glorot_uniform"}' "$1"; }
act() { printf '{"type": "act", "fn": "%s"}' "$1"; }

{
    line a-run "sklearn make_moons(200,noise=0.1)" "[2]" "$(dense 4), $(act relu), $(dense 1), $(act softmax)" \
        binary_crossentropy loss_activation_mismatch
    line b-stand-in "csv, three features, unscaled" "[3]" "$(dense 4), $(dense 1)" mse missing_nonlinearity
    line c-head "short text csv" null "{\"type\": \"gru\", \"units\": 8}, $(dense 1), $(act softmax)" mse loss_activation_mismatch
    line d-misfit "sklearn make_classification(100,6,n_classes=3,n_informative=4)" "[6]" "$(dense 1), $(act sigmoid)" \
        categorical_crossentropy loss_activation_mismatch
    line e-not "MNIST" "[28,28,1]" "{\"type\": \"flatten\"}, $(dense 10)" angle_loss healthy
} >lines.jsonl

run 0 lines.jsonl --seeds 1 --threads 1 --no-verify
while read -r row; do
    grep -Eq "^ *$row" answer || complain "no row like: $row — but $(cat answer)"
done <<'ROWS'
a-run .* run .* agrees .* double_softmax
b-stand-in .* stand-in .* agrees .* no_nonlinearity
c-head .* head .* agrees .* double_softmax
d-misfit .* misfit .* agrees .* outputs_do_not_fit
e-not .* inexpressible .* loss angle_loss
all of them  *5  *1  *0  *1  *1  *1  *1
the same cause named  *1.000  \(4 of 4
ROWS

run 0 lines.jsonl --json --seeds 1 --threads 1 --no-verify
tail -n 1 answer >last && mv last answer
json 'all(k in x for k in """lines valid dropped inexpressible false_positive_rate recall precision root_cause_top1 repair_rate
    harmful_accepts lead_time seconds published""".split())'
json 'x["lines"] == 5 and x["inexpressible"] == 1 and x["recall"] == 1 and x["published"]["cause_named"] == 4'

exit $failed
