#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# data get: against a server on this machine; nothing is kept that is not the pinned file, and every mishap is told. labels: core
set -u
source=${SUREFOOT_SOURCE:-$(cd "$(dirname "$0")/.." && pwd)}
program=${SUREFOOT_BIN:-$source/build/surefoot}
if [ ! -x "$program" ]; then
    echo "skipped: the program was not built ($program)"
    exit 0
fi
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY SUREFOOT_MIRROR CURL_CA_BUNDLE SSL_CERT_FILE
folder=$(mktemp -d) || exit 2
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder" || exit 2
export XDG_CACHE_HOME=$folder/cache
kept=$folder/cache/surefoot/data/mnist
faults=0

complain() {
    printf '%s\n' "$*"
    sed 's/^/    /' said
    faults=$((faults + 1))
}

# gets EXIT CODE WORDS ARGUMENT...: data get with these arguments ends so, and leaves nothing behind unless it succeeds.
gets() {
    local want=$1 code=$2 words=$3 status
    shift 3
    timeout 60 "$program" data get "$@" >answer 2>said
    status=$?
    [ $status -eq "$want" ] || complain "data get $*: exit status $status, expected $want"
    [ -z "$code" ] || grep -q -F "error[$code]" said || complain "data get $*: expected $code"
    grep -q -F -e "$words" answer said || complain "data get $*: expected the words: $words"
    if [ "$want" -ne 0 ] && [ -n "$(find "$folder/cache" -type f 2>/dev/null)" ]; then
        complain "data get $*: something was kept: $(find "$folder/cache" -type f)"
    fi
}

"$program" data mnist >answer 2>said
[ $? -eq 4 ] || complain "data mnist without the data: exit status is not 4"
grep -q -F 'error[E200]' said || complain "data mnist without the data: expected E200"
grep -q -F 'surefoot data get mnist' said || complain "data mnist without the data: no hint how to get it"

gets 2 E001 "there are mnist" mnits
gets 2 E001 "no https:// address" mnist --mirror http://example.com
gets 2 E001 "no https:// address" mnist --mirror http://127.0.0.1.example.com/
gets 2 E001 "no https:// address" mnist --mirror http://127.0.0.1:80@example.com/
gets 2 E001 "no https:// address" mnist --mirror ftp://127.0.0.1/
gets 0 "" "fashion-mnist"
rm -rf cache

if "$program" data get mnist --mirror http://127.0.0.1:1 2>&1 | grep -q "made without libcurl"; then
    echo "skipped: fetching (the program was made without libcurl)"
    exit $((faults > 0))
fi
if ! command -v python3 >/dev/null || ! command -v openssl >/dev/null; then
    echo "skipped: fetching (python3 or openssl is missing)"
    exit $((faults > 0))
fi

# A server whose first folder is the kind of mishap: cut sends half, elsewhere leads to a file of this machine.
cat >server.py <<'PYTHON'
import functools, http.server, os, ssl, sys

class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/cut/"):
            self.send_response(200)
            self.send_header("Content-Length", "9912422")
            self.end_headers()
            self.wfile.write(b"x" * 1000)
        elif self.path.startswith("/elsewhere/"):
            self.send_response(302)
            self.send_header("Location", "file://" + os.path.abspath("server.py"))
            self.end_headers()
        else:
            super().do_GET()
    def log_message(self, *args):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory="served"))
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("cert.pem", "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(sys.argv[1] + ".new", "w") as f:
    f.write(str(server.server_address[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
PYTHON
mkdir -p served/{wrong,long}/mnist
echo "not the images" >served/wrong/mnist/train-images-idx3-ubyte.gz
head -c 9912423 /dev/zero >served/long/mnist/train-images-idx3-ubyte.gz
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 >/dev/null 2>&1 || exit 2
python3 server.py port 2>/dev/null &
python3 server.py port-tls tls 2>/dev/null &
for _ in $(seq 100); do
    if [ -s port ] && [ -s port-tls ]; then break; fi
    sleep 0.1
done
[ -s port ] && [ -s port-tls ] || { echo "the server did not start"; exit 2; }
plain=http://127.0.0.1:$(cat port) secure=https://127.0.0.1:$(cat port-tls)

gets 7 E270 "404" mnist --mirror "$plain/none"
gets 7 E270 "fetch" mnist --mirror "$plain/cut"
gets 7 E270 "more bytes than the file has" mnist --mirror "$plain/long"
gets 7 E270 "elsewhere" mnist --mirror "$plain/elsewhere"
gets 4 E271 "is not the file that is expected" mnist --mirror "$plain/wrong/"
gets 7 E270 "is there a network?" mnist --mirror http://127.0.0.1:1
gets 7 E270 "certificate" mnist --mirror "$secure/wrong"
SSL_CERT_FILE=$folder/cert.pem gets 4 E271 "SHA-256" mnist --mirror "$secure/wrong"
SUREFOOT_MIRROR=$plain/none gets 7 E270 "404" mnist
https_proxy=http://127.0.0.1:1 gets 7 E270 "127.0.0.1" mnist --mirror https://127.0.0.2/none
(
    ulimit -f 64
    gets 7 "" "train-images" mnist --mirror "$plain/long"
    exit "$faults"
) || faults=$?
if command -v flock >/dev/null; then
    mkdir -p "$kept"
    flock "$kept/.train-images-idx3-ubyte.gz.part" sleep 5 &
    sleep 0.5
    timeout 60 "$program" data get mnist --mirror "$plain/wrong" >answer 2>said
    [ $? -eq 9 ] || complain "a second get at once: exit status is not 9"
    grep -q -F 'error[E320]' said || complain "a second get at once: expected E320"
    kill $! 2>/dev/null
    rm -rf cache
fi

if [ ! -e "${SUREFOOT_DATA:-}/mnist/train-images-idx3-ubyte.gz" ]; then
    echo "skipped: fetching the real files (SUREFOOT_DATA has no mnist)"
    exit $((faults > 0))
fi
ln -s "$SUREFOOT_DATA/mnist" served/mnist
SSL_CERT_FILE=$folder/cert.pem gets 0 "" "write \`data: mnist\`" mnist --mirror "$secure"
[ "$(find "$kept" -type f | wc -l)" -eq 4 ] || complain "not four files in the cache: $(ls -A "$kept")"
"$program" data mnist >answer 2>said || complain "data mnist fails"
grep -q '54000 training, 6000 validation, 10000 test' answer || complain "data mnist: other counts: $(cat answer)"
gets 0 "" "train-images-idx3-ubyte.gz is there" mnist --mirror "$plain/none" # nothing is left to fetch
echo >>"$kept/t10k-labels-idx1-ubyte.gz"                                      # damaged: fetched again
gets 0 "" "write \`data: mnist\`" mnist --mirror "$plain"
cmp "$kept/t10k-labels-idx1-ubyte.gz" "$SUREFOOT_DATA/mnist/t10k-labels-idx1-ubyte.gz" || complain "the damaged file was not replaced"
exit $((faults > 0))
