# SPDX-License-Identifier: MIT
"""What a sweep costs beside its training, and what PyTorch takes for the same 54 trainings.

    python3 bench/sweep.py [--program build/surefoot] [--json]

Runs recipes/lr-momentum.yaml, then 1,000 small trials, a report of these, and opens a folder of
10,000 that is made of copies of their rows. Where build/venv has PyTorch, bench/sweep_torch.py
follows in the same run, with as many processes. Times of the wall are of whole programs, their
start included; CPU is of the manager alone, to its last breath.
"""
import argparse
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / "build" / "venv" / "bin" / "python"
MANY, STORED, SWEEP_FAILED = 1000, 10000, 11
SMALL = f"""recipe:
  data: digits
  split: {{validation: 0.2}}
  model: flatten | linear 16 | relu | linear
  optimizer: sgd lr=0.1 momentum=0.5
  train: {{epochs: 2, batch: 100}}
vary:
  optimizer.lr: {{min: 1e-3, max: 1, log: true}}
  optimizer.momentum: {{min: 0, max: 0.95}}
  train.batch: [25, 50, 100]
sampler: sobol
budget: {{trials: {MANY}}}
rank_by: val_accuracy
"""


def run(command, out):
    """Wall seconds of a program, and CPU seconds of it without its children."""
    start = time.perf_counter()
    with open(out, "w") as file:
        child = subprocess.Popen(command, stdout=file)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        wall = time.perf_counter() - start
        try:
            cpu = int(pathlib.Path(f"/proc/{child.pid}/schedstat").read_text().split()[0]) / 1e9
        except OSError:
            cpu = None  # not Linux
        if child.wait() not in (0, SWEEP_FAILED):
            raise SystemExit(f"{' '.join(map(str, command))} ended with {child.returncode}")
    return wall, cpu


def sweep(program, plan, folder):
    out = f"{folder}.json"
    wall, cpu = run([program, "sweep", plan, "-o", folder, "-q", "--json"], out)
    facts = json.loads(pathlib.Path(out).read_text())
    trials = facts["done"] + facts["failed"]
    return {"trials": trials, "workers": facts["workers"], "wall_seconds": wall, "trial_seconds": facts["trial_seconds"],
            "busy": facts["trial_seconds"] / facts["workers"] / wall, "manager_ms": 1e3 * cpu / trials if cpu else None}


def multiply(folder, to):
    """A folder of STORED trials: those of `folder`, again and again."""
    os.mkdir(to)
    shutil.copy(f"{folder}/sweep.db", to)
    db = sqlite3.connect(f"{to}/sweep.db")
    rows = db.execute("SELECT * FROM trials ORDER BY number").fetchall()
    marks = ",".join("?" * len(rows[0]))
    copies = ((i, i, *rows[i % MANY][2:]) for i in range(MANY, STORED))  # number, point, …: one seed
    db.executemany(f"INSERT INTO trials VALUES({marks})", copies)
    db.commit()
    db.close()


def torch(processes, folder):
    if subprocess.run([VENV, "-c", "import torch, numpy"], stderr=subprocess.DEVNULL).returncode:
        return None
    out = f"{folder}/torch.json"
    subprocess.run([VENV, ROOT / "bench/sweep_torch.py", "-o", out, "--processes", str(processes)], check=True)
    return json.loads(pathlib.Path(out).read_text())


def measure(program, folder):
    table = sweep(program, ROOT / "recipes/lr-momentum.yaml", f"{folder}/table")
    plan = pathlib.Path(f"{folder}/small.yaml")
    plan.write_text(SMALL)
    result = {"table": table, "small": sweep(program, plan, f"{folder}/small")}
    out = f"{folder}/out"
    result["report_seconds"] = run([program, "report", f"{folder}/small", "-q"], out)[0]
    multiply(f"{folder}/small", f"{folder}/stored")
    stored = [program, "sweep", f"{folder}/stored", "--trials", str(STORED), "-q"]
    result["stored_seconds"] = min(run(stored, out)[0] for _ in range(3))
    theirs = torch(table["workers"], folder) if VENV.exists() else None
    if theirs:
        result["torch"] = {"version": theirs["torch"], "wall_seconds": theirs["wall_seconds"],
                           "times": theirs["wall_seconds"] / table["wall_seconds"]}
    return result


def show(result):
    print(f"{'':24} {'trials':>7} {'workers':>8} {'wall s':>8} {'training s':>11} {'training/workers/wall':>22} {'manager ms a trial':>19}")
    for name, key in (("recipes/lr-momentum.yaml", "table"), ("small trainings", "small")):
        r = result[key]
        manager = "-" if r["manager_ms"] is None else f"{r['manager_ms']:.2f}"
        print(f"{name:24} {r['trials']:7} {r['workers']:8} {r['wall_seconds']:8.2f} {r['trial_seconds']:11.2f}"
              f" {100 * r['busy']:21.0f}% {manager:>19}")
    print(f"report of {MANY:,} trials: {result['report_seconds']:.2f} s; {STORED:,} stored trials opened and ranked: "
          f"{result['stored_seconds']:.2f} s")
    if "torch" in result:
        t = result["torch"]
        print(f"PyTorch {t['version']}, the 54 trainings by as many processes: {t['wall_seconds']:.1f} s, {t['times']:.1f} times as long")
    else:
        print("PyTorch is not in build/venv: ./dev bench sweep --peers puts it there")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/surefoot")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(args.program.resolve(), folder)
    if args.json:
        print(json.dumps(result, indent=1))
    else:
        show(result)


main()
