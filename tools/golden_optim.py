#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/walks.txt: where every optimiser goes in a hundred steps under two schedules.

    python3 tools/golden_optim.py [folder]

The walk is over a small smooth problem, a matrix W (4, 3) and a vector b (4), together w (16):
    f(w) = sum a_i log cosh(w_i - t_i) + c/2 (sum w_i)^2
so that whoever follows it must use the optimiser's state, both tensors and the schedule. Computed in
float64 by torch.optim and torch.optim.lr_scheduler. Where torch has no such optimiser, a class below
states the equations of the paper. The format of the file is golden.py's, with ten digits.
"""
import pathlib
import sys

from torch_twin import ROOT, nn, torch

STEPS, EVERY, COUPLING = 100, 10, 0.02
OPT = torch.optim


class Paper(OPT.Optimizer):
    """An optimiser in float64 by its paper: `move(p, g, state, group, t)` returns the new weights."""

    def __init__(self, params, **options):
        super().__init__(params, options)

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                s = self.state[p]
                s["t"] = s.get("t", 0) + 1
                p.copy_(self.move(p, p.grad, s, group, s["t"]))


class Lion(Paper):
    """Chen et al. 2023, algorithm 2."""

    def move(self, w, g, s, k, t):
        m, (b1, b2) = s.get("m", torch.zeros_like(w)), k["betas"]
        c = b1 * m + (1 - b1) * g
        self.closest = min(getattr(self, "closest", 1.0), c.abs().min().item())
        s["m"] = b2 * m + (1 - b2) * g
        return w - k["lr"] * (torch.sign(c) + k["weight_decay"] * w)


class Lamb(Paper):
    """You et al. 2020, algorithm 2."""

    def move(self, w, g, s, k, t):
        zero, (b1, b2) = torch.zeros_like(w), k["betas"]
        s["m"] = b1 * s.get("m", zero) + (1 - b1) * g
        s["v"] = b2 * s.get("v", zero) + (1 - b2) * g * g
        u = (s["m"] / (1 - b1 ** t)) / (torch.sqrt(s["v"] / (1 - b2 ** t)) + k["eps"])
        u = u + k["weight_decay"] * w
        return w - k["lr"] * w.norm() / u.norm() * u


class Lars(Paper):
    """You, Gitman and Ginsburg 2017, equation 6; the rate outside of the momentum."""

    def move(self, w, g, s, k, t):
        local = k["trust"] * w.norm() / (g.norm() + k["weight_decay"] * w.norm() + k["eps"])
        s["m"] = k["momentum"] * s.get("m", torch.zeros_like(w)) + \
            local * (g + k["weight_decay"] * w)
        return w - k["lr"] * s["m"]


class Muon(Paper):
    """Jordan et al. 2024, with torch.optim.Muon's options but in float64 instead of bfloat16; AdamW
    for what is not a matrix."""

    def move(self, w, g, s, k, t):
        zero = torch.zeros_like(w)
        if w.dim() < 2:
            s["m"] = 0.9 * s.get("m", zero) + 0.1 * g
            s["v"] = 0.999 * s.get("v", zero) + 0.001 * g * g
            u = s["m"] / (1 - 0.9 ** t) / (torch.sqrt(s["v"] / (1 - 0.999 ** t)) + 1e-8)
            return w * (1 - k["lr"] * k["weight_decay"]) - k["lr"] * k["ratio"] * u
        mu = k["momentum"]
        s["m"] = mu * s.get("m", zero) + (1 - mu) * g
        x = (1 - mu) * g + mu * s["m"] if k["nesterov"] else s["m"]
        tall = x.shape[0] > x.shape[1]
        x = x.T if tall else x
        x = x / x.norm().clamp(min=1e-7)
        for _ in range(k["ns_steps"]):
            gram = x @ x.T
            x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
        x = x.T if tall else x
        rows, cols = w.shape
        scale = 0.2 * max(rows, cols) ** 0.5 if k["match"] else max(1, rows / cols) ** 0.5
        return w * (1 - k["lr"] * k["weight_decay"]) - k["lr"] * scale * x


# case: text, factory. A case's first word is the record that it stands for.
CASES = {
    "sgd": ("sgd lr=0.03 weight_decay=0.02", lambda p: OPT.SGD(p, lr=0.03, weight_decay=0.02)),
    "sgd_damped": ("sgd lr=0.02 momentum=0.8 dampening=0.3 weight_decay=0.01",
                   lambda p: OPT.SGD(p, lr=0.02, momentum=0.8, dampening=0.3, weight_decay=0.01)),
    "momentum": ("momentum lr=0.01", lambda p: OPT.SGD(p, lr=0.01, momentum=0.9)),
    "nesterov": ("nesterov lr=0.01 weight_decay=0.01",
                 lambda p: OPT.SGD(p, lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.01)),
    "rmsprop": ("rmsprop lr=0.01 weight_decay=0.01",
                lambda p: OPT.RMSprop(p, lr=0.01, weight_decay=0.01)),
    "rmsprop_centered": ("rmsprop lr=0.002 alpha=0.9 momentum=0.8 centered=true",
                         lambda p: OPT.RMSprop(p, lr=0.002, alpha=0.9, momentum=0.8,
                                               centered=True)),
    "adagrad": ("adagrad lr=0.1 lr_decay=0.01 initial_accumulator_value=0.1 weight_decay=0.01",
                lambda p: OPT.Adagrad(p, lr=0.1, lr_decay=0.01, initial_accumulator_value=0.1,
                                      weight_decay=0.01)),
    "adadelta": ("adadelta lr=1.5 weight_decay=0.01",
                 lambda p: OPT.Adadelta(p, lr=1.5, weight_decay=0.01)),
    "adam": ("adam lr=0.02 weight_decay=0.01", lambda p: OPT.Adam(p, lr=0.02, weight_decay=0.01)),
    "adam_amsgrad": ("adam lr=0.02 amsgrad=true", lambda p: OPT.Adam(p, lr=0.02, amsgrad=True)),
    "adamw": ("adamw lr=0.02 weight_decay=0.1",
              lambda p: OPT.AdamW(p, lr=0.02, weight_decay=0.1)),
    "adamw_amsgrad": ("adamw lr=0.02 amsgrad=true", lambda p: OPT.AdamW(p, lr=0.02, amsgrad=True)),
    "amsgrad": ("amsgrad lr=0.03 betas=[0.9,0.95] weight_decay=0.01",
                lambda p: OPT.Adam(p, lr=0.03, betas=(0.9, 0.95), amsgrad=True,
                                   weight_decay=0.01)),
    "nadam": ("nadam lr=0.01 weight_decay=0.01",
              lambda p: OPT.NAdam(p, lr=0.01, weight_decay=0.01)),
    "nadam_decoupled": ("nadam lr=0.01 weight_decay=0.1 decoupled_weight_decay=true",
                        lambda p: OPT.NAdam(p, lr=0.01, weight_decay=0.1,
                                            decoupled_weight_decay=True)),
    "radam": ("radam lr=0.02 betas=[0.9,0.99] weight_decay=0.01",
              lambda p: OPT.RAdam(p, lr=0.02, betas=(0.9, 0.99), weight_decay=0.01)),
    "radam_decoupled": ("radam lr=0.02 weight_decay=0.1 decoupled_weight_decay=true",
                        lambda p: OPT.RAdam(p, lr=0.02, weight_decay=0.1,
                                            decoupled_weight_decay=True)),
    "adamax": ("adamax lr=0.01 weight_decay=0.01",
               lambda p: OPT.Adamax(p, lr=0.01, weight_decay=0.01)),
    "lion": ("lion lr=0.003 weight_decay=0.1",
             lambda p: Lion(p, lr=0.003, betas=(0.9, 0.99), weight_decay=0.1)),
    "rprop": ("rprop lr=0.001 etas=[0.5,1.05] step_sizes=[1e-6,0.02]",
              lambda p: OPT.Rprop(p, lr=0.001, etas=(0.5, 1.05), step_sizes=(1e-6, 0.02))),
}

CASES |= {
    "lamb": ("lamb lr=0.01 betas=[0.9,0.99] weight_decay=0.1",
             lambda p: Lamb(p, lr=0.01, betas=(0.9, 0.99), eps=1e-6, weight_decay=0.1)),
    "lars": ("lars lr=2 trust_coeff=0.001 weight_decay=0.01",
             lambda p: Lars(p, lr=2, momentum=0.9, trust=0.001, eps=1e-8, weight_decay=0.01)),
    "muon": ("muon lr=0.01", lambda p: Muon(p, lr=0.01, momentum=0.95, nesterov=True, ns_steps=5,
                                            weight_decay=0.1, match=False, ratio=1)),
    "muon_matched": ("muon lr=0.01 momentum=0.9 nesterov=false ns_steps=3 weight_decay=0 "
                     "adjust_lr_fn=match_rms_adamw adam_lr_ratio=0.5",
                     lambda p: Muon(p, lr=0.01, momentum=0.9, nesterov=False, ns_steps=3,
                                    weight_decay=0, match=True, ratio=0.5)),
}

SCHEDULES = {
    "cosine": ("cosine min=0.001", lambda o: OPT.lr_scheduler.CosineAnnealingLR(o, STEPS, 1e-3)),
    "step": ("step step_size=30 unit=step gamma=0.5", lambda o: OPT.lr_scheduler.StepLR(o, 30, 0.5)),
}


def check_muon():
    """Our equations are torch.optim.Muon's, up to its bfloat16."""
    gen = torch.Generator().manual_seed(5)
    start, grads = torch.randn(4, 3, generator=gen), torch.randn(6, 4, 3, generator=gen)
    ours, theirs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    a = Muon([ours], lr=0.1, momentum=0.95, nesterov=True, ns_steps=5, weight_decay=0.1,
             match=False, ratio=1)
    b = OPT.Muon([theirs], lr=0.1)
    for g in grads:
        ours.grad, theirs.grad = g.clone(), g.clone()
        a.step(), b.step()
    moved = (theirs - start).norm()
    assert (ours - theirs).norm() < 0.02 * moved, (ours - theirs, moved)


def walk(make, schedule, w, a, target):
    """The weights behind every tenth step."""
    W, b = nn.Parameter(w[:12].reshape(4, 3).clone()), nn.Parameter(w[12:].clone())
    optimiser, path = make([W, b]), []
    rates = schedule(optimiser)
    for k in range(STEPS):
        optimiser.zero_grad()
        x = torch.cat([W.reshape(-1), b])
        (torch.sum(a * torch.log(torch.cosh(x - target))) + COUPLING / 2 * x.sum() ** 2).backward()
        optimiser.step()
        rates.step()
        if (k + 1) % EVERY == 0:
            path.append(torch.cat([W.reshape(-1), b]).detach().clone())
    if hasattr(optimiser, "closest"):   # where a sign decides, rounding must not
        assert optimiser.closest > 1e-4, optimiser.closest
    return torch.stack(path)


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests" / "golden"
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    check_muon()
    gen = torch.Generator().manual_seed(21)
    w = torch.randn(16, generator=gen).float().double()
    a = (0.5 + 1.5 * torch.rand(16, generator=gen)).float().double()
    sign = torch.where(torch.rand(16, generator=gen) < 0.5, -1.0, 1.0)
    target = (w + sign * (1 + torch.rand(16, generator=gen))).float().double()
    lines = ["# " + line for line in __doc__.split("\n\n")[2].strip().splitlines()]
    lines.append(f"text made_with tools/golden_optim.py torch {torch.__version__.split('+')[0]}")

    def tensor(name, t):
        lines.append(f"tensor {name} {' '.join(map(str, t.shape))} : " +
                     " ".join(f"{v:.10g}" for v in t.reshape(-1).tolist()))

    lines.append(f"scalar coupling {COUPLING}")
    lines.append("text cases " + " ".join(f"{c}/{s}" for c in CASES for s in SCHEDULES))
    tensor("w", w)
    tensor("a", a)
    tensor("target", target)
    for s, (text, _) in SCHEDULES.items():
        lines.append(f"text {s} {text}")
    for case, (text, make) in CASES.items():
        lines.append(f"text {case} {text}")
        for s, (_, schedule) in SCHEDULES.items():
            tensor(f"{case}/{s}", walk(make, schedule, w, a, target))
    path = folder / "walks.txt"
    path.write_text("\n".join(lines) + "\n")
    print(f"{path}: {path.stat().st_size} bytes")


main()
