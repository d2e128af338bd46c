#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Bad recipes and overrides through the program: code, exit status, message; nothing is left behind. labels: core
# Rows are those of the catalogue of bad input; 17 to 19, 23 and 27 speak of things that recipes cannot say yet.
set -u
source=${SUREFOOT_SOURCE:-$(cd "$(dirname "$0")/.." && pwd)}
program=${SUREFOOT_BIN:-$source/build/surefoot}
if [ ! -x "$program" ]; then
    echo "skipped: the program was not built ($program)"
    exit 0
fi
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
# Rows may run in a pipe, that is in a shell of their own: what they find is kept in files.
: >rows
: >faults

complain() {
    printf 'row %s: %s\n' "$row" "$*"
    sed 's/^/    /' said
    echo "$row" >>faults
}

# refused ROW CODE EXIT FRAGMENT ARGUMENT...: train with these arguments is refused so, and leaves nothing.
refused() {
    row=$1
    local code=$2 want=$3 fragment=$4 status
    shift 4
    echo "$row" >>rows
    "$program" train "$@" >answer 2>said
    status=$?
    [ $status -eq "$want" ] || complain "exit status $status, expected $want"
    grep -q -F "error[$code]" said || complain "expected $code"
    grep -q -F -e "$fragment" said || complain "expected the words: $fragment"
    [ ! -s answer ] || complain "something on standard output: $(head -c 200 answer)"
    grep -q -E 'Assertion|Sanitizer|core dumped' said && complain "a crash"
    [ ! -e runs ] || complain "runs/ was left behind"
    rm -rf runs
}

# bad ROW CODE EXIT FRAGMENT [ARGUMENT...] < recipe
bad() {
    cat >r.yaml
    refused "$1" "$2" "$3" "$4" r.yaml "${@:5}"
}

# accepted ROW [ARGUMENT...] < recipe
accepted() {
    row=$1
    echo "$row" >>rows
    cat >r.yaml
    "$program" check r.yaml "${@:2}" >answer 2>said || complain "refused with exit status $?"
}

good='data: digits
model: mlp depth=1 width=8
train: {epochs: 1}
'

bad 1 E100 3 "recipe is empty" </dev/null
printf '# only a remark\n' | bad 1 E100 3 "r.yaml"
printf 'data: digits\nmodel: \xff\n' | bad 2 E101 3 "is not UTF-8"
printf '\xff\xfed\0a\0' | bad 2 E101 3 "r.yaml"
printf 'train:\n\tepochs: 1\n' | bad 3 E102 3 "2:1"
printf 'data: "digits\nmodel: linear\n' | bad 4 E103 3 "r.yaml"
bad 5 E104 3 "twice" <<'EOF'
data: digits
model: flatten | linear
optimizer:
  name: adam
  lr: 0.1
  lr: 0.2
EOF
bad 5 E104 3 "twice" <<'EOF'
data: digits
data: mnist1d
model: flatten | linear
EOF
bad 6 E110 3 "did you mean" <<'EOF'
data: digits
model: flatten | linear
optimizer: {name: adam, learning_rte: 0.1}
EOF
bad 6 E110 3 "unknown section \`optimiser_\`" <<'EOF'
data: digits
model: flatten | linear
optimiser_: adam
EOF
bad 7 E111 3 "32x" <<'EOF'
data: digits
model: flatten | linear
train: {batch: 32x}
EOF
accepted 8 <<'EOF'
data: digits
model: flatten | linear
optimizer: {name: adam, lr: 1e-3}
EOF
accepted 8 <<'EOF'
data: digits
model: flatten | linear
optimizer: {name: adam, lr: "1e-3"}
EOF
bad 29 E132 3 "r.yaml:4:3: error[E132]: \`1.weight\` in \`init_layers\` matches no layer" <<'EOF'
data: digits
model: linear 8 | relu | linear
init_layers:
  1.weight: ones
EOF
bad 29 E132 3 "r.yaml:3:25: error[E132]: unknown init_layers \`noraml\`" <<'EOF'
data: digits
model: flatten | linear
init_layers: {"*.bias": noraml std=1}
EOF
bad 7 E111 3 "wants patterns" <<'EOF'
data: digits
model: flatten | linear
init_layers: normal
EOF
bad 5 E104 3 "given twice: 3:15 and 3:31" <<'EOF'
data: digits
model: flatten | linear
init_layers: {"*.bias": ones, "*.bias": zeros}
EOF
bad 16 E114 3 "names nothing" <<'EOF'
data: digits
model: flatten | linear
init_layers: {"*.bias": {std: 1}}
EOF
for lr in nan .inf -1 0; do
    bad 9 E112 3 "lr" <<EOF
data: digits
model: flatten | linear
optimizer: {name: adam, lr: $lr}
EOF
done
for batch in 0 2147483648 -3; do
    bad 10 E113 3 "batch" <<EOF
data: digits
model: flatten | linear
train: {batch: $batch}
EOF
done
bad 11 E105 3 "alias" <<'EOF'
a: &a [1, 2]
b: &b [*a, *a, *a, *a]
data: digits
model: flatten | linear
EOF
{ printf 'data: '; printf '[%.0s' $(seq 10000); printf ']%.0s' $(seq 10000); echo; } | bad 12 E106 3 "r.yaml"
{ printf 'data: digits\nmodel: '; printf 'residual ( %.0s' $(seq 200); printf 'relu'; printf ' )%.0s' $(seq 200); echo; } |
    bad 12 E106 3 "nested deeper"
{ printf 'data: digits\nmodel: flatten | linear\n#'; head -c 2000000 /dev/zero | tr '\0' x; echo; } | bad 13 E107 3 "larger than"
bad 14 E108 3 "tag" <<'EOF'
data: !!python/object:os.system digits
model: flatten | linear
EOF
bad 15 E109 3 "r.yaml" <<'EOF'
data: digits
model: flatten | linear
---
data: mnist1d
EOF
bad 16 E114 3 "data: digits" <<<'model: flatten | linear'
bad 16 E114 3 "model" <<<'data: digits'
bad 20 E123 3 "flatten" <<'EOF'
data: digits
model: conv2d 4 | linear 10
EOF
bad 21 E124 3 "r.yaml" <<'EOF'
data: digits
model: conv2d 4 kernel_size=11 | flatten | linear
EOF
bad 22 E125 3 "groups" <<'EOF'
data: digits
model: conv2d 4 | relu | conv2d 6 groups=4 | flatten | linear
EOF
bad 24 E127 3 "r.yaml" <<'EOF'
data: digits
model: flatten | linear 1000000000 | relu | linear 1000000000 | linear
EOF
bad 25 E128 8 "try train.batch=" train.batch=1048576 <<'EOF'
data: digits
model: conv2d 4096 padding=1 | relu | conv2d 4096 padding=1 | flatten | linear
EOF
bad 26 E129 3 "10" <<'EOF'
data: digits
model: flatten | linear 12
EOF
bad 28 E131 3 "warm" <<'EOF'
data: digits
model: flatten | linear
schedule: cosine warmup=100000
EOF
bad 29 E132 3 "did you mean \`adam\`" <<'EOF'
data: digits
model: flatten | linear
optimizer: adm
EOF
bad 29 E132 3 "did you mean \`relu\`" <<'EOF'
data: digits
model: flatten | linear 8 | rellu | linear
EOF
bad 29 E132 3 "did you mean" <<'EOF'
data: digits
model: flatten | linear
init: xavier_unifrom
EOF
bad 29 E115 3 "(" <<'EOF'
data: digits
model: flatten | repeat 2 ( linear 8 | relu
EOF

# Overrides are wrong use: 2.
bad 34 E144 2 "did you mean \`optimizer.lr\`" train.lr=0.1 <<<"$good"
bad 34 E144 2 "did you mean" trian.epochs=3 <<<"$good"
bad 34 E144 2 "optimizer.lr" lr=3 <<<"$good"
bad 34 E144 2 "notanassignment" notanassignment= <<<"$good"
bad 35 E145 2 "ten" train.epochs=ten <<<"$good"
bad 35 E145 2 "epochs" train.epochs=0 <<<"$good"
bad 36 E001 2 "did you mean \`--threads\`" --thread 2 <<<"$good"

# Files: what the system said stands in the message.
mkdir there
refused 37 E150 3 "there" there
refused 37 E152 3 "nowhere.yaml" nowhere.yaml
printf '%s' "$good" >locked.yaml
chmod 000 locked.yaml
if [ ! -r locked.yaml ]; then
    refused 37 E151 3 "locked.yaml" locked.yaml
fi
bad 38 E153 3 "reads" <<<"version: 9
$good"

# A fault of the data is told with theirs: 4.
bad 39 E200 4 "none.csv" <<'EOF'
data: csv:none.csv
model: linear
EOF

count=$(wc -l <rows)
echo "$count rows"
if [ "$count" -lt 50 ]; then
    echo "fewer rows than there were: is the table cut short?"
    exit 1
fi
[ ! -s faults ]
