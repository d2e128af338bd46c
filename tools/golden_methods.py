# SPDX-License-Identifier: MIT
"""Writes tests/golden/methods.txt: walks of wrappers, averages of weights and L-BFGS.

    python3 tools/golden_methods.py [folder]

The function is f(x) = sum a_i (x_i - b_i)^2 / 2 + (sum x_i)^2 / 20 + sum (x_i - b_i)^4 / 40, or Rosenbrock's. All in
float64. EMA, SWA and L-BFGS are PyTorch's own; SAM, ASAM and Lookahead, which PyTorch does not have, are written here
from their papers' equations around PyTorch's optimisers. Each case is a tensor of what is looked at behind every tenth
step: the weights, or the averaged ones.
"""
import pathlib
import sys

from golden import Golden
from torch_twin import ROOT, torch

STEPS, EVERY = 100, 10
A = torch.tensor([1.0, 0.5, 2.0, 1.5, 0.25, 3.0, 0.75, 1.25], dtype=torch.float64)
B = torch.tensor([0.5, -1.0, 0.25, 1.5, -0.5, 0.125, 2.0, -1.25], dtype=torch.float64)
START = torch.tensor([1.0, 1.0, -1.0, 0.5, 2.0, -0.5, 0.0, 0.75], dtype=torch.float64)


def bowl(x):
    d = x - B
    return (A * d * d).sum() / 2 + x.sum() ** 2 / 20 + (d ** 4).sum() / 40


def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


OPTIMISERS = {
    "sgd lr=0.05 momentum=0.9": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "sgd lr=0.02": lambda p: torch.optim.SGD(p, lr=0.02),  # does not come near the minimum, where g/|g| is noise
    "adam lr=0.05": lambda p: torch.optim.Adam(p, lr=0.05),
}


class Walk(torch.nn.Module):
    """A point, its function and its optimiser."""

    def __init__(self, optimiser):
        super().__init__()
        self.x = torch.nn.Parameter(START.clone())
        self.optimiser = optimiser and OPTIMISERS[optimiser]([self.x])

    def grad(self):
        return torch.autograd.grad(bowl(self.x), self.x)[0]

    def step(self, grad):
        self.x.grad = grad
        self.optimiser.step()


def sam(walk, _, rho=0.05, adaptive=False):
    """Foret et al. 2021, equation 2; Kwon et al. 2021, algorithm 1."""
    g = walk.grad()
    was = walk.x.detach().clone()
    scale = was.abs() if adaptive else torch.ones_like(was)
    with torch.no_grad():
        walk.x += rho * scale ** 2 * g / (scale * g).norm()
    g = walk.grad()
    with torch.no_grad():
        walk.x.copy_(was)
    walk.step(g)
    return walk.x


class Lookahead:
    """Zhang et al. 2019, algorithm 1."""

    def __init__(self, k, alpha):
        self.k, self.alpha, self.slow = k, alpha, START.clone()

    def __call__(self, walk, t):
        walk.step(walk.grad())
        if t % self.k == 0:
            self.slow += self.alpha * (walk.x.detach() - self.slow)
            with torch.no_grad():
                walk.x.copy_(self.slow)
        return walk.x


class Averaged:
    """torch.optim.swa_utils.AveragedModel, updated behind the steps that `due` says."""

    def __init__(self, due, **how):
        self.due, self.how, self.model = due, how, None

    def __call__(self, walk, t):
        if self.model is None:
            self.model = torch.optim.swa_utils.AveragedModel(walk, **self.how)
        walk.step(walk.grad())
        if self.due(t):
            self.model.update_parameters(walk)
        return self.model.module.x if self.model.n_averaged > 0 else walk.x


def warm_ema(decay):
    """TensorFlow's: at most (1 + t)/(10 + t) stays, t averaged so far."""
    def average(averaged, now, n):
        d = min(decay, (1 + int(n)) / (10 + int(n)))
        return d * averaged + (1 - d) * now
    return average


SGD, SLOW, ADAM = OPTIMISERS
EMA = torch.optim.swa_utils.get_ema_multi_avg_fn
CASES = [
    ("sam", SGD, "sam rho=0.05", lambda: sam),
    ("sam_wide", ADAM, "sam rho=0.5", lambda: lambda w, t: sam(w, t, rho=0.5)),
    ("asam", SLOW, "sam rho=0.5 adaptive=true", lambda: lambda w, t: sam(w, t, 0.5, True)),
    ("lookahead", SGD, "lookahead", lambda: Lookahead(5, 0.5)),
    ("lookahead_adam", ADAM, "lookahead k=3 alpha=0.8", lambda: Lookahead(3, 0.8)),
    ("ema", SGD, "ema decay=0.9 warmup=false", lambda: Averaged(lambda t: True, multi_avg_fn=EMA(0.9))),
    ("ema_every", ADAM, "ema decay=0.8 warmup=false every=4",
     lambda: Averaged(lambda t: t % 4 == 0, multi_avg_fn=EMA(0.8))),
    ("ema_warm", SGD, "ema decay=0.95", lambda: Averaged(lambda t: True, avg_fn=warm_ema(0.95))),
    ("swa", SGD, "swa start=0.25 every=7",
     lambda: Averaged(lambda t: t > 25 and (t - 25) % 7 == 0 or t == STEPS)),
    ("swa_epochs", ADAM, "swa start=0.5", lambda: Averaged(lambda t: t > 50 and t % 10 == 0)),
]
LBFGS = [
    ("lbfgs", bowl, START, "lbfgs", dict()),
    ("lbfgs_short", bowl, START, "lbfgs history=2", dict(history_size=2)),
    ("lbfgs_rosenbrock", rosenbrock, torch.tensor([-1.2, 1.0], dtype=torch.float64), "lbfgs", dict()),
    ("lbfgs_plain", bowl, START, "lbfgs lr=0.5 line_search=false", dict(lr=0.5, line_search_fn=None)),
]


def lbfgs(function, start, options):
    """PyTorch's with one iteration a step."""
    x = torch.nn.Parameter(start.clone())
    options = {"lr": 1, "max_iter": 1, "max_eval": 100, "line_search_fn": "strong_wolfe",
               "history_size": 10, **options}
    optimiser, seen = torch.optim.LBFGS([x], **options), []

    def closure():
        optimiser.zero_grad()
        loss = function(x)
        loss.backward()
        return loss

    for t in range(1, STEPS + 1):
        optimiser.step(closure)
        if t % EVERY == 0 or t <= EVERY:
            seen.append(x.detach().clone())
    return seen


def main():
    out = Golden(__doc__.split("\n\n")[0] + "\nBehind steps 1 to 10, then every tenth. See tools/golden_methods.py.")
    out.lines[-1] = out.lines[-1].replace("golden.py", "golden_methods.py")
    out.tensor("a", A)
    out.tensor("b", B)
    out.tensor("start", START)
    out.text("cases", " ".join(name for name, *_ in CASES))
    out.text("lbfgs_cases", " ".join(name for name, *_ in LBFGS))
    for name, optimiser, method, make in CASES:
        walk, go, seen = Walk(optimiser), make(), []
        for t in range(1, STEPS + 1):
            x = go(walk, t)
            if t % EVERY == 0 or t <= EVERY:
                seen.append(x.detach().clone())
        out.text(name + "/optimizer", optimiser)
        out.text(name + "/method", method)
        out.tensor(name, torch.stack(seen))
    for name, function, start, optimiser, options in LBFGS:
        out.text(name + "/optimizer", optimiser)
        out.tensor(name + "/start", start)
        out.tensor(name, torch.stack(lbfgs(function, start, options)))
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests" / "golden"
    out.write(folder / "methods.txt")


main()
