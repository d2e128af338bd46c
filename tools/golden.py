# SPDX-License-Identifier: MIT
"""Writes the golden files tests/golden/*.txt: what PyTorch computes, for our tests to follow.

    python3 tools/golden.py [folder]

    net_mlp.txt net_cnn.txt net_residual.txt   ten training steps of three nets, four optimisers
    ops.txt                                    forward and gradients of each op and loss
    schedules.txt                              learning rates of 300 steps (more: golden_schedules.py)
    init.txt                                   bounds and deviations of the initialisers
    optim.txt                                  weights along twenty steps of each optimiser

A line is one of
    # comment
    text NAME words to the end of the line
    scalar NAME value
    tensor NAME dim dim ... : value value ...      (row-major; linear (out, in), conv OIHW / OIL)
Every input (x, param, dy) is a float32 number and %.9g gives it back exactly; results are computed
in float64 from those, except where the name ends in 32: the same in PyTorch's float32.
"""
import copy
import math
import pathlib
import sys

from torch_twin import ROOT, nn, torch, twin

STEPS, ROWS, CLASSES = 10, 12, 5

CONV_BN = "conv2d {0} kernel=3 stride={1} padding=1 | batchnorm"
NETS = {
    "net_mlp": ("linear 32 | batchnorm | relu | linear 16 | batchnorm | tanh | linear 5", (20,)),
    "net_cnn": ("conv2d 4 kernel=3 stride=1 padding=1 | relu | maxpool 2 | "
                "conv2d 6 kernel=3 stride=2 padding=1 | gelu | avgpool 2 | flatten | linear 5",
                (1, 12, 12)),
    "net_residual": (
        CONV_BN.format(8, 1) + " | relu | "
        "residual ( " + CONV_BN.format(8, 1) + " | relu | " + CONV_BN.format(8, 1) + " ) | relu | "
        "residual ( " + CONV_BN.format(16, 2) + " | relu | " + CONV_BN.format(16, 1) + " ) "
        "shortcut ( conv2d 16 kernel=1 stride=2 bias=false | batchnorm ) | relu | "
        "global_avgpool | linear 5", (3, 8, 8)),
}

def groups(model):
    """Weight decay for matrices and kernels, none for biases and BatchNorm's scales and shifts."""
    parameters = list(model.parameters())
    return [{"params": [p for p in parameters if p.dim() > 1]},
            {"params": [p for p in parameters if p.dim() <= 1], "weight_decay": 0.0}]


OPTIMISERS = {
    "sgd": ("sgd lr=0.05 momentum=0.9 weight_decay=0.001",
            lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3)),
    "nesterov": ("sgd lr=0.05 momentum=0.9 nesterov=true weight_decay=0.001",
                 lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True,
                                           weight_decay=1e-3)),
    "adam": ("adam lr=0.01 weight_decay=0.001",
             lambda p: torch.optim.Adam(p, lr=1e-2, weight_decay=1e-3)),
    "adamw": ("adamw lr=0.01 weight_decay=0.01",
              lambda p: torch.optim.AdamW(p, lr=1e-2, weight_decay=0.01)),
}

# name, stack text, shape of the whole input with its batch axis
OPS = [
    ("linear", "linear 3", (4, 5)),
    ("linear_nobias", "linear 2 bias=false", (3, 7)),
    ("conv2d", "conv2d 3 kernel=3", (2, 2, 5, 6)),
    ("conv2d_padding", "conv2d 4 kernel=3 padding=1", (2, 3, 5, 4)),
    ("conv2d_stride", "conv2d 3 kernel=3 stride=2 padding=1", (2, 2, 6, 5)),
    ("conv2d_dilation", "conv2d 2 kernel=3 padding=2 dilation=2", (2, 2, 6, 6)),
    ("conv2d_groups", "conv2d 6 kernel=3 padding=1 groups=2", (2, 4, 4, 5)),
    ("conv2d_depthwise", "conv2d 4 kernel=3 stride=2 padding=1 groups=4", (2, 4, 5, 5)),
    ("conv2d_1x1", "conv2d 3 kernel=1", (2, 4, 3, 4)),
    ("conv2d_1x1_stride", "conv2d 4 kernel=1 stride=2 bias=false", (2, 3, 5, 4)),
    ("conv2d_rectangular", "conv2d 3 kernel=3x2 stride=2x1 padding=1x0", (2, 2, 6, 5)),
    ("conv2d_5x5", "conv2d 2 kernel=5 padding=2", (1, 2, 6, 6)),
    ("conv1d", "conv1d 4 kernel=3", (2, 3, 8)),
    ("conv1d_stride", "conv1d 4 kernel=5 stride=2 padding=1", (2, 2, 11)),
    ("conv1d_dilation_groups", "conv1d 4 kernel=3 padding=2 dilation=2 groups=2", (2, 4, 9)),
    ("maxpool", "maxpool 2", (2, 2, 4, 6)),
    ("maxpool_overlap", "maxpool 3 stride=2 padding=1", (2, 2, 6, 5)),
    ("maxpool_ragged", "maxpool 2", (1, 2, 5, 7)),
    ("maxpool_1d", "maxpool 3 stride=2", (2, 3, 9)),
    ("avgpool", "avgpool 2", (2, 2, 4, 6)),
    ("avgpool_padding", "avgpool 3 stride=2 padding=1", (2, 2, 6, 5)),
    ("avgpool_nopadcount", "avgpool 3 stride=2 padding=1 count_include_pad=false", (2, 2, 6, 5)),
    ("avgpool_1d", "avgpool 2", (2, 3, 7)),
    ("global_avgpool", "global_avgpool", (3, 4, 3, 5)),
    ("global_avgpool_1d", "global_avgpool", (3, 4, 6)),
    ("flatten", "flatten", (2, 3, 2, 4)),
    ("batchnorm", "batchnorm", (6, 5)),
    ("batchnorm_1d", "batchnorm", (4, 3, 5)),
    ("batchnorm_2d", "batchnorm", (3, 4, 3, 2)),
    ("residual", "residual ( linear 6 | tanh )", (4, 6)),
    ("residual_shortcut", "residual ( conv2d 4 kernel=3 stride=2 padding=1 ) "
     "shortcut ( conv2d 4 kernel=1 stride=2 bias=false )", (2, 3, 4, 4)),
    ("sigmoid", "sigmoid", (4, 9)), ("tanh", "tanh", (4, 9)), ("relu", "relu", (4, 9)),
    ("leaky_relu", "leaky_relu", (4, 9)), ("leaky_relu_0.2", "leaky_relu 0.2", (4, 9)),
    ("elu", "elu", (4, 9)), ("elu_0.5", "elu 0.5", (4, 9)), ("gelu", "gelu", (4, 9)),
    ("gelu_tanh", "gelu approximate=tanh", (4, 9)), ("silu", "silu", (4, 9)),
    ("softplus", "softplus", (4, 9)), ("identity", "identity", (2, 3)),
]


class Golden:
    """One golden file in the making."""

    def __init__(self, comment):
        self.lines = ["# " + line for line in comment.strip().splitlines()]
        self.text("made_with", f"tools/golden.py torch {torch.__version__.split('+')[0]}")

    def text(self, name, words):
        self.lines.append(f"text {name} {words}")

    def scalar(self, name, value):
        value = value.item() if torch.is_tensor(value) else value
        self.lines.append(f"scalar {name} {value:.9g}")

    def tensor(self, name, values):
        t = torch.as_tensor(values).detach()
        dims = " ".join(str(d) for d in t.shape)
        data = " ".join(f"{v:.9g}" for v in t.reshape(-1).tolist())
        self.lines.append(f"tensor {name} {dims} : {data}")

    def write(self, path):
        path.write_text("\n".join(self.lines) + "\n")
        print(f"{path}: {path.stat().st_size} bytes")


def random(*shape, seed, scale=1.0):
    """Normal numbers that are exact in float32, as float64."""
    gen = torch.Generator().manual_seed(seed)
    return (scale * torch.randn(*shape, generator=gen)).double()


def unsettle(model, seed):
    """Gives BatchNorm scales and shifts that are not one and zero, so that a test can see them."""
    gen = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            with torch.no_grad():
                module.weight.copy_(0.5 + torch.rand(module.weight.shape, generator=gen))
                module.bias.copy_(0.6 * torch.rand(module.bias.shape, generator=gen) - 0.3)


def train(model, make, x, y):
    """Ten steps on one batch: the loss of each before its update, then the loss in eval mode."""
    model, loss_of = copy.deepcopy(model).train(), nn.CrossEntropyLoss()
    optimiser, losses = make(groups(model)), []
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        return torch.tensor(losses, dtype=torch.float64), loss_of(model(x), y).item(), model


def net_file(name, text, shape, seed):
    g = Golden(f"""
{name}: ten steps on one batch (mean cross entropy), each optimiser from the same start.
losses/OPT[k] is the loss before update k; eval_loss/OPT and state/OPT/... are taken after ten
updates, eval_loss with the running BatchNorm statistics. grad/... is of the loss, without decay.
Weight decay acts on matrices and kernels, not on biases and BatchNorm's scales and shifts: two
parameter groups in PyTorch. grad of a bias in front of BatchNorm is zero but for rounding: compare
it absolutely.
losses32, eval_loss32, logits32: PyTorch's own float32, to see what rounding alone does. It does
much to eval_loss/ and state/ of adam and adamw: a bias in front of BatchNorm has a gradient of pure
rounding, which Adam's division blows up to steps of the size lr; the training loss does not see
that bias, the running mean does.""")
    torch.manual_seed(seed)
    model, _ = twin(text, shape)
    unsettle(model, seed + 1)
    x = random(ROWS, *shape, seed=seed + 2)
    y = torch.randint(0, CLASSES, (ROWS,), generator=torch.Generator().manual_seed(seed + 3))
    single, model = model, copy.deepcopy(model).double()
    g.text("model", text)
    g.text("input", "x".join(str(d) for d in shape))
    g.text("loss", "cross_entropy")
    g.tensor("x", x)
    g.tensor("y", y)
    for key, p in model.named_parameters():
        g.tensor("param/" + key, p)
    probe = copy.deepcopy(model).train()
    logits = probe(x)
    loss = nn.functional.cross_entropy(logits, y)
    loss.backward()
    g.tensor("logits", logits)
    g.tensor("logits32", copy.deepcopy(single).train()(x.float()))
    g.scalar("loss", loss)
    for key, p in probe.named_parameters():
        g.tensor("grad/" + key, p.grad)
    for opt, (words, make) in OPTIMISERS.items():
        losses, eval_loss, after = train(model, make, x, y)
        losses32, eval_loss32, _ = train(single, make, x.float(), y)
        off, eval_off = ((losses32 - losses).abs() / losses).max(), abs(eval_loss32 / eval_loss - 1)
        print(f"  {name} {opt}: {losses[0]:.6f} -> {losses[-1]:.6f}, "
              f"float32 is off by {off:.1e}, eval {eval_off:.1e}")
        g.text("optimizer/" + opt, words)
        g.tensor("losses/" + opt, losses)
        g.tensor("losses32/" + opt, losses32)
        g.scalar("eval_loss/" + opt, eval_loss)
        g.scalar("eval_loss32/" + opt, eval_loss32)
        for key, b in after.named_buffers():
            if "running" in key:
                g.tensor(f"state/{opt}/{key}", b)
    return g


def op_case(g, name, text, shape, seed):
    """One op: y of x, and the gradients of sum(y * dy)."""
    torch.manual_seed(seed)
    model, _ = twin(text, shape[1:])
    unsettle(model, seed + 1)
    model = model.double()
    x = random(*shape, seed=seed + 2, scale=1.5).requires_grad_()
    y = model(x)
    dy = random(*y.shape, seed=seed + 3)
    (y * dy).sum().backward()
    g.text(name + "/stack", text)
    g.tensor(name + "/x", x)
    for key, p in model.named_parameters():
        g.tensor(f"{name}/param/{key}", p)
    g.tensor(name + "/y", y)
    g.tensor(name + "/dy", dy)
    g.tensor(name + "/dx", x.grad)
    for key, p in model.named_parameters():
        g.tensor(f"{name}/grad/{key}", p.grad)
    for key, b in model.named_buffers():
        if "running" in key:
            g.tensor(f"{name}/state/{key}", b)


def loss_case(g, name, text, x, target, value):
    x = x.clone().requires_grad_()
    loss = value(x)
    loss.backward()
    g.text(name + "/loss", text)
    g.tensor(name + "/x", x)
    g.tensor(name + "/target", target)
    g.scalar(name + "/y", loss)
    g.tensor(name + "/dx", x.grad)


def ops_file():
    g = Golden("""
Each op in float64, training mode: y of x, and the gradients of sum(y * dy) to x and each parameter.
`text ops` names the cases; CASE/stack is the text of the op, dims of x begin with the batch.
BatchNorm: CASE/state/... are the running statistics after this one forward (they begin at 0 and 1).
`text losses` names the cases of losses: CASE/x are logits (mse: outputs), CASE/y is the mean loss
(cross entropy: over rows; bce and mse: over all elements), CASE/dx its gradient.""")
    g.text("ops", " ".join(name for name, _, _ in OPS))
    for i, (name, text, shape) in enumerate(OPS):
        op_case(g, name, text, shape, 1000 + 10 * i)
    g.text("losses", "cross_entropy cross_entropy_large bce bce_large mse")
    f = nn.functional
    y = torch.tensor([2, 0, 3, 1, 2, 2])
    bits = torch.tensor([[1, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 0]]).double()
    want = random(4, 3, seed=5)
    for name, scale in (("cross_entropy", 1.5), ("cross_entropy_large", 400.0)):
        loss_case(g, name, "cross_entropy", random(6, 4, seed=3, scale=scale), y,
                  lambda x: f.cross_entropy(x, y))
    for name, scale in (("bce", 1.5), ("bce_large", 300.0)):
        loss_case(g, name, "bce", random(4, 3, seed=4, scale=scale), bits,
                  lambda x: f.binary_cross_entropy_with_logits(x, bits))
    loss_case(g, "mse", "mse", random(4, 3, seed=6), want, lambda x: f.mse_loss(x, want))
    return g


# The schedules: base rate, steps, StepLR's two, the cosine's end, warm-up steps
BASE, SPAN, SIZE, GAMMA, FLOOR, WARMUP = 0.1, 300, 50, 0.5, 1e-4, 20


def formula(name, k, w):
    """Learning rate of step k with w warm-up steps."""
    t = k - w
    if t < 0:
        return BASE * (k + 1) / w
    if name == "cosine":
        return FLOOR + (BASE - FLOOR) * (1 + math.cos(math.pi * t / (SPAN - w))) / 2
    return BASE * GAMMA ** (t // SIZE) if name == "step" else BASE


def torch_rates(name, w):
    """The same from torch.optim.lr_scheduler."""
    lr = torch.optim.lr_scheduler
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    ramp = lr.LambdaLR(optimiser, lambda k: (k + 1) / w) if w else None
    after = {"constant": lambda: lr.LambdaLR(optimiser, lambda k: 1.0),
             "step": lambda: lr.StepLR(optimiser, SIZE, GAMMA),
             "cosine": lambda: lr.CosineAnnealingLR(optimiser, SPAN - w, FLOOR)}[name]()
    schedule = lr.SequentialLR(optimiser, [ramp, after], [w]) if w else after
    rates = []
    for _ in range(SPAN):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return rates


def schedule_file():
    """Rates from torch.optim.lr_scheduler, each held against its formula before it is written."""
    g = Golden(f"""
lr of step k = 0 .. {SPAN - 1} (the rate that update k uses), base lr {BASE}, {SPAN} steps in all.
With W warm-up steps (names with _warmup: W = {WARMUP}; others: W = 0), t = k - W, T = {SPAN} - W:
  k < W      lr = base * (k + 1) / W
  constant   lr = base
  step       lr = base * gamma^floor(t / size),  size = {SIZE}, gamma = {GAMMA}
  cosine     lr = eta_min + (base - eta_min) * (1 + cos(pi * t / T)) / 2,  eta_min = {FLOOR}
As PyTorch: SequentialLR(LambdaLR, X, milestones=[W]) with X = LambdaLR(1), StepLR,
CosineAnnealingLR(T_max=T): the second schedule counts from the end of the warm-up.""")
    g.scalar("base", BASE)
    g.scalar("steps", SPAN)
    for name, words in (("constant", "constant"), ("step", f"step {SIZE} unit=step gamma={GAMMA}"),
                        ("cosine", f"cosine min={FLOOR}")):
        for w in (0, WARMUP):
            rates = torch_rates(name, w)
            for k, rate in enumerate(rates):
                if not abs(rate - formula(name, k, w)) <= 1e-12:
                    raise SystemExit(f"{name} warmup={w} step {k}: torch says {rate}")
            label = name + ("_warmup" if w else "")
            g.text("schedule/" + label, words + (f" warmup={w}" if w else ""))
            g.tensor(label, torch.tensor(rates, dtype=torch.float64))
    return g


def init_file():
    g = Golden("""
What PyTorch's initialisers draw. CASE/stack on an input of CASE/input (no batch axis).
`pytorch` (the default of nn.Linear and nn.ConvNd) is kaiming_uniform(a = sqrt 5): gain^2 =
2 / (1 + 5), bound = gain * sqrt(3 / fan_in) = 1 / sqrt(fan_in); the bias is uniform with the same
bound. fan_in = (channels in / groups) * kernel positions and fan_out = channels out * kernel
positions, as PyTorch counts them (it does not divide fan_out by groups).
CASE/NAME/bound: of uniform ones; CASE/NAME/std: of all. max and sample_std are those of one draw.
gain/ACT is torch.nn.init.calculate_gain.""")
    cases = [("linear", "linear 300", (400,)), ("conv2d", "conv2d 64 kernel=3", (32, 8, 8)),
             ("conv2d_rectangular", "conv2d 48 kernel=5x2", (24, 8, 8)),
             ("conv2d_groups", "conv2d 64 kernel=3 groups=4", (64, 8, 8)),
             ("conv1d", "conv1d 128 kernel=5", (64, 12))]
    g.text("cases", " ".join(c[0] for c in cases))
    kinds = {
        "xavier_uniform": lambda i, o: math.sqrt(2 / (i + o)),
        "xavier_normal": lambda i, o: math.sqrt(2 / (i + o)),
        "kaiming_uniform": lambda i, o: math.sqrt(2 / i),
        "kaiming_normal": lambda i, o: math.sqrt(2 / i),
    }
    for name, text, shape in cases:
        torch.manual_seed(7)
        module = twin(text, shape)[0][0]
        w = module.weight
        fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(w)
        g.text(name + "/stack", text)
        g.text(name + "/input", "x".join(str(d) for d in shape))
        g.scalar(name + "/fan_in", fan_in)
        g.scalar(name + "/fan_out", fan_out)
        bound = 1 / math.sqrt(fan_in)
        draws = [("pytorch", bound / math.sqrt(3), w.detach().clone())]
        for kind, deviation in kinds.items():
            extra = {"nonlinearity": "relu"} if kind.startswith("kaiming") else {}
            drawn = getattr(nn.init, kind + "_")(torch.empty_like(w), **extra)
            draws.append((kind, deviation(fan_in, fan_out), drawn))
        for kind, std, drawn in draws:
            if kind == "pytorch" or kind.endswith("uniform"):
                g.scalar(f"{name}/{kind}/bound", std * math.sqrt(3))
            g.scalar(f"{name}/{kind}/std", std)
            g.scalar(f"{name}/{kind}/max", drawn.abs().max())
            g.scalar(f"{name}/{kind}/sample_std", drawn.double().std())
            if not abs(drawn.double().std() / std - 1) <= 0.03:
                raise SystemExit(f"{name} {kind}: torch draws {drawn.std()}, not {std}")
        g.scalar(f"{name}/pytorch/bias_bound", bound)
        g.scalar(f"{name}/pytorch/bias_max", module.bias.abs().max())
    for act in ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
        g.scalar("gain/" + act, nn.init.calculate_gain(act))
    return g


WALKS = {
    "sgd": ("sgd lr=0.1", lambda p: torch.optim.SGD(p, lr=0.1)),
    "sgd_l2": ("sgd lr=0.1 weight_decay=0.05",
               lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.05)),
    "momentum": ("sgd lr=0.1 momentum=0.9",
                 lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    "dampening": ("sgd lr=0.1 momentum=0.8 dampening=0.3 weight_decay=0.01",
                  lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8, dampening=0.3,
                                            weight_decay=0.01)),
    "nesterov": ("sgd lr=0.05 momentum=0.9 nesterov=true weight_decay=0.01",
                 lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True,
                                           weight_decay=0.01)),
    "adam": ("adam lr=0.02", lambda p: torch.optim.Adam(p, lr=0.02)),
    "adam_l2": ("adam lr=0.02 weight_decay=0.1",
                lambda p: torch.optim.Adam(p, lr=0.02, weight_decay=0.1)),
    "adam_betas": ("adam lr=0.05 betas=[0.7,0.9] eps=0.01",
                   lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.7, 0.9), eps=1e-2)),
    "adamw": ("adamw lr=0.02", lambda p: torch.optim.AdamW(p, lr=0.02)),
    "adamw_decay": ("adamw lr=0.05 weight_decay=0.3 betas=[0.8,0.99]",
                    lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.3, betas=(0.8, 0.99))),
}


def optim_file():
    """Weights under gradients that are given, not computed: what the optimisers alone do."""
    g = Golden("""
Weights w before the first step, the gradient g[k] of step k, and CASE[k]: the weights behind step k
of CASE/optimizer. The last two columns of g are tiny and zero: there eps decides.""")
    steps, n = 20, 7
    w, grad = random(n, seed=11), random(steps, n, seed=12)
    grad[:, n - 2] *= 2.0 ** -30
    grad[:, n - 1] = 0
    g.tensor("w", w)
    g.tensor("g", grad)
    g.text("cases", " ".join(WALKS))
    for name, (text, make) in WALKS.items():
        p = nn.Parameter(w.clone())
        optimiser, path = make([p]), []
        for k in range(steps):
            p.grad = grad[k].clone()
            optimiser.step()
            path.append(p.detach().clone())
        g.text(name + "/optimizer", text)
        g.tensor(name, torch.stack(path))
    return g


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests" / "golden"
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for i, (name, (text, shape)) in enumerate(NETS.items()):
        net_file(name, text, shape, 100 * (i + 1)).write(folder / (name + ".txt"))
    ops_file().write(folder / "ops.txt")
    schedule_file().write(folder / "schedules.txt")
    init_file().write(folder / "init.txt")
    optim_file().write(folder / "optim.txt")


if __name__ == "__main__":
    main()
