# SPDX-License-Identifier: MIT
"""Sets Surefoot's step times beside PyTorch's: the faster of eager and torch.compile, same threads.

    bench-surefoot > ours.txt; python3 bench/peers.py > peers.txt; python3 bench/ratios.py ours.txt peers.txt
"""
import json
import sys


def ours(path):
    """{(workload, threads): (step in us, peak MiB)} out of the table that bench-surefoot prints."""
    rows = (line.split() for line in open(path))
    return {(r[0], int(r[1])): (float(r[3]), float(r[10])) for r in rows if len(r) == 12 and r[1].isdigit()}


def peers(path):
    """{(workload, threads): the fastest row}."""
    best = {}
    for row in (json.loads(line) for line in open(path) if line.startswith("{")):
        if "step_us" in row:
            key = row["workload"], row["threads"]
            best[key] = min(best.get(key, row), row, key=lambda r: r["step_us"])
    return best


def main():
    mine, theirs = ours(sys.argv[1]), peers(sys.argv[2])
    print(f"\n{'':4} {'threads':>7} {'step us':>11} {'PyTorch us':>11} {'mode':>8} {'times faster':>13} {'share of its memory':>20}")
    for key in sorted(mine.keys() & theirs.keys()):
        (step, memory), row = mine[key], theirs[key]
        print(f"{key[0]:4} {key[1]:7} {step:11.1f} {row['step_us']:11.1f} {row['mode']:>8} {row['step_us'] / step:13.2f}"
              f" {100 * memory / row['peak_rss_mb']:19.0f}%")


if __name__ == "__main__":
    main()
