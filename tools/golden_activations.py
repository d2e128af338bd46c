# SPDX-License-Identifier: MIT
"""Writes tests/golden/activations.txt: values and gradients of the activations beside those in ops.txt, as PyTorch computes them.

    python3 tools/golden_activations.py [folder]

The format is that of tools/golden.py: y of x and the gradients of sum(y * dy), in float64 from float32 numbers. swiglu has no
module in PyTorch; it is written with functions of torch.nn.functional.
"""
import pathlib
import sys

from torch_twin import ROOT, nn, torch


class Swiglu(nn.Module):
    def forward(self, x):
        a, b = x.chunk(2, 1)
        return nn.functional.silu(a) * b


class Exponential(nn.Module):
    def forward(self, x):
        return torch.exp(x)


ROW, IMAGE = (3, 8), (2, 4, 2, 2)
CASES = [
    ("selu", nn.SELU(), ROW), ("celu", nn.CELU(), ROW), ("celu 0.5", nn.CELU(0.5), IMAGE), ("mish", nn.Mish(), ROW),
    ("hardswish", nn.Hardswish(), ROW), ("hardsigmoid", nn.Hardsigmoid(), ROW), ("hardtanh", nn.Hardtanh(), ROW),
    ("hardtanh min_val=-0.5 max_val=2", nn.Hardtanh(-0.5, 2), IMAGE), ("relu6", nn.ReLU6(), ROW), ("softsign", nn.Softsign(), ROW),
    ("tanhshrink", nn.Tanhshrink(), ROW), ("gelu", nn.GELU(), ROW), ("gelu tanh", nn.GELU("tanh"), ROW),
    ("prelu", nn.PReLU(), ROW), ("prelu 4 init=0.1", nn.PReLU(4, 0.1), IMAGE), ("glu", nn.GLU(1), ROW), ("glu", nn.GLU(1), IMAGE),
    ("swiglu", Swiglu(), ROW), ("swiglu", Swiglu(), IMAGE), ("softmax", nn.Softmax(1), ROW),
    ("softmax", nn.Softmax(1), IMAGE), ("exponential", Exponential(), ROW),
]


def numbers(gen, shape, scale=1.0):
    """Normal numbers that are exact in float32, as float64."""
    return (scale * torch.randn(*shape, generator=gen)).double()


def line(name, values):
    t = torch.as_tensor(values).detach()
    dims = " ".join(str(d) for d in t.shape)
    return f"tensor {name} {dims} : " + " ".join(f"{v:.9g}" for v in t.reshape(-1).tolist())


def case(index, text, module, shape):
    gen, name = torch.Generator().manual_seed(500 + index), f"{text.split()[0]}_{index}"
    module = module.double()
    x = numbers(gen, shape, 2.5).requires_grad_()
    y = module(x)
    dy = numbers(gen, y.shape)
    (y * dy).sum().backward()
    out = [f"text {name}/stack {text}", line(name + "/x", x)]
    out += [line(f"{name}/param/0.{key}", p) for key, p in module.named_parameters()]
    out += [line(name + "/y", y), line(name + "/dy", dy), line(name + "/dx", x.grad)]
    out += [line(f"{name}/grad/0.{key}", p.grad) for key, p in module.named_parameters()]
    return name, out


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests" / "golden"
    torch.set_num_threads(1)
    done = [case(i, *c) for i, c in enumerate(CASES)]
    lines = ["# Activations in float64: y of x, and the gradients of sum(y * dy); see tools/golden_activations.py.",
             "text ops " + " ".join(name for name, _ in done)]
    for _, out in done:
        lines += out
    path = folder / "activations.txt"
    path.write_text("\n".join(lines) + "\n")
    print(f"{path}: {path.stat().st_size} bytes")


main()
