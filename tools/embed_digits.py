#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes src/data/embedded/digits_samples.c from the four IDX files of UCI optdigits.

usage: tools/embed_digits.py FOLDER > src/data/embedded/digits_samples.c

FOLDER holds optdigits-{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz: 8x8 images of uint8 0..16. A sample becomes one
line of text: the digit, then one letter a pixel, row by row, 'a' for 0 up to 'q' for 16.
"""
import gzip
import pathlib
import struct
import sys

HEAD = """/* SPDX-License-Identifier: MIT AND CC-BY-4.0 */
/* Optical recognition of handwritten digits (UCI optdigits) by E. Alpaydin and C. Kaynak, CC BY 4.0; each line is the
 * digit, then a letter a pixel of its 8x8 image, 'a' for 0 to 'q' for 16. Written by tools/embed_digits.py. */
#include "data/embedded/digits_samples.h"

/* clang-format off */
"""


def idx(path):
    data = gzip.decompress(path.read_bytes())
    rank = data[3]
    return struct.unpack(f">{rank}I", data[4:4 + 4 * rank]), data[4 + 4 * rank:]


def samples(folder, part):
    (count, height, width), pixels = idx(folder / f"optdigits-{part}-images-idx3-ubyte.gz")
    _, labels = idx(folder / f"optdigits-{part}-labels-idx1-ubyte.gz")
    size = height * width
    assert size == 64 and len(labels) == count and max(pixels) <= 16
    for i in range(count):
        yield str(labels[i]) + "".join(chr(ord("a") + p) for p in pixels[i * size:(i + 1) * size])


def main():
    folder = pathlib.Path(sys.argv[1])
    print(HEAD, end="")
    for part, name in (("train", "train"), ("t10k", "test")):
        lines = list(samples(folder, part))
        print(f"\nconst char sft__digits_{name}[{len(lines)}][66] = {{")
        for line in lines:
            print(f'"{line}",')
        print("};")


main()
