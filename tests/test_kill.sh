#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs killed by SIGKILL at random moments, 50 kills in all, and resumed with another number of threads each time, end with the weights and the
# rows of metrics.csv of a run that was left in peace. KILLS and SEED in the environment change their number and moments. labels: slow
set -u

surefoot=${SUREFOOT_BIN:-build/surefoot}
kills=${KILLS:-50}
RANDOM=${SEED:-$$}
if [ ! -x "$surefoot" ]; then
    echo "skipped: killed runs (no program at $surefoot)"
    exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
recipe=$folder/kill.yaml
cat > "$recipe" <<'END'
data: digits
model: flatten | linear 32 | batchnorm | relu | dropout 0.2 | linear
optimizer: adam lr=0.01
schedule: cosine warmup=10
train: {epochs: 10, batch: 100, seed: 5, shards: 4}
early_stop: {patience: 4}
metrics: [f1_macro, auroc]
checkpoint: {min_seconds: 0, every_steps: 5, keep_last: 3}
END

fail() {
    echo "FAILED: $*"
    cat "$folder/log"
    exit 1
}

sha() { sed -n 's/.*"weights_sha256": "\([0-9a-f]*\)".*/\1/p' "$1"; }
rows() { cut -d, -f1-7,9- "$1/metrics.csv"; }       # without the seconds

"$surefoot" train "$recipe" -o "$folder/whole" --threads 1 --json -q > "$folder/whole.json" 2> "$folder/log" || fail "the undisturbed run"
want=$(sha "$folder/whole.json")
[ ${#want} = 64 ] || fail "no hash in $(cat "$folder/whole.json")"

killed=0 finished=0 afresh=0 again=no
while [ $killed -lt "$kills" ] || [ $again = yes ]; do
    if [ $again = no ]; then
        run=$folder/run-$finished
        rm -rf "$run"
    fi
    threads=$((RANDOM % 4 + 1))
    if [ -e "$run/recipe.yaml" ]; then
        command=(resume "$run")
    else                        # killed before there was anything to go on from
        command=(train "$recipe" -o "$run" --force)
        afresh=$((afresh + 1))
    fi
    "$surefoot" "${command[@]}" --threads $threads --json -q > "$folder/run.json" 2> "$folder/log" &
    pid=$!
    if [ $killed -lt "$kills" ]; then
        sleep "0.$(printf %03d $((RANDOM % 250 + 1)))"
        kill -KILL $pid 2> /dev/null
    fi
    wait $pid 2> /dev/null
    status=$?
    case $status in
    137)
        killed=$((killed + 1)) again=yes
        ;;
    0)
        finished=$((finished + 1)) again=no
        got=$(sha "$folder/run.json")
        [ "$got" = "$want" ] || fail "weights $got, undisturbed $want (seed ${SEED:-$$}, run $finished)"
        diff <(rows "$folder/whole") <(rows "$run") > "$folder/log" || fail "metrics.csv differs (seed ${SEED:-$$}, run $finished)"
        cmp "$folder/whole/best.safetensors" "$run/best.safetensors" > "$folder/log" || fail "best.safetensors differs"
        ;;
    *) fail "exit status $status of ${command[*]} (seed ${SEED:-$$})" ;;
    esac
done
echo "$killed kills, $finished runs finished with the same weights ($afresh started afresh)"
