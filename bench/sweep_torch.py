# SPDX-License-Identifier: MIT
"""The 54 trainings of recipes/lr-momentum.yaml in PyTorch, by two processes of one thread each.

    python3 bench/sweep_torch.py [-o FILE.json] [--seeds 3] [--processes 2] [--golden FILE.txt]

prints a JSON object: {"torch", "processes", "wall_seconds", "busy_seconds", "runs": [{"lr",
"momentum", "seed", "epochs", "val_accuracy", "last_val_accuracy", "test_accuracy", "seconds"}]}.
wall_seconds is from the start of the processes to the end of the last one, the import of torch
included; making the data set is not. val_accuracy is of the best epoch, test_accuracy of the last,
"epochs" those that were finished before the loss stopped being finite.

Loops are written as one would who wants them fast: tensors in memory, batches by a permutation, no
DataLoader, SGD fused. Weights are Kaiming normal for ReLU, biases zero.

--golden writes a line a point: mean, deviation, least and greatest val_accuracy over the seeds.
"""
import argparse
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RATES = [1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]
MOMENTA = [0, 0.9]
EPOCHS, BATCH, TRAIN = 100, 100, 3200


# ---- data -----------------------------------------------------------------------------------------


def templates(np):
    """The ten shapes, from the source that has them."""
    text = (ROOT / "src/data/mnist1d.c").read_text()
    table = text[text.index("shapes[CLASSES]"):]
    table = table[table.index("{"):table.index(";")]
    return np.array([float(x) for x in re.findall(r"-?\d+(?:\.\d+)?", table)]).reshape(10, 12)


def mnist1d(np):
    """As src/data/mnist1d.c makes it: 5,000 samples in the order of the data set, and labels."""
    random, long = np.random.RandomState(42), 72
    places = np.linspace(0, 1, long)
    weights = np.exp(-0.5 * np.arange(-8, 9) ** 2 / 4)
    weights /= weights.sum()
    samples = []
    for shape in np.repeat(templates(np), 500, axis=0):
        pad = 36 + int(random.rand() * 25)
        padded = np.concatenate([shape + 1e-8, np.zeros(pad)])
        x = np.interp(places, np.linspace(0, 1, len(padded)), padded)
        scale = 1 + 0.4 * (random.rand() - 0.5)
        x = np.roll(scale * x, random.randint(0, 48))
        noise = np.pad(0.25 * random.randn(long), 8, mode="symmetric")
        x = np.where(x != 0, x, np.convolve(noise, weights, mode="valid"))
        x = x + 0.02 * random.randn(long)
        x = x - 0.75 * (random.rand() - 0.5) * (places - 0.5)
        samples.append(np.interp(np.linspace(0, 1, 40), places, x))
    order = random.permutation(5000)
    samples = np.array(samples)
    samples = (samples - samples.mean()) / samples.std()
    return samples[order].astype(np.float32), (order // 500).astype(np.int64)


# ---- one training ---------------------------------------------------------------------------------


def train(torch, data, lr, momentum, seed):
    x, y, val_x, val_y, test_x, test_y = data
    nn = torch.nn
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(40, 100), nn.ReLU(), nn.Linear(100, 100), nn.ReLU(),
                          nn.Linear(100, 10))
    for layer in model[::2]:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    optimiser = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, fused=True)
    start, accuracy, finite = time.perf_counter(), [], True

    def right(inputs, labels):
        with torch.no_grad():
            return float((model(inputs).argmax(1) == labels).float().mean())

    while finite and len(accuracy) < EPOCHS:
        for batch in torch.randperm(TRAIN).split(BATCH):
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            finite = math.isfinite(loss.item())
            if not finite:
                break
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
        else:
            accuracy.append(right(val_x, val_y))
    return {"lr": lr, "momentum": momentum, "seed": seed, "epochs": len(accuracy),
            "val_accuracy": max(accuracy, default=None),
            "last_val_accuracy": accuracy[-1] if accuracy else None,
            "test_accuracy": right(test_x, test_y) if finite else None,
            "seconds": round(time.perf_counter() - start, 4)}


def child(path, runs):
    import numpy as np
    import torch
    torch.set_num_threads(1)
    with np.load(path) as file:
        x, y = torch.from_numpy(file["x"]), torch.from_numpy(file["y"])
    data = (x[:TRAIN], y[:TRAIN], x[TRAIN:4000], y[TRAIN:4000], x[4000:], y[4000:])
    for run in runs:
        print(json.dumps(train(torch, data, *run)), flush=True)


# ---- all of them ----------------------------------------------------------------------------------


def sweep(path, seeds, processes):
    runs = [(lr, momentum, seed) for lr in RATES for momentum in MOMENTA for seed in range(seeds)]
    env = dict(os.environ, OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    start = time.perf_counter()
    children = [subprocess.Popen([sys.executable, __file__, "--child", path,
                                  json.dumps(runs[i::processes])],
                                 env=env, stdout=subprocess.PIPE, text=True)
                for i in range(processes)]
    results = [json.loads(line) for c in children for line in c.communicate()[0].splitlines()]
    wall = time.perf_counter() - start
    if any(c.returncode for c in children) or len(results) != len(runs):
        raise SystemExit("a process failed")
    results.sort(key=lambda r: (r["lr"], r["momentum"], r["seed"]))
    return wall, results


def golden(results, version):
    lines = [f"# Validation accuracy at the best epoch by bench/sweep_torch.py, PyTorch {version}:",
             "# point LR MOMENTUM mean deviation least greatest seeds, diverged of them"]
    points = sorted({(r["lr"], r["momentum"]) for r in results})
    for lr, momentum in points:
        here = [r for r in results if (r["lr"], r["momentum"]) == (lr, momentum)]
        # who diverges within the first epoch knows as much as one that guesses
        best = [0.1 if r["val_accuracy"] is None else r["val_accuracy"] for r in here]
        spread = statistics.stdev(best) if len(best) > 1 else 0
        diverged = sum(r["epochs"] < EPOCHS for r in here)
        lines.append(f"point {lr:g} {momentum:g} {statistics.mean(best):.5f} {spread:.5f} "
                     f"{min(best):.5f} {max(best):.5f} {len(best)} {diverged}")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--golden", type=pathlib.Path)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return child(args.child[0], json.loads(args.child[1]))
    sys.path.insert(0, str(ROOT / "tools"))
    from torch_twin import torch  # installs torch where it is missing
    import numpy as np
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "mnist1d.npz")
        x, y = mnist1d(np)
        np.savez(path, x=x, y=y)
        wall, results = sweep(path, args.seeds, args.processes)
    version = torch.__version__.split("+")[0]
    text = json.dumps({"torch": version, "processes": args.processes, "wall_seconds": round(wall, 3),
                       "busy_seconds": round(sum(r["seconds"] for r in results), 3),
                       "runs": results}, indent=1)
    if args.output:
        args.output.write_text(text + "\n")
    else:
        print(text)
    if args.golden:
        args.golden.write_text(golden(results, version))


main()
