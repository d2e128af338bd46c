# SPDX-License-Identifier: MIT
"""Times the five benchmark workloads in PyTorch: eager and torch.compile, float32, on the CPU.

    python3 bench/peers.py [W1 W2 W3 W4 W5] [--threads 1 2] [--modes eager compile] [--seconds 2]

prints one JSON object a line (talk goes to stderr):
    {"workload", "mode", "threads", "step_us", "min_us", "peak_rss_mb", "variant",
     "first_step_ms", "torch"}
and first {"workload": "import", "startup_ms", "peak_rss_mb"}: `python -c "import torch"`.

step_us is the median time of a whole training step (zero the gradients, forward, loss, backward,
update) on one batch that stays in memory, over at least --seconds and 20 steps after a warm-up;
min_us is the shortest. Every measurement has a process of its own, so that peak_rss_mb is its own.
What a user would try is tried, the fastest counts and `variant` names it: the optimiser as it comes
(foreach) or fused=True, with torch.compile also compiled; for the convolutional nets both memory
formats. first_step_ms holds the compilation, shortened by what torch finds in its cache.

W5 is ResNet-20 of He et al. (2016) for CIFAR with projection shortcuts (option B: 1x1 convolution
and BatchNorm) where the shape changes; its first convolution has 16 channels.
"""
import argparse
import itertools
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
from torch_twin import nn, torch, twin  # noqa: E402  (installs torch where it is missing)


def resnet_block(channels, stride=1):
    conv = f"conv2d {channels} kernel=3 padding=1 bias=false"
    body = f"residual ( {conv} stride={stride} | batchnorm | relu | {conv} | batchnorm )"
    cut = f" shortcut ( conv2d {channels} kernel=1 stride={stride} bias=false | batchnorm )"
    return body + (cut if stride != 1 else "") + " | relu"


RESNET20 = " | ".join(
    ["conv2d 16 kernel=3 padding=1 bias=false | batchnorm | relu"]
    + [resnet_block(16)] * 3
    + [resnet_block(32, 2)] + [resnet_block(32)] * 2
    + [resnet_block(64, 2)] + [resnet_block(64)] * 2
    + ["global_avgpool | linear 10"])

# stack text, input shape, batch, optimiser
WORKLOADS = {
    "W1": ("linear 100 | relu | linear 100 | relu | linear 10", (40,), 100, "adam"),
    "W2": ("repeat 2 ( linear 512 | batchnorm | relu ) | linear 10", (784,), 128, "adam"),
    "W3": ("repeat 20 ( linear 256 | batchnorm | relu ) | linear 10", (784,), 128, "momentum"),
    "W4": ("conv2d 32 kernel=3 | relu | conv2d 64 kernel=3 | relu | maxpool 2 | dropout 0.25 | "
           "flatten | linear 128 | relu | dropout 0.5 | linear 10", (1, 28, 28), 64, "adam"),
    "W5": (RESNET20, (3, 32, 32), 128, "momentum+decay"),
}


def optimiser_of(kind, parameters, fused):
    extra = {"fused": True} if fused else {}
    if kind == "adam":
        return torch.optim.Adam(parameters, lr=1e-3, **extra)
    decay = 1e-4 if "decay" in kind else 0.0
    return torch.optim.SGD(parameters, lr=0.01, momentum=0.9, weight_decay=decay, **extra)


def make_step(workload, mode, update, channels_last):
    """A closure that does one training step."""
    torch.manual_seed(0)
    text, shape, batch, kind = WORKLOADS[workload]
    model, out = twin(text, shape)
    x, y = torch.randn(batch, *shape), torch.randint(0, out[0], (batch,))
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)

    def loss_of(x, y):
        return nn.functional.cross_entropy(model(x), y)

    optimiser = optimiser_of(kind, model.parameters(), update == "fused")
    loss = torch.compile(loss_of) if mode == "compile" else loss_of
    apply = torch.compile(optimiser.step) if update == "compiled" else optimiser.step

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss(x, y).backward()
        apply()

    return step


def measure(step, seconds):
    """Median and shortest step in microseconds, after a warm-up of a quarter of the time."""
    for limit, fewest in ((seconds / 4, 3), (seconds, 20)):
        times, end = [], time.perf_counter() + limit
        while len(times) < fewest or time.perf_counter() < end:
            start = time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
    return round(1e6 * statistics.median(times), 1), round(1e6 * min(times), 1)


def child(workload, mode, threads, update, channels_last, seconds):
    torch.set_num_threads(threads)
    step = make_step(workload, mode, update, channels_last)
    start = time.perf_counter()
    step()
    first = time.perf_counter() - start
    median, shortest = measure(step, seconds)
    print(json.dumps({
        "workload": workload, "mode": mode, "threads": threads, "step_us": median,
        "min_us": shortest,
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "variant": update + (" channels_last" if channels_last else ""),
        "first_step_ms": round(1e3 * first, 1), "torch": torch.__version__.split("+")[0]}))


def best_of(workload, mode, threads, seconds):
    """Runs each variant in a process of its own; the fastest, or None when all of them failed."""
    formats = (False, True) if "conv2d" in WORKLOADS[workload][0] else (False,)
    updates = ("foreach", "fused") + (("compiled",) if mode == "compile" else ())
    results = []
    for update, channels_last in itertools.product(updates, formats):
        spec = json.dumps([workload, mode, threads, update, channels_last, seconds])
        env = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
        run = subprocess.run([sys.executable, __file__, "--child", spec], env=env,
                             stdout=subprocess.PIPE, text=True)
        if run.returncode:
            print(f"{spec}: failed with status {run.returncode}", file=sys.stderr)
            continue
        print(run.stdout.strip(), file=sys.stderr)
        results.append(json.loads(run.stdout.strip().splitlines()[-1]))
    return min(results, key=lambda r: r["step_us"], default=None)


def startup():
    """Wall time and memory of a process that only imports torch (the best of five)."""
    code = ("import torch, resource; "
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)")
    times, memory = [], 0.0
    for _ in range(5):
        start = time.perf_counter()
        run = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True,
                             check=True)
        times.append(time.perf_counter() - start)
        memory = float(run.stdout)
    return {"workload": "import", "startup_ms": round(1e3 * min(times), 1),
            "peak_rss_mb": round(memory, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS), metavar="W1..W5")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--modes", nargs="+", choices=["eager", "compile"],
                        default=["eager", "compile"])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return child(*json.loads(args.child))
    unknown = [w for w in args.workloads if w not in WORKLOADS]
    if unknown:
        parser.error(f"no workload {unknown[0]!r}; there are {' '.join(WORKLOADS)}")
    print(json.dumps(startup()), flush=True)
    for w, threads, mode in itertools.product(args.workloads, args.threads, args.modes):
        result = best_of(w, mode, threads, args.seconds)
        if result:
            print(json.dumps(result), flush=True)


main()
