# SPDX-License-Identifier: MIT
"""Writes tests/golden/layers.txt and norms.txt: what PyTorch computes for norms, convolutions and gates.

    python3 tools/golden_layers.py [folder]

    layers.txt   forward and gradients of each op, in the format of ops.txt
    norms.txt    running averages over several batches, the last of them smaller, and evaluation after

The format is golden.py's. What PyTorch lacks is built of its parts from the paper's equations: weight
standardisation, ghost batches, squeeze-and-excitation, the shortcut without parameters.
"""
import pathlib
import sys

from golden import Golden, random
from torch_twin import ROOT, nn, torch


class Standardized(nn.Module):
    """Qiao et al. 2019: u = (w - mean) / sqrt(var + eps) over the weights of each output."""

    def __init__(self, inner):
        super().__init__()
        self.weight, self.bias = inner.weight, inner.bias
        self.inner = [inner]

    def forward(self, x):
        w = self.weight
        flat = w.flatten(1)
        mean, var = flat.mean(1), flat.var(1, unbiased=False)
        shape = (-1,) + (1,) * (w.dim() - 1)
        u = (w - mean.view(shape)) / (var.view(shape) + 1e-5).sqrt()
        inner = self.inner[0]
        if w.dim() == 2:
            return nn.functional.linear(x, u, self.bias)
        return inner._conv_forward(x, u, self.bias)


def ghost(base, size):
    """Hoffer et al. 2017: each slice of `size` samples goes through the norm as a batch of its own."""

    class Ghost(base):
        def forward(self, x):
            if not self.training:
                return super().forward(x)
            return torch.cat([super(Ghost, self).forward(part) for part in x.split(size)])

    return Ghost


class SqueezeExcite(nn.Module):
    """Hu et al. 2018, with linear layers."""

    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(channels, hidden), nn.Linear(hidden, channels)

    def forward(self, x):
        gate = torch.sigmoid(self.fc2(torch.relu(self.fc1(x.flatten(2).mean(2)))))
        return x * gate.view(gate.shape + (1,) * (x.dim() - 2))


class Subsample(nn.Module):
    """He et al. 2016, option A."""

    def forward(self, x):
        return nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 1, 1))


class Transpose(nn.Module):
    def forward(self, x):
        return x.transpose(1, 2)


# name, stack text, module, shape of the whole input with its batch axis
LAYERS = [
    ("layernorm", "layernorm", lambda: nn.LayerNorm(7), (5, 7)),
    ("layernorm_image", "layernorm eps=0.01", lambda: nn.LayerNorm((2, 3, 3), eps=0.01), (3, 2, 3, 3)),
    ("layernorm_last", "layernorm 6 bias=false", lambda: nn.LayerNorm(6, bias=False), (3, 4, 6)),
    ("layernorm_plain", "layernorm 3x5 elementwise_affine=false",
     lambda: nn.LayerNorm((3, 5), elementwise_affine=False), (3, 2, 3, 5)),
    ("rmsnorm", "rmsnorm", lambda: nn.RMSNorm(7, eps=2**-23), (5, 7)),
    ("rmsnorm_last", "rmsnorm 5 eps=0.01", lambda: nn.RMSNorm(5, eps=0.01), (3, 4, 5)),
    ("groupnorm", "groupnorm 2", lambda: nn.GroupNorm(2, 6), (3, 6, 3, 2)),
    ("groupnorm_1", "groupnorm 1 eps=0.01", lambda: nn.GroupNorm(1, 4, eps=0.01), (3, 4, 5)),
    ("groupnorm_features", "groupnorm 3", lambda: nn.GroupNorm(3, 12), (4, 12)),
    ("groupnorm_plain", "groupnorm 3 affine=false", lambda: nn.GroupNorm(3, 3, affine=False), (2, 3, 4, 5)),
    ("instancenorm", "instancenorm", lambda: nn.InstanceNorm2d(3), (3, 3, 4, 3)),
    ("instancenorm_affine", "instancenorm affine=true", lambda: nn.InstanceNorm1d(3, affine=True), (3, 3, 6)),
    ("instancenorm_track", "instancenorm affine=true track_running_stats=true momentum=0.3",
     lambda: nn.InstanceNorm2d(2, affine=True, track_running_stats=True, momentum=0.3), (4, 2, 3, 3)),
    ("batchnorm_plain", "batchnorm affine=false eps=0.01 momentum=0.4",
     lambda: nn.BatchNorm2d(3, affine=False, eps=0.01, momentum=0.4), (4, 3, 2, 3)),
    ("batchnorm_ghost", "batchnorm ghost=3", lambda: ghost(nn.BatchNorm1d, 3)(4), (8, 4)),
    ("batchnorm_ghost_2d", "batchnorm ghost=2", lambda: ghost(nn.BatchNorm2d, 2)(3), (5, 3, 2, 2)),
    ("linear_ws", "linear 3 weight_standardization=true", lambda: Standardized(nn.Linear(6, 3)), (4, 6)),
    ("conv2d_ws", "conv2d 4 kernel=3 padding=1 groups=2 weight_standardization=true",
     lambda: Standardized(nn.Conv2d(4, 4, 3, padding=1, groups=2)), (2, 4, 4, 3)),
    ("conv1d_ws", "conv1d 3 kernel=3 stride=2 bias=false weight_standardization=true",
     lambda: Standardized(nn.Conv1d(2, 3, 3, stride=2, bias=False)), (2, 2, 8)),
    ("conv2d_depthwise_dilated", "conv2d 6 kernel=3x5 stride=1x2 padding=2x3 dilation=2x1 groups=3",
     lambda: nn.Conv2d(3, 6, (3, 5), (1, 2), (2, 3), (2, 1), 3), (2, 3, 5, 7)),
    ("conv1d_depthwise", "conv1d 4 kernel=4 padding=same groups=4",
     lambda: nn.Conv1d(4, 4, 4, padding="same", groups=4), (2, 4, 9)),
    ("conv_transpose2d", "conv_transpose2d 3", lambda: nn.ConvTranspose2d(2, 3, 3), (2, 2, 3, 4)),
    ("conv_transpose2d_stride", "conv_transpose2d 3 kernel=3 stride=2 padding=1 output_padding=1",
     lambda: nn.ConvTranspose2d(2, 3, 3, 2, 1, 1), (2, 2, 4, 3)),
    ("conv_transpose2d_groups", "conv_transpose2d 6 kernel=4x2 stride=2x3 padding=1x0 groups=2 bias=false",
     lambda: nn.ConvTranspose2d(4, 6, (4, 2), (2, 3), (1, 0), groups=2, bias=False), (2, 4, 3, 2)),
    ("conv_transpose2d_dilation", "conv_transpose2d 2 kernel=3x2 dilation=2x3 output_padding=1x2 padding=1",
     lambda: nn.ConvTranspose2d(3, 2, (3, 2), 1, 1, (1, 2), dilation=(2, 3)), (1, 3, 3, 4)),
    ("conv_transpose1d", "conv_transpose1d 4 kernel=4 stride=2 padding=1 groups=2",
     lambda: nn.ConvTranspose1d(2, 4, 4, 2, 1, groups=2), (3, 2, 5)),
    ("conv_transpose1d_dilation", "conv_transpose1d 2 kernel=3 stride=2 dilation=3 output_padding=2",
     lambda: nn.ConvTranspose1d(3, 2, 3, 2, 0, 2, dilation=3), (2, 3, 4)),
    ("squeeze_excite", "squeeze_excite 2", lambda: SqueezeExcite(4, 2), (3, 4, 3, 2)),
    ("squeeze_excite_1d", "squeeze_excite", lambda: SqueezeExcite(5, 1), (3, 5, 4)),
    ("subsample", "subsample 5", Subsample, (2, 3, 5, 4)),
    ("transpose", "transpose", Transpose, (2, 3, 4)),
    ("flatten_places", "flatten start_dim=2", lambda: nn.Flatten(2), (2, 3, 2, 3)),
]

# name, stack text, module, shape of a sample; batches of these sizes
RUNNING = [
    ("default", "batchnorm", lambda: nn.BatchNorm1d(4), (4,)),
    ("momentum", "batchnorm momentum=0.3 eps=0.01", lambda: nn.BatchNorm2d(2, momentum=0.3, eps=0.01), (2, 2, 2)),
    ("cumulative", "batchnorm momentum=none", lambda: nn.BatchNorm1d(3, momentum=None), (3,)),
    ("untracked", "batchnorm track_running_stats=false", lambda: nn.BatchNorm1d(2, track_running_stats=False), (2, 3)),
    ("ghost", "batchnorm ghost=4", lambda: ghost(nn.BatchNorm1d, 4)(3), (3,)),
    ("ghost_cumulative", "batchnorm ghost=3 momentum=none affine=false",
     lambda: ghost(nn.BatchNorm2d, 3)(2, momentum=None, affine=False), (2, 2, 3)),
    ("instance", "instancenorm track_running_stats=true momentum=0.2 affine=true",
     lambda: nn.InstanceNorm2d(2, momentum=0.2, affine=True, track_running_stats=True), (2, 3, 2)),
    ("instance_own", "instancenorm", lambda: nn.InstanceNorm1d(2), (2, 5)),
]
SIZES = (6, 4, 6, 3)


def coarse(t):
    """Multiples of 1/16: exact in float32, and short in the file."""
    return (16 * t).round() / 16


def unsettled(make, seed):
    """The module in float64, every scale and shift drawn, so that a test can see them."""
    torch.manual_seed(seed)
    module = make()
    with torch.no_grad():
        for key, p in module.named_parameters():
            if p.dim() == 1 or isinstance(module, (nn.LayerNorm, nn.RMSNorm)):
                p.copy_((1 if "weight" in key else 0) + 0.6 * torch.rand(p.shape) - 0.3)
            p.copy_(coarse(p))
    return module.double()


def layer_case(g, name, text, make, shape, seed):
    module = unsettled(make, seed)
    x = coarse(random(*shape, seed=seed + 2, scale=1.5)).requires_grad_()
    y = module(x)
    dy = coarse(random(*y.shape, seed=seed + 3))
    (y * dy).sum().backward()
    g.text(name + "/stack", text)
    g.tensor(name + "/x", x)
    for key, p in module.named_parameters():
        g.tensor(f"{name}/param/0.{key}", p)
    g.tensor(name + "/y", y)
    g.tensor(name + "/dy", dy)
    g.tensor(name + "/dx", x.grad)
    for key, p in module.named_parameters():
        g.tensor(f"{name}/grad/0.{key}", p.grad)
    for key, b in module.named_buffers():
        g.tensor(f"{name}/state/0.{key}", b)


def running_case(g, name, text, make, shape, seed):
    module = unsettled(make, seed)
    g.text(name + "/stack", text)
    for key, p in module.named_parameters():
        g.tensor(f"{name}/param/{key}", p)
    for k, rows in enumerate(SIZES):
        x = coarse(2 * random(rows, *shape, seed=seed + 10 + k) + 0.5 * k)
        g.tensor(f"{name}/x{k}", x)
        g.tensor(f"{name}/y{k}", module.train()(x))
        for key, b in module.named_buffers():
            g.tensor(f"{name}/state{k}/{key}", b)
        g.tensor(f"{name}/eval{k}", module.eval()(x))


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "tests" / "golden")
    g = Golden("""
Each op in float64, training mode: y of x, and the gradients of sum(y * dy) to x and each parameter.
`text ops` names the cases; CASE/stack is the text of the op, dims of x begin with the batch.
CASE/state/... are the running statistics after this one forward.""")
    g.lines[-1] = g.lines[-1].replace("golden.py", "golden_layers.py")
    g.text("ops", " ".join(case[0] for case in LAYERS))
    for i, case in enumerate(LAYERS):
        layer_case(g, *case, 5000 + 10 * i)
    g.write(folder / "layers.txt")
    g = Golden(f"""
Norms over batches of {SIZES} samples: output yK of batch xK in training, the states after it, then
the same batch in evaluation, evalK. In float64.""")
    g.lines[-1] = g.lines[-1].replace("golden.py", "golden_layers.py")
    g.text("cases", " ".join(case[0] for case in RUNNING))
    for i, case in enumerate(RUNNING):
        running_case(g, *case, 9000 + 100 * i)
    g.write(folder / "norms.txt")


if __name__ == "__main__":
    main()
