# SPDX-License-Identifier: MIT
"""Builds the PyTorch twin of a stack text, so that oracle and benchmark run the very model we run.

    model, out_shape = twin("conv2d 8 kernel=3 padding=1 | relu | flatten | linear 10", (3, 8, 8))

Modules sit in nn.Sequential in the order of the text; `repeat` is written out. A residual block is
`Residual` with children `body` and, if given, `shortcut`. A one-dimensional option is a number
(kernel=3), a rectangular one is written HxW (kernel=3x2).

Importing this file makes sure that torch can be imported: where it cannot, a virtual environment
build/venv is made beside the sources, torch is installed into it and the script starts again there.
"""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def ensure_torch():
    """Returns when torch can be imported; else makes build/venv and restarts the script in it."""
    try:
        import torch  # noqa: F401
        return
    except ImportError:
        pass
    venv = ROOT / "build" / "venv"
    python = venv / "bin" / "python"
    if pathlib.Path(sys.prefix).resolve() == venv.resolve() or os.environ.get("TORCH_TWIN_AGAIN"):
        raise SystemExit(f"torch does not import in {venv}; remove that folder and try again")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    if subprocess.run([str(python), "-c", "import torch"], stderr=subprocess.DEVNULL).returncode:
        # stdout stays clean: it carries the results of the script that imports this file
        subprocess.run([str(python), "-m", "pip", "install", "torch", "numpy"],
                       check=True, stdout=sys.stderr)
    os.environ["TORCH_TWIN_AGAIN"] = "1"
    os.execv(str(python), [str(python)] + sys.argv)


ensure_torch()
import torch  # noqa: E402
from torch import nn  # noqa: E402


class Residual(nn.Module):
    """y = body(x) + shortcut(x); the shortcut is the identity when none is given."""

    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        return self.body(x) + (x if self.shortcut is None else self.shortcut(x))


class GlobalAvgPool(nn.Module):
    """Mean over every axis behind the channels."""

    def forward(self, x):
        return x.flatten(2).mean(2)


def number(text):
    """'3' -> 3, '3x2' -> (3, 2), '0.1' -> 0.1, 'true' -> True, a word stays a word."""
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"\d+(x\d+)+", text):
        return tuple(int(t) for t in text.split("x"))
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def conv(options, shape, rank):
    module = nn.Conv2d if rank == 2 else nn.Conv1d
    return module(shape[0], options.pop("main"), options.pop("kernel"), **options)


def pool(name, options, shape):
    kinds = {("maxpool", 3): nn.MaxPool2d, ("maxpool", 2): nn.MaxPool1d,
             ("avgpool", 3): nn.AvgPool2d, ("avgpool", 2): nn.AvgPool1d}
    return kinds[name, len(shape)](options.pop("main"), **options)


def layer(name, options, shape):
    """One module from its word, its options and the shape that reaches it (without the batch)."""
    plain = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "silu": nn.SiLU,
             "softplus": nn.Softplus, "identity": nn.Identity, "flatten": nn.Flatten,
             "global_avgpool": GlobalAvgPool}
    if name in plain:
        return plain[name]()
    if name == "linear":
        return nn.Linear(shape[-1], options.pop("main"), **options)
    if name in ("conv1d", "conv2d"):
        return conv(options, shape, int(name[4]))
    if name in ("maxpool", "avgpool"):
        return pool(name, options, shape)
    if name == "batchnorm":
        return (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(shape[0], **options)
    if name == "dropout":
        return nn.Dropout(options.get("main", 0.5))
    if name == "leaky_relu":
        return nn.LeakyReLU(options.get("main", 0.01))
    if name == "elu":
        return nn.ELU(options.get("main", 1.0))
    if name == "gelu":
        return nn.GELU(**options)
    raise ValueError(f"stack text: unknown word {name!r}")


class Reader:
    """Recursive descent over the tokens of a stack text."""

    def __init__(self, text, shape):
        self.tokens = re.findall(r"[()|]|[^\s()|]+", text)
        self.at = 0
        self.shape = shape

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, want=None):
        token = self.peek()
        if token is None or (want and token != want):
            raise ValueError(f"stack text: found {token!r}, not {want or 'a word'!r}")
        self.at += 1
        return token

    def block(self):
        self.take("(")
        modules = self.sequence()
        self.take(")")
        return modules

    def advance(self, module):
        """Follows the shape through one module by running it on zeros."""
        with torch.no_grad():
            module.eval()
            self.shape = tuple(module(torch.zeros(2, *self.shape)).shape[1:])
            module.train()
        return module

    def residual(self):
        entry = self.shape
        body = nn.Sequential(*self.block())
        leave, shortcut = self.shape, None
        if self.peek() == "shortcut":
            self.take()
            self.shape = entry
            shortcut = nn.Sequential(*self.block())
        elif leave != entry:
            raise ValueError(f"stack text: residual of {entry} and {leave} needs a shortcut")
        self.shape = leave
        return Residual(body, shortcut)

    def item(self):
        word = self.take()
        if word == "residual":
            return [self.residual()]
        if word == "repeat":
            times, start, modules = int(self.take()), self.at, []
            for _ in range(times):
                self.at = start
                modules += self.block()
            return modules
        options = {}
        while self.peek() not in (None, "|", "(", ")"):
            token = self.take()
            key, eq, value = token.partition("=")
            options[key if eq else "main"] = number(value if eq else token)
        return [self.advance(layer(word, options, self.shape))]

    def sequence(self):
        modules = self.item()
        while self.peek() == "|":
            self.take()
            modules += self.item()
        return modules


def twin(text, shape):
    """The nn.Sequential of a stack text on inputs of `shape` (no batch axis), and its out shape."""
    reader = Reader(text, tuple(shape))
    modules = reader.sequence()
    if reader.peek() is not None:
        raise ValueError(f"stack text: {reader.peek()!r} is left over")
    return nn.Sequential(*modules), reader.shape
