#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""labs/coursework3 whole, then searched: by halving, and by tpe and gp on its table. labels: slow

Halving finds a point whose value in the whole grid is within 0.5 points of the grid's best, for at most a quarter of its steps. tpe and
gp, told what the table says, reach in 40 trials what random search reaches in 100: medians of 20 seeds."""
import contextlib
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(os.environ.get("SUREFOOT_SOURCE", Path(__file__).resolve().parent.parent))
PROGRAM = os.environ.get("SUREFOOT_BIN", str(SOURCE / "build/surefoot"))
LAB = SOURCE / "labs/coursework3"
SKIPPED = 77
NEAR, SHARE, SEEDS, LONG, SHORT = 0.005, 0.25, 20, 100, 40


def sweep(*arguments):
    done = subprocess.run([PROGRAM, "sweep", *map(str, arguments), "--json", "-q"], capture_output=True, text=True, check=False)
    if "without SQLite" in done.stderr:
        print("skipped: built without SQLite")
        sys.exit(SKIPPED)
    assert done.returncode in (0, 11), done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


def steps_of(folder):
    with contextlib.closing(sqlite3.connect(f"file:{folder}/sweep.db?mode=ro", uri=True)) as database:
        return database.execute("SELECT sum(steps) FROM trials").fetchone()[0]


def key(values):
    return json.dumps(values, sort_keys=True)


def best_by(sampler, seed, table, folder):
    """The best that the sampler finds of the table in SHORT trials."""
    text = (LAB / "sweep.yaml").read_text()
    for old, new in (("sampler: grid", f"sampler: {sampler}\nsampler_seed: {seed}\nbudget: {{trials: {len(table)}}}"),
                     ("seeds: 2", "seeds: 1"), ("recipe: base.yaml", f"recipe: {LAB}/base.yaml")):
        assert old in text
        text = text.replace(old, new)
    plan, run, best = Path(folder) / "plan.yaml", Path(folder) / f"{sampler}{seed}", 0
    plan.write_text(text)
    for i in range(SHORT):
        trial = sweep("ask", *([plan, "-o", run] if i == 0 else [run]))
        value = table[key(trial["values"])]
        sweep("tell", run, trial["trial"], "failed" if value is None else value)
        best = max(best, value or 0)
    return best


def main():
    if not os.access(PROGRAM, os.X_OK):
        print(f"skipped: no program at {PROGRAM}")
        sys.exit(SKIPPED)
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        whole = sweep(LAB / "sweep.yaml", "-o", f"{folder}/whole")
        table = {key(p["values"]): p["val_accuracy"] if p["done"] == 2 else None for p in whole["points"]}
        values = [v or 0 for v in table.values()]
        halved = sweep(LAB / "halving.yaml", "-o", f"{folder}/halved")
        found, share = table[key(halved["points"][0]["values"])], steps_of(f"{folder}/halved") / steps_of(f"{folder}/whole")
        print(f"the grid's best {max(values):.4f}; halving's choice {found:.4f} for {share:.3f} of the steps")
        if not (found or 0) >= max(values) - NEAR:
            failures.append("halving missed the best")
        if not share <= SHARE:
            failures.append(f"halving took more than {SHARE} of the steps")
        mark = statistics.median(max(random.Random(seed).sample(values, LONG)) for seed in range(SEEDS))
        for sampler in ("tpe", "gp"):
            got = statistics.median(best_by(sampler, seed, table, folder) for seed in range(SEEDS))
            print(f"random's best of {LONG}: {mark:.4f}; {sampler}'s of {SHORT}: {got:.4f}")
            if not got >= mark:
                failures.append(f"{sampler} is behind random search")
    for failure in failures:
        print("FAILED:", failure)
    sys.exit(bool(failures))


main()
