# SPDX-License-Identifier: MIT
"""Writes tests/golden/schedules_torch.txt: 1,000 rates of every schedule that PyTorch has.

    python3 tools/golden_schedules.py [folder]

The format is that of tools/golden.py, with eight digits.
"""
import math
import pathlib
import sys

from torch_twin import ROOT, torch

BASE, STEPS, EPOCH, WARMUP, STRIDE, SPARSE = 0.1, 1000, 25, 60, 23, 7
lr = torch.optim.lr_scheduler


def each_step(make):
    """Rates and momenta of a scheduler that is stepped after every batch."""
    def rates(steps):
        o = optimiser()
        s = make(o, steps)
        out = []
        for k in range(steps):
            out.append(now(o))
            o.step()
            if k + 1 < steps:
                s.step()
        return out
    return rates


def each_epoch(make):
    """The same stepped after every epoch."""
    def rates(steps):
        o = optimiser()
        s = make(o, steps)
        out = []
        for k in range(steps):
            out.append(now(o))
            o.step()
            if (k + 1) % EPOCH == 0:
                s.step()
        return out
    return rates


def fractions(make):
    """The same stepped after every batch with the epoch as a fraction, as its documentation shows."""
    def rates(steps):
        o = optimiser()
        s = make(o, steps)
        out = []
        for k in range(steps):
            s.step(k / EPOCH)
            out.append(now(o))
            o.step()
        return out
    return rates


def optimiser():
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE, momentum=0.9)


def now(o):
    return o.param_groups[0]["lr"], o.param_groups[0]["momentum"]


# label: the words of our recipe, PyTorch's way to the rates
CASES = {
    "step": ("step step_size=7 gamma=0.5", each_epoch(lambda o, n: lr.StepLR(o, 7, 0.5))),
    "step_steps": ("step step_size=130 gamma=0.3 unit=step",
                   each_step(lambda o, n: lr.StepLR(o, 130, 0.3))),
    "multistep": ("multistep milestones=[8,20,21] gamma=0.2",
                  each_epoch(lambda o, n: lr.MultiStepLR(o, [8, 20, 21], 0.2))),
    "multistep_steps": ("multistep milestones=[300,777] unit=step",
                        each_step(lambda o, n: lr.MultiStepLR(o, [300, 777]))),
    "exponential": ("exponential gamma=0.9",
                    each_epoch(lambda o, n: lr.ExponentialLR(o, 0.9))),
    "exponential_steps": ("exponential gamma=0.995 unit=step",
                          each_step(lambda o, n: lr.ExponentialLR(o, 0.995))),
    "polynomial": ("polynomial power=0.9", each_step(lambda o, n: lr.PolynomialLR(o, n, 0.9))),
    "polynomial_short": ("polynomial power=2 total_iters=24 unit=epoch",
                         each_step(lambda o, n: lr.PolynomialLR(o, 24 * EPOCH, 2))),
    "linear": ("linear start_factor=0.3333333333333333 end_factor=1 total_iters=400",
               each_step(lambda o, n: lr.LinearLR(o, 1 / 3, 1, 400))),
    "cosine": ("cosine min=0.0001", each_step(lambda o, n: lr.CosineAnnealingLR(o, n, 1e-4))),
    "cosine_periodic": ("cosine t_max=300",
                        each_step(lambda o, n: lr.CosineAnnealingLR(o, 300))),
    "cosine_restarts": ("cosine_restarts t_0=5 t_mult=2 min=0.001",
                        fractions(lambda o, n: lr.CosineAnnealingWarmRestarts(o, 5, 2, 1e-3))),
    "cosine_restarts_even": ("cosine_restarts t_0=210 unit=step",
                             each_step(lambda o, n: lr.CosineAnnealingWarmRestarts(o, 210))),
    "one_cycle": ("one_cycle", each_step(lambda o, n: lr.OneCycleLR(o, BASE, n))),
    "one_cycle_three": ("one_cycle pct_start=0.4 anneal_strategy=linear three_phase=true "
                        "div_factor=10 final_div_factor=100",
                        each_step(lambda o, n: lr.OneCycleLR(
                            o, BASE, n, pct_start=0.4, anneal_strategy="linear", three_phase=True,
                            div_factor=10, final_div_factor=100))),
    "cyclic": ("cyclic base_lr=0.01 step_size_up=90 step_size_down=40",
               each_step(lambda o, n: lr.CyclicLR(o, 0.01, BASE, 90, 40))),
    "cyclic_triangular2": ("cyclic triangular2 base_lr=0.02 step_size_up=4 unit=epoch",
                           each_step(lambda o, n: lr.CyclicLR(o, 0.02, BASE, 100,
                                                              mode="triangular2"))),
    "cyclic_exp_range": ("cyclic exp_range base_lr=0.01 step_size_up=150 gamma=0.998",
                         each_step(lambda o, n: lr.CyclicLR(o, 0.01, BASE, 150, mode="exp_range",
                                                            gamma=0.998))),
    "constant": ("constant", each_step(lambda o, n: lr.ConstantLR(o, 1.0, 0))),
    "piecewise": ("piecewise boundaries=[4,10] factors=[1,0.5,0.05]",
                  each_epoch(lambda o, n: lr.LambdaLR(
                      o, lambda e: 1 if e < 4 else 0.5 if e < 10 else 0.05))),
    "inverse_sqrt": ("inverse_sqrt timescale=50", each_step(lambda o, n: lr.LambdaLR(
        o, lambda k: math.sqrt(50 / (50 + k))))),
    "inverse_time": ("inverse_time decay_rate=0.5 decay_steps=200", each_step(
        lambda o, n: lr.LambdaLR(o, lambda k: 1 / (1 + 0.5 * k / 200)))),
    "wsd": ("wsd decay_steps=250", each_step(lambda o, n: lr.SequentialLR(o, [
        lr.ConstantLR(o, 1.0, 0), lr.LinearLR(o, 1, 0, 250)], [n - 250]))),
}

# Second cases of a schedule, of which every SPARSE-th step is enough.
THIN = {"exponential_steps", "polynomial_short", "cosine_periodic", "cosine_restarts_even", "one_cycle_three",
        "cyclic_exp_range", "inverse_sqrt", "inverse_time"}

# label: the words, ReduceLROnPlateau's options, which of the two series it watches
PLATEAUS = {
    "plateau": ("plateau patience=3", {"patience": 3}, "loss"),
    "plateau_rest": ("plateau factor=0.5 patience=2 cooldown=4 threshold=0.01 threshold_mode=abs "
                     "min=0.01", {"factor": 0.5, "patience": 2, "cooldown": 4, "threshold": 0.01,
                                  "threshold_mode": "abs", "min_lr": 0.01}, "loss"),
    "plateau_accuracy": ("plateau factor=0.7 patience=1 monitor=accuracy",
                         {"factor": 0.7, "patience": 1, "mode": "max"}, "accuracy"),
}


def scores():
    """A hundred evaluations that fall, waver, and once are NaN."""
    loss = [2.3 * math.exp(-i / 25) + 0.15 * math.sin(1.7 * i) + 0.3 for i in range(100)]
    loss[31] = math.nan
    return loss, [1 - x / 4 for x in loss]


def numbers(values):
    return " ".join(f"{v:.8g}" for v in values)


def changes(values):
    """Pairs of a step and the value that begins there."""
    return [(k, v) for k, v in enumerate(values) if k == 0 or v != values[k - 1]]


def tensor(name, values):
    few = changes(values)
    if 2 * len(few) < len(values):
        flat = [x for pair in few for x in pair]
        return f"tensor {name} {len(few)} 2 : {numbers(flat)}"
    return f"tensor {name} {len(values)} : {numbers(values)}"


def warmed(rates):
    """Every STRIDE-th rate behind and in a warm-up: a ramp, then PyTorch on what remains."""
    after = rates(STEPS - WARMUP)
    whole = [BASE * (k + 1) / WARMUP for k in range(WARMUP)] + [x for x, _ in after]
    return whole[::STRIDE]


def case(lines, label, words, rates):
    got = rates(STEPS)
    lines.append(f"text {label} {words}")
    if label in THIN:
        some = [x for x, _ in got[::SPARSE]]
        lines.append(f"tensor {label}/thin {len(some)} : {numbers(some)}")
    else:
        lines.append(tensor(f"{label}/lr", [x for x, _ in got]))
    if any(m != 0.9 for _, m in got):
        lines.append(f"tensor {label}/momentum {len(got[::STRIDE])} : "
                     f"{numbers([m for _, m in got[::STRIDE]])}")
    if label != "wsd":      # whose share of the run counts the warm-up too
        ramp = warmed(rates)
        lines.append(f"tensor {label}/warmed {len(ramp)} : {numbers(ramp)}")


def plateau(lines, label, words, options, series):
    loss, accuracy = scores()
    o = optimiser()
    s = lr.ReduceLROnPlateau(o, **options)
    out = []
    for x in loss if series == "loss" else accuracy:
        s.step(x)
        out.append(now(o)[0])
    lines.append(f"text {label} {words}")
    lines.append(tensor(f"{label}/lr", out))


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests" / "golden"
    lines = [f"# {STEPS} steps of {EPOCH} an epoch. LABEL/lr: a value a step, or pairs of a step and the",
             "# value that begins there; thin: every SPARSE-th step; momentum, warmed: every STRIDE-th;",
             "# warmed: behind a ramp of WARMUP steps.",
             "# plateaus: the rate after each of the evaluations loss or accuracy.",
             f"text made_with tools/golden_schedules.py torch {torch.__version__.split('+')[0]}",
             f"scalar base {BASE}", f"scalar steps {STEPS}", f"scalar epoch {EPOCH}",
             f"scalar warmup {WARMUP}", f"scalar stride {STRIDE}", f"scalar sparse {SPARSE}",
             "text cases " + " ".join(CASES), "text plateaus " + " ".join(PLATEAUS)]
    for label, (words, rates) in CASES.items():
        case(lines, label, words, rates)
    for label, (words, options, series) in PLATEAUS.items():
        plateau(lines, label, words, options, series)
    path = folder / "schedules_torch.txt"
    path.write_text("\n".join(lines) + "\n")
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
