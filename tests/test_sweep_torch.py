#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The 54 trials of recipes/lr-momentum.yaml against PyTorch's, as tests/golden/sweep_lr_momentum.txt has them. labels: slow

At the best rate of each momentum validation accuracy is within 2 points of PyTorch's mean, and the rates with which PyTorch learns
nothing are those with which surefoot learns nothing or diverges."""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(os.environ.get("SUREFOOT_SOURCE", Path(__file__).resolve().parent.parent))
PROGRAM = os.environ.get("SUREFOOT_BIN", str(SOURCE / "build/surefoot"))
SKIPPED = 77
NEAR, LEARNT = 0.02, 0.2


def theirs():
    """(rate, momentum): (mean, greatest)"""
    lines = (SOURCE / "tests/golden/sweep_lr_momentum.txt").read_text().splitlines()
    rows = [[float(x) for x in line.split()[1:]] for line in lines if line.startswith("point")]
    return {(lr, momentum): (mean, greatest) for lr, momentum, mean, _, _, greatest, *_ in rows}


def ours():
    """(rate, momentum): mean, None where all seeds failed"""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([PROGRAM, "sweep", SOURCE / "recipes/lr-momentum.yaml", "-o", f"{folder}/sweep", "--json", "-q"],
                              capture_output=True, text=True, check=False)
    if "without SQLite" in done.stderr:
        print("skipped: built without SQLite")
        sys.exit(SKIPPED)
    assert done.returncode in (0, 11), done.stderr
    sweep = json.loads(done.stdout)
    assert sweep["complete"] and sweep["done"] + sweep["failed"] == 54, done.stdout[:400]
    values = [(p["values"], p["val_accuracy"]) for p in sweep["points"]]
    return {(float(v["optimizer.lr"]), float(v["optimizer.momentum"])): accuracy for v, accuracy in values}


def main():
    if not os.access(PROGRAM, os.X_OK):
        print(f"skipped: no program at {PROGRAM}")
        sys.exit(SKIPPED)
    want, got, failures = theirs(), ours(), []
    assert want.keys() == got.keys(), "other points than the golden file's"
    for momentum in sorted({m for _, m in want}):
        best = max(mean for (_, m), (mean, _) in want.items() if m == momentum)
        found = max(accuracy or 0 for (_, m), accuracy in got.items() if m == momentum)
        print(f"momentum {momentum:g}: best {found:.4f}, PyTorch {best:.4f}")
        if not abs(found - best) <= NEAR:
            failures.append(f"momentum {momentum:g} differs by more than {NEAR}")
    for (lr, momentum), (_, greatest) in sorted(want.items()):
        learns = (got[lr, momentum] or 0) >= LEARNT
        if learns != (greatest >= LEARNT):
            failures.append(f"rate {lr:g}, momentum {momentum:g}: {got[lr, momentum]}, PyTorch {greatest} at most")
    for failure in failures:
        print("FAILED:", failure)
    sys.exit(bool(failures))


main()
