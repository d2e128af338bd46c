#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/augment.txt: what augmentations make of small images, in float64.

    python3 tools/augment_golden.py

The formulas are torchvision's, written anew with numpy; geometry goes through torch's own affine_grid and grid_sample
where torch is there (it must agree with the numpy version). What is random is drawn from the same Philox stream.
"""
import colorsys
import math
from pathlib import Path

import numpy as np

try:
    import torch
except ImportError:
    torch = None

HERE = Path(__file__).resolve().parent.parent


# ---- src/base/random.c in Python -----------------------------------------------------------------

def mix(x):
    m = (1 << 64) - 1
    x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCD & m
    x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53 & m
    return x ^ (x >> 33)


def philox(key, counter):
    a, b, c, d = counter
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        p0, p1 = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (p1 >> 32) ^ b ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ d ^ k1, p0 & 0xFFFFFFFF
        k0, k1 = k0 + 0x9E3779B9 & 0xFFFFFFFF, k1 + 0xBB67AE85 & 0xFFFFFFFF
    return [a, b, c, d]


class Stream:
    """sft__stream(sft__key(seed, purpose), a, b, c)"""

    def __init__(self, seed, purpose, a, b, c):
        m = (1 << 64) - 1
        self.key = mix(seed + mix(purpose + 0x9E3779B97F4A7C15 & m) & m)
        self.place, self.lane, self.now = (a, b, c), 0, []

    def next(self):
        if not self.now:
            self.now = philox(self.key, (*self.place, self.lane))
            self.lane += 1
        return self.now.pop(0)

    def uniform(self):
        high, low = self.next() >> 5, self.next() >> 6
        return (high * 67108864.0 + low) / 9007199254740992.0

    def draw(self, low, high):
        return low + (high - low) * self.uniform()

    def below(self, n):
        unfair = (1 << 64) % n
        while True:
            x = self.next() << 32
            x |= self.next()
            if x >= unfair:
                return x % n


# ---- geometry ------------------------------------------------------------------------------------

def inverse_matrix(angle, translate, scale, shear, centre):
    """torchvision's _get_inverse_affine_matrix; places relative to the image's centre"""
    rot, sx, sy = math.radians(angle), math.radians(shear[0]), math.radians(shear[1])
    (cx, cy), (tx, ty) = centre, translate
    a = math.cos(rot - sy) / math.cos(sy)
    b = -math.cos(rot - sy) * math.tan(sx) / math.cos(sy) - math.sin(rot)
    c = math.sin(rot - sy) / math.cos(sy)
    d = -math.sin(rot - sy) * math.tan(sx) / math.cos(sy) + math.cos(rot)
    m = [d / scale, -b / scale, 0.0, -c / scale, a / scale, 0.0]
    m[2] += m[0] * (-cx - tx) + m[1] * (-cy - ty) + cx
    m[5] += m[3] * (-cx - tx) + m[4] * (-cy - ty) + cy
    return m


def sample(x, sx, sy, how, fill):
    """x: C H W; sx, sy: places in pixels. Beyond the border lies fill."""
    c, h, w = x.shape
    wide = np.full((c, h + 2, w + 2), fill, dtype=np.float64)
    wide[:, 1:-1, 1:-1] = x
    sx, sy = np.clip(sx, -1, w), np.clip(sy, -1, h)
    if how == "nearest":
        return wide[:, np.rint(sy).astype(int) + 1, np.rint(sx).astype(int) + 1]
    x0, y0 = np.floor(sx).astype(int), np.floor(sy).astype(int)
    u, v = sx - x0, sy - y0
    x1, y1 = np.minimum(x0 + 1, w), np.minimum(y0 + 1, h)
    take = lambda row, column: wide[:, row + 1, column + 1]
    return (take(y0, x0) * (1 - u) + take(y0, x1) * u) * (1 - v) + (take(y1, x0) * (1 - u) + take(y1, x1) * u) * v


def affine(x, angle=0.0, translate=(0, 0), scale=1.0, shear=(0.0, 0.0), how="bilinear", fill=0.0, corner=False):
    c, h, w = x.shape
    m = inverse_matrix(angle, translate, scale, shear, (-w / 2, -h / 2) if corner else (0, 0))
    gy, gx = np.mgrid[0:h, 0:w].astype(np.float64)
    gx, gy = gx - (w - 1) / 2, gy - (h - 1) / 2
    sx, sy = m[0] * gx + m[1] * gy + m[2] + (w - 1) / 2, m[3] * gx + m[4] * gy + m[5] + (h - 1) / 2
    y = sample(x, sx, sy, how, fill)
    if torch is not None and how == "bilinear" and fill == 0.0:
        grid = torch.tensor(np.stack([(sx + 0.5) / w * 2 - 1, (sy + 0.5) / h * 2 - 1], -1))[None]
        other = torch.nn.functional.grid_sample(torch.tensor(x)[None], grid, "bilinear", "zeros", False)[0].numpy()
        assert np.abs(other - y).max() < 1e-12, np.abs(other - y).max()
    return y


# ---- colour --------------------------------------------------------------------------------------

def grey(x):
    return 0.2989 * x[0] + 0.587 * x[1] + 0.114 * x[2] if len(x) == 3 else x.mean(0)


def blend(x, z, f):
    return np.clip(f * x + (1 - f) * z, 0, 1)


def hue(x, turn):
    y = np.empty_like(x)
    for i in np.ndindex(x.shape[1:]):
        h, s, v = colorsys.rgb_to_hsv(*x[(slice(None), *i)])
        y[(slice(None), *i)] = colorsys.hsv_to_rgb((h + turn) % 1.0, s, v)
    return y


def blur(x, size, sigma):
    t = np.linspace(-(size - 1) * 0.5, (size - 1) * 0.5, size)
    w = np.exp(-0.5 * (t / sigma) ** 2)
    w /= w.sum()
    r = size // 2
    p = x
    for axis in (1, 2):
        pad = [(0, 0)] * 3
        pad[axis] = (r, r)
        wide = np.pad(p, pad, "reflect")
        n = x.shape[axis]
        p = sum(w[k] * np.take(wide, np.arange(k, k + n), axis) for k in range(size))
    return p


def sharpen(x, f):
    y = x.copy()
    k = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13
    for i in range(1, x.shape[1] - 1):
        for j in range(1, x.shape[2] - 1):
            y[:, i, j] = (x[:, i - 1:i + 2, j - 1:j + 2] * k).sum((1, 2))
    return blend(x, y, f)


def equalize(channel):
    """of PIL's ImageOps.equalize, on bytes"""
    b = np.rint(channel * 255).astype(int)
    histogram = np.bincount(b.ravel(), minlength=256)
    step = (histogram.sum() - histogram[histogram > 0][-1]) // 255
    if step == 0:
        return channel
    table = np.minimum((np.concatenate([[0], np.cumsum(histogram)[:-1]]) + step // 2) // step, 255)
    return table[b] / 255.0


def elastic(x, alpha, sigma, stream, how="bilinear"):
    c, h, w = x.shape
    size = int(8 * sigma + 1)
    size += size % 2 == 0
    noise = np.array([stream.draw(-1, 1) for _ in range(2 * h * w)]).reshape(2, h, w)
    push = blur(noise, size, sigma) * alpha / 2
    gy, gx = np.mgrid[0:h, 0:w].astype(np.float64)
    return sample(x, gx + push[0], gy + push[1], how, 0.0)


def resized_crop(x, top, left, high, wide):
    """torch's interpolate(mode='bilinear') of the piece"""
    c, h, w = x.shape
    piece = x[:, top:top + high, left:left + wide]
    sy = np.clip((np.arange(h) + 0.5) * high / h - 0.5, 0, high - 1)
    sx = np.clip((np.arange(w) + 0.5) * wide / w - 0.5, 0, wide - 1)
    gx, gy = np.meshgrid(sx, sy)
    y = sample(piece, gx, gy, "bilinear", 0.0)
    if torch is not None:
        other = torch.nn.functional.interpolate(torch.tensor(piece.copy())[None], (h, w), mode="bilinear")[0].numpy()
        assert np.abs(other - y).max() < 1e-12
    return y


def choose_piece(stream, h, w):
    for _ in range(10):
        area = h * w * stream.draw(0.08, 1)
        ratio = math.exp(stream.draw(math.log(0.75), math.log(4 / 3)))
        high, wide = round(math.sqrt(area / ratio)), round(math.sqrt(area * ratio))
        if 0 < high <= h and 0 < wide <= w:
            return stream.below(h - high + 1), stream.below(w - wide + 1), high, wide
    raise ValueError("no piece in ten tries")


# ---- the file ------------------------------------------------------------------------------------

lines = ["# written by tools/augment_golden.py; tensors: name, shape, values"]
SEED, PURPOSE, EPOCH, SAMPLE, PLACE = 5, 5, 3, 17, 0        # SFT_FOR_AUGMENT is 5


def stream():
    return Stream(SEED, PURPOSE, EPOCH, SAMPLE, PLACE)


def tensor(name, x):
    lines.append(f"tensor {name} {' '.join(map(str, x.shape))} : " + " ".join(f"{v:.8g}" for v in x.ravel()))


def case(number, call, image, y):
    lines.append(f"text {number}/call {call}")
    lines.append(f"text {number}/image {image}")
    tensor(f"{number}/y", y)


def main():
    r = np.random.default_rng(1)
    color = np.rint(r.random((3, 6, 7)) * 255) / 255
    small = np.rint(r.random((1, 5, 5)) * 255) / 255
    large = np.clip(np.rint(r.normal(0.5, 0.15, (1, 24, 24)) * 255) / 255, 0, 1)
    cases = [
        ("rotate [30,30]", color, affine(color, -30)),
        ("rotate [-77.5,-77.5] fill=0.25", color, affine(color, 77.5, fill=0.25)),
        ("rotate [40,40] interpolation=nearest", color, affine(color, -40, how="nearest")),
        ("rotate [90,90]", small, np.rot90(small, 1, (1, 2))),
        ("rotate [180,180]", color, np.rot90(color, 2, (1, 2))),
        ("shear [20,20]", color, affine(color, shear=(20, 0))),
        ("shear [-5,-5,15,15]", color, affine(color, shear=(-5, 15))),
        ("zoom [1.3,1.3]", color, affine(color, scale=1.3)),
        ("zoom [0.6,0.6] fill=1", color, affine(color, scale=0.6, fill=1.0)),
        ("brightness [1.4,1.4]", color, blend(color, 0, 1.4)),
        ("contrast [0.5,0.5]", color, blend(color, grey(color).mean(), 0.5)),
        ("contrast [1.8,1.8]", small, blend(small, small.mean(), 1.8)),
        ("saturation [1.7,1.7]", color, blend(color, grey(color), 1.7)),
        ("saturation [0,0]", color, blend(color, grey(color), 0)),
        ("hue [0.2,0.2]", color, hue(color, 0.2)),
        ("hue [-0.5,-0.5]", color, hue(color, -0.5)),
        ("grayscale 1", color, np.repeat(grey(color)[None], 3, 0)),
        ("blur 5 sigma=1.2", color, blur(color, 5, 1.2)),
        ("blur 3 sigma=0.7", small, blur(small, 3, 0.7)),
        ("elastic alpha=30 sigma=0.6", color, elastic(color, 30, 0.6, stream())),
        ("elastic alpha=60 sigma=2", large, elastic(large, 60, 2, stream())),
        ("resized_crop", large, resized_crop(large, *choose_piece(stream(), 24, 24))),
        ("rotate 50", color, affine(color, -stream().draw(-50, 50))),
        ("brightness 0.5", small, blend(small, 0, stream().draw(0.5, 1.5))),
    ]
    images = {"color": color, "small": small, "large": large}
    for name, image in images.items():
        tensor(f"image/{name}", image)
    for i, (call, x, y) in enumerate(cases):
        case(i, call, next(name for name, image in images.items() if image is x), y)
    lines.append(f"scalar cases {len(cases)}")
    # trivialaugment's own: by name of the helper
    tensor("tone/sharpen", sharpen(color, 1.6))
    tensor("tone/smooth", sharpen(color, 0.2))
    tensor("tone/posterize", (np.rint(color * 255).astype(int) & 0xE0) / 255)
    tensor("tone/solarize", np.where(color >= 0.4, 1 - color, color))
    low, high = color.min((1, 2), keepdims=True), color.max((1, 2), keepdims=True)
    tensor("tone/autocontrast", (color - low) / (high - low))
    tensor("tone/equalize", np.stack([equalize(c) for c in large]))
    tensor("tone/corner", affine(color, shear=(math.degrees(math.atan(0.4)), 0), how="nearest", corner=True))
    (HERE / "tests/golden/augment.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
