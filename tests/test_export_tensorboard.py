#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""TensorBoard itself reads an export: every number of metrics.csv and signals.csv, at its step, and the keys in which runs differ.
labels: slow

Wants the package tensorboard in build/venv, which is made by hand (python3 -m venv build/venv; build/venv/bin/pip install tensorboard);
skipped without it."""
import csv
import math
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(os.environ.get("SUREFOOT_SOURCE", Path(__file__).resolve().parent.parent))
PROGRAM = os.environ.get("SUREFOOT_BIN", str(SOURCE / "build/surefoot"))
VENV = SOURCE / "build/venv/bin/python"
SKIPPED = 77

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import plugin_data_pb2
except ImportError:
    if VENV.exists() and not os.environ.get("SUREFOOT_TEST_AGAIN"):
        os.execve(VENV, [str(VENV), __file__], {**os.environ, "SUREFOOT_TEST_AGAIN": "1"})
    print("skipped: tensorboard is not installed in build/venv")
    sys.exit(SKIPPED)

RECIPE = """data: digits
model: flatten | linear 16 | relu | linear
optimizer: adam lr=0.01
metrics: [top2, f1_macro]
probe: {every: 20}
train: {epochs: 3, batch: 64}
"""


SWEEP = """recipe: r.yaml
vary: {optimizer.lr: [0.01, 0.03]}
seeds: 2
sampler: grid
"""


def run(*arguments):
    subprocess.run([PROGRAM, *arguments], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def single(text):
    """A number as an event file keeps it."""
    return struct.unpack("f", struct.pack("f", float(text)))[0]


def logged(folder):
    """{(tag, step): number} of the two files of a run folder."""
    out = {}
    with open(f"{folder}/metrics.csv", newline="") as file:
        for row in csv.DictReader(file):
            step, split = int(row.pop("step")), row.pop("split")
            del row["epoch"], row["seconds"]
            for name, text in row.items():
                if text:
                    out[name if name in ("lr", "grad_norm") else f"{name}/{split}", step] = single(text)
    if not Path(folder, "signals.csv").exists():
        return out
    with open(f"{folder}/signals.csv", newline="") as file:
        for row in csv.DictReader(file):
            step, layer, op = int(row.pop("step")), row.pop("layer"), row.pop("op")
            del row["epoch"]
            for name, text in row.items():
                if text:
                    out[f"signal/{layer if layer == op else layer + '.' + op}/{name}", step] = single(text)
    return out


def load(folder):
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    return events


def plugin(events, tag):
    return plugin_data_pb2.HParamsPluginData.FromString(events.summary_metadata[tag].plugin_data.content)


def check_run(folder, events, least=100):
    want, got, last = logged(folder), {}, 0
    for tag in events.Tags()["scalars"]:
        steps = events.Scalars(tag)
        assert [s.step for s in steps] == sorted(s.step for s in steps), tag
        assert [s.wall_time for s in steps] == sorted(s.wall_time for s in steps), tag
        for s in steps:
            assert (tag, s.step) not in got, (tag, s.step)
            got[tag, s.step] = s.value
            last = max(last, s.wall_time)
    assert len(want) > least
    assert got == want, sorted(set(got.items()) ^ set(want.items()))[:10]
    assert abs(last - Path(folder, "run.json").stat().st_mtime) < 60, "wall times are not those of the run"
    text = events.Tensors("recipe")[0].tensor_proto.string_val[0].decode()
    assert "optimizer:" in text, text


def check_sweep():
    """Seeds of a point are one group with one set of hyperparameters."""
    Path("s.yaml").write_text(SWEEP)
    if subprocess.run([PROGRAM, "sweep", "s.yaml", "-o", "sweep", "-q"], capture_output=True, text=True).stderr.count("SQLite"):
        return
    run("export", "sweep", "--format", "tensorboard")
    groups = {}
    for trial in range(4):
        name = f"{trial:05d}"
        events = load(f"sweep/tensorboard/{name}")
        check_run(f"sweep/trials/{name}", events, 5)
        begin = plugin(events, "_hparams_/session_start_info").session_start_info
        rate = begin.hparams["optimizer.lr"].number_value
        assert groups.setdefault(begin.group_name, rate) == rate
    assert sorted(groups.values()) == [0.01, 0.03], groups
    infos = plugin(load("sweep/tensorboard"), "_hparams_/experiment").experiment.hparam_infos
    assert [i.name for i in infos] == ["optimizer.lr"], infos


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("r.yaml").write_text(RECIPE)
        rates = {"a": 0.01, "b": 0.03}
        for name, rate in rates.items():
            run("train", "r.yaml", f"optimizer.lr={rate}", "-o", f"runs/{name}", "-q")
        run("export", "runs/a", "runs/b", "--format", "tensorboard", "-o", "out")
        assert len([n for _, _, names in os.walk("out") for n in names]) == 3
        for name, rate in rates.items():
            events = load(f"out/{name}")
            check_run(f"runs/{name}", events)
            begin = plugin(events, "_hparams_/session_start_info").session_start_info
            assert math.isclose(begin.hparams["optimizer.lr"].number_value, rate), begin
            assert plugin(events, "_hparams_/session_end_info").session_end_info.status == 1
        experiment = plugin(load("out"), "_hparams_/experiment").experiment
        assert [h.name for h in experiment.hparam_infos] == ["optimizer.lr"], experiment
        assert "accuracy/validation" in [m.name.tag for m in experiment.metric_infos]
        check_sweep()
        run("export", "runs/a", "--format", "tensorboard", "-q")
        check_run("runs/a", load("runs/a/tensorboard"))


main()
