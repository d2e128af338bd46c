# SPDX-License-Identifier: MIT
"""Writes tests/golden/losses.txt: values and gradients of losses as PyTorch has them.

    python3 tools/golden_losses.py [folder]

The format is that of tools/golden.py.
"""
import pathlib
import sys

from golden import Golden, random
from torch_twin import ROOT, nn, torch

F = nn.functional
LABELS = torch.tensor([0, 3, 1, 2, 2])
WEIGHTS = torch.tensor([1.0, 2.0, 0.5, 3.0], dtype=torch.float64)
YES = torch.tensor([[0., 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1], [1, 0, 1, 1], [0, 1, 0, 0]],
                   dtype=torch.float64)


def focal(x, y, gamma):
    """Lin et al. 2017, equation 5, over a softmax."""
    log_q = F.log_softmax(x, 1)[torch.arange(len(y)), y]
    return -(1 - log_q.exp()) ** gamma * log_q


def sigmoid_focal(x, t, gamma, alpha):
    log_q = F.logsigmoid(torch.where(t > 0, x, -x))
    weight = torch.where(t > 0, alpha, 1 - alpha)
    return -weight * (1 - log_q.exp()) ** gamma * log_q


def signs(t):
    return 2 * t - 1


# name, loss text, task, target, loss of (x, target)
NUMBERS = random(5, 4, seed=91, scale=1.5).detach()
SHARES = F.softmax(random(5, 4, seed=92), 1).float().double().detach()
COUNTS = torch.tensor([[0., 1, 3, 2], [4, 0, 1, 1], [2, 2, 0, 5], [1, 0, 0, 1], [3, 1, 2, 0]],
                      dtype=torch.float64)
CASES = [
    ("smoothing", "cross_entropy label_smoothing=0.1", LABELS,
     lambda x, y: F.cross_entropy(x, y, label_smoothing=0.1)),
    ("weights", "cross_entropy class_weights=[1,2,0.5,3]", LABELS,
     lambda x, y: F.cross_entropy(x, y, weight=WEIGHTS)),
    ("both", "cross_entropy label_smoothing=0.2 class_weights=[1,2,0.5,3]", LABELS,
     lambda x, y: F.cross_entropy(x, y, weight=WEIGHTS, label_smoothing=0.2)),
    ("focal", "focal", LABELS, lambda x, y: focal(x, y, 2).mean()),
    ("focal_weights", "focal gamma=0.5 class_weights=[1,2,0.5,3]", LABELS,
     lambda x, y: (WEIGHTS[y] * focal(x, y, 0.5)).mean()),
    ("focal_yes", "focal gamma=2 alpha=0.25", YES, lambda x, t: sigmoid_focal(x, t, 2, 0.25).mean()),
    ("hinge", "hinge", LABELS, F.multi_margin_loss),
    ("hinge_squared", "hinge margin=0.7 p=2 class_weights=[1,2,0.5,3]", LABELS,
     lambda x, y: F.multi_margin_loss(x, y, p=2, margin=0.7, weight=WEIGHTS)),
    ("hinge_yes", "hinge", YES, lambda x, t: (1 - signs(t) * x).clamp(min=0).mean()),
    ("bce_weights", "bce pos_weight=[1,2,0.5,3]", YES,
     lambda x, t: F.binary_cross_entropy_with_logits(x, t, pos_weight=WEIGHTS)),
    ("mae", "mae", NUMBERS, F.l1_loss),
    ("huber", "huber delta=0.7", NUMBERS, lambda x, t: F.huber_loss(x, t, delta=0.7)),
    ("smooth_l1", "smooth_l1 beta=0.4", NUMBERS, lambda x, t: F.smooth_l1_loss(x, t, beta=0.4)),
    ("kl", "kl", SHARES, lambda x, t: F.kl_div(F.log_softmax(x, 1), t, reduction="batchmean")),
    ("kl_logs", "kl log_target=true", NUMBERS,
     lambda x, t: F.kl_div(F.log_softmax(x, 1), t, reduction="batchmean", log_target=True)),
    ("poisson", "poisson", COUNTS, F.poisson_nll_loss),
]


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests" / "golden"
    g = Golden("""
Losses in float64: CASE/loss is the text of a recipe, CASE/x the outputs, CASE/target class numbers
(one axis) or numbers, CASE/y the mean loss and CASE/dx its gradient. `text cases` names them.""")
    g.text("cases", " ".join(case[0] for case in CASES))
    for i, (name, text, target, value) in enumerate(CASES):
        x = random(5, 4, seed=50 + i, scale=2.0).requires_grad_()
        y = value(x, target)
        y.backward()
        g.text(name + "/loss", text)
        g.tensor(name + "/x", x)
        g.tensor(name + "/target", target)
        g.scalar(name + "/y", y)
        g.tensor(name + "/dx", x.grad)
    g.write(folder / "losses.txt")


if __name__ == "__main__":
    main()
