#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every claim of labs/, small: it comes out as claim.yaml says. labels: slow lab
set -u
bin=${SUREFOOT_BIN:-build/surefoot}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
TMPDIR=$work SUREFOOT_LABS=${SUREFOOT_SOURCE:?}/labs "$bin" lab check
