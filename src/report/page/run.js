/* SPDX-License-Identifier: MIT */
/* A run, or the runs of one point: facts, curves, signals of the layers, diagnosis, recipe. */

const SIGNALS = {
    rms: ["Size of the outputs (rms)", true],
    gain: ["Gain of the layer", true],
    gradient: ["Size of the gradient", true],
    update: ["Update over weight", true],
    weight: ["Size of the weights", true],
    dead: ["Share of dead units", false],
    slope: ["Mean slope of the units", false],
    alike: ["Likeness of samples", false],
};

function facts(list) {
    return el(
        "dl",
        { class: "facts" },
        list
            .filter((f) => f[1] !== null && f[1] !== undefined && f[1] !== "–")
            .map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(value)))),
    );
}

function trialFacts(t) {
    const run = runOf(t)?.run || {};
    const best = run.best || run.validation || {};
    const known = (v, w) => (isNumber(v) ? v : w);
    return facts([
        ...study.axes.map((a, i) => [a.key, t.values[i] && t.values[i][0]]),
        ["Val Acc", percent(known(t.valAcc, best.accuracy))],
        ["Val loss", brief(known(t.valLoss, best.loss))],
        ["Test Acc", percent(known(t.testAcc, run.test?.accuracy))],
        ["Test loss", brief(known(t.testLoss, run.test?.loss))],
        ["Best epoch", t.best > 0 ? t.best : run.best_epoch > 0 ? run.best_epoch : null],
        ["Steps", t.planned > 0 && t.steps < t.planned ? t.steps + " of " + t.planned : t.steps || run.steps || null],
        ["Time", duration(known(t.seconds || null, run.seconds))],
        ["Seed", t.seed],
        ["State", t.state === "done" ? null : t.state],
        ["Data", run.data],
        ["Folder", t.folder],
    ]);
}

/* ---- curves ---------------------------------------------------------------------------------------- */

/* By epochs, which runs of different batches share; by steps where there are fewer than three epochs. */
function abscissa(runs) {
    const longest = Math.max(0, ...runs.map((r) => Math.max(...(r.train?.epoch || [0]))));
    return longest >= 3 ? "epoch" : "step";
}

function splitLines(runs, key, x) {
    const seeds = runs.length > 1;
    return runs.flatMap(({ trial, data }) =>
        ["train", "validation"]
            .filter((split) => data[split]?.[key])
            .map((split) => ({
                id: split + trial.trial,
                label: (split === "train" ? "training" : "validation") + (seeds ? ", seed " + trial.seed : ""),
                x: data[split][x],
                y: data[split][key],
                color: split === "train" ? PALETTE[0] : PALETTE[1],
                dash: split === "train" && seeds,
            })),
    );
}

function curveCharts(host, runs) {
    const x = abscissa(runs.map((r) => r.data)),
        grid = el("div", { class: "charts" });
    const known = ["step", "epoch", "loss", "accuracy", "lr", "grad_norm"];
    const others = Object.keys(runs[0].data.validation || {}).filter((k) => !known.includes(k));
    const list = [
        ["loss", "Loss"],
        ["accuracy", "Accuracy"],
        ...others.map((k) => [k, k]),
        ["lr", "Learning rate"],
        ["grad_norm", "Gradient norm"],
    ];
    host.append(grid);
    for (const [key, title] of list) {
        const lines = splitLines(runs, key, x),
            single = key === "lr" || key === "grad_norm";
        const values = lines.flatMap((l) => l.y).filter(isNumber);
        if (!values.length || (key === "lr" && new Set(values).size === 1)) continue;
        const low = Math.min(...values),
            high = Math.max(...values);
        const both = !single && lines.some((l) => l.id.startsWith("train")) && lines.some((l) => l.id.startsWith("validation"));
        makeChart(grid.appendChild(el("div", { class: "chart" })), {
            title,
            x: { label: x },
            y: {
                label: title.toLowerCase(),
                percent: key === "accuracy",
                canLog: low > 0 && key !== "accuracy",
                log: low > 0 && high / low > 100 && key !== "accuracy",
            },
            lines,
            legend: both
                ? [
                      { label: "training", color: PALETTE[0], dash: runs.length > 1 },
                      { label: "validation", color: PALETTE[1] },
                  ]
                : [],
        });
    }
}

/* ---- signals --------------------------------------------------------------------------------------- */

function signalLines(s, name) {
    const layers = s.layer.map((_, i) => i).filter((i) => s[name][i]);
    return layers.map((i, k) => ({
        id: "layer" + i,
        label: s.op[i] === s.layer[i] ? s.op[i] : s.layer[i] + " " + s.op[i],
        x: s.step,
        y: s[name][i],
        color: ramp(layers.length > 1 ? k / (layers.length - 1) : 0),
    }));
}

function signalSpec(s, name) {
    const lines = signalLines(s, name),
        ends = lines.length > 1 ? [lines[0], lines[lines.length - 1]] : lines;
    return {
        title: SIGNALS[name][0],
        x: { label: "step" },
        y: { label: name, log: SIGNALS[name][1] },
        lines,
        legend: ends.map((l, i) => ({ label: (ends.length > 1 ? (i ? "last: " : "first: ") : "") + l.label, color: l.color })),
        note: lines.length > 2 ? "Colours go from the first layer to the last." : "",
    };
}

function lastLook(s) {
    const names = Object.keys(SIGNALS).filter((n) => s[n]?.some(Boolean)),
        last = s.step.length - 1;
    return el(
        "div",
        { class: "scroll", tabindex: "0", role: "group", "aria-label": "Signals of the last look" },
        el(
            "table",
            {},
            el("caption", {}, "The last look, at step " + s.step[last]),
            el(
                "thead",
                {},
                el(
                    "tr",
                    {},
                    el("th", { scope: "col" }, "Layer"),
                    names.map((n) => el("th", { scope: "col", class: "right" }, n)),
                ),
            ),
            el(
                "tbody",
                {},
                s.layer.map((layer, i) =>
                    el(
                        "tr",
                        {},
                        el("td", {}, layer + " ", el("span", { class: "soft" }, s.op[i] === layer ? "" : s.op[i])),
                        names.map((n) => el("td", { class: "right" }, s[n][i] ? brief(s[n][i][last], 3) : "")),
                    ),
                ),
            ),
        ),
    );
}

function signals(host, s) {
    const names = Object.keys(SIGNALS).filter((n) => s[n]?.some(Boolean));
    if (!names.length) return;
    host.append(el("h3", {}, "Signals of the layers"));
    const grid = el("div", { class: "charts" }),
        first = names.includes("rms") ? "rms" : names[0];
    const second = names.includes("gradient") ? "gradient" : names[names.length - 1];
    host.append(grid);
    for (const start of first === second ? [first] : [first, second]) {
        const choose = el(
            "select",
            { "aria-label": "Signal that is drawn" },
            names.map((n) => el("option", { value: n, selected: n === start }, SIGNALS[n][0])),
        );
        const cell = el("div", { class: "chart" }, el("div", { class: "controls no-print" }, choose));
        grid.append(cell);
        const chart = makeChart(cell, signalSpec(s, start));
        choose.addEventListener("change", () => chart.update(signalSpec(s, choose.value)));
    }
    host.append(el("details", {}, el("summary", {}, "Numbers of the last look"), lastLook(s)));
}

/* ---- diagnosis ---------------------------------------------------------------------------------------- */

function finding(f) {
    const words = f.severity + (f.layer ? ", layer " + f.layer : "");
    return el(
        "div",
        { class: "finding " + f.severity },
        el("h4", {}, el("span", { class: "badge" }, words), String(f.symptom).replaceAll("_", " ")),
        el("p", {}, f.doc),
        f.evidence && el("p", { class: "soft" }, f.evidence),
        f.cause && el("p", { class: "soft" }, "It follows from: " + String(f.cause).replaceAll("_", " ")),
        f.remedy &&
            el(
                "p",
                {},
                "Remedy: " + String(f.remedy).replaceAll("_", " ") + " ",
                (f.edits || []).map((e) => [el("code", {}, e), " "]),
            ),
    );
}

function trialsTable(list) {
    return el(
        "div",
        { class: "scroll", tabindex: "0", role: "group", "aria-label": "Remedies that were tried" },
        el(
            "table",
            {},
            el("caption", {}, "Remedies that were tried against changing nothing"),
            el(
                "thead",
                {},
                el(
                    "tr",
                    {},
                    ["Remedy", "Edits", "Verdict", "Gain", "Reason"].map((n) => el("th", { scope: "col" }, n)),
                ),
            ),
            el(
                "tbody",
                {},
                list.map((t) =>
                    el(
                        "tr",
                        {},
                        el("td", {}, String(t.remedy).replaceAll("_", " ")),
                        el(
                            "td",
                            {},
                            (t.edits || []).map((e) => [el("code", {}, e), " "]),
                        ),
                        el("td", {}, t.verdict),
                        el("td", {}, isNumber(t.gain) ? brief(t.gain, 3) + (isNumber(t.se) ? " ± " + brief(t.se, 2) : "") : "–"),
                        el("td", {}, t.reason || ""),
                    ),
                ),
            ),
        ),
    );
}

function diagnosis(host, d) {
    host.append(el("h3", {}, "Diagnosis"));
    if (d === "damaged") return host.append(el("p", { class: "warning" }, "diagnosis.json of this run is damaged."));
    if (!d)
        return host.append(
            el("p", { class: "soft" }, "The doctor did not look at this run. ", el("code", {}, "surefoot doctor RUN"), " does."),
        );
    const list = Array.isArray(d.findings) ? d.findings : [];
    if (!list.length) host.append(el("p", {}, "The doctor found nothing wrong."));
    host.append(...list.map(finding));
    const c = d.curvature || {};
    if (isNumber(c.sharpness))
        host.append(
            facts([
                ["Sharpness at the start", brief(c.sharpness, 3)],
                ["Largest stable rate there", brief(c.rate_limit, 3)],
                ["Loss of an output that ignores its input", brief(d.prior, 3)],
            ]),
        );
    if (d.trials?.length) host.append(trialsTable(d.trials));
}

/* ---- all of it ----------------------------------------------------------------------------------------- */

/* Signals and diagnosis belong to one training: of several seeds the first that was looked at, and buttons for the others. */
function oneTrial(host, trial) {
    const run = runOf(trial);
    host.replaceChildren();
    diagnosis(host, run?.diagnosis);
    if (run?.signals) signals(host, run.signals);
    if (run?.recipe) host.append(el("details", {}, el("summary", {}, "Recipe, resolved"), el("pre", { tabindex: "0" }, run.recipe)));
}

function showRun(host, trials) {
    const runs = trials.map((trial) => ({ trial, data: runOf(trial) })).filter((r) => r.data && (r.data.train || r.data.validation));
    const looked = trials.find((t) => runOf(t)?.diagnosis || runOf(t)?.signals) || trials[0];
    const about = el("div", {}),
        part = el("div", {});
    host.append(about);
    if (runs.length) curveCharts(host, runs);
    else host.append(el("p", { class: "soft" }, "This run left no curves."));
    host.append(part);
    const choose = (trial) => {
        about.replaceChildren(trialFacts(trial));
        const words = trial.failure || runOf(trial)?.run?.message;
        if (words) about.append(el("p", { class: "warning" }, words));
        if (trial.note) about.append(el("p", {}, trial.note.charAt(0).toUpperCase() + trial.note.slice(1) + "."));
        if (trials.length > 1) {
            about.prepend(
                el(
                    "div",
                    { class: "controls no-print" },
                    el(
                        "div",
                        { class: "switch", role: "group", "aria-label": "Seed" },
                        trials.map((t) =>
                            el(
                                "button",
                                { type: "button", class: "button", "aria-pressed": String(t === trial), onclick: () => choose(t) },
                                "seed " + t.seed,
                            ),
                        ),
                    ),
                ),
            );
        }
        oneTrial(part, trial);
    };
    choose(looked);
}

/* The dialog: order() gives the rows as the table has them, for the buttons to the next and the one before. */
function makeDialog(order, onClose) {
    const title = el("h2", { id: "run-title", tabindex: "-1" }),
        body = el("div", { class: "run-body" });
    const step = (by) => () => {
        const rows = order(),
            at = rows.findIndex((r) => r.id === shown) + by;
        if (rows[at]) show(rows[at]);
    };
    const before = el("button", { type: "button", class: "button no-print", "aria-label": "The row before", onclick: step(-1) }, "↑");
    const after = el("button", { type: "button", class: "button no-print", "aria-label": "The next row", onclick: step(1) }, "↓");
    const close = el("button", { type: "button", class: "button no-print", "aria-label": "Close", onclick: () => dialog.close() }, "Close");
    const dialog = el(
        "dialog",
        { id: "run", "aria-labelledby": "run-title" },
        el("div", { class: "run-bar" }, title, before, after, close),
        body,
    );
    let shown = null;
    const clear = () => {
        for (const chart of [...everyChart]) if (!chart.spec.onPick) chart.destroy();
        body.replaceChildren();
    };
    const show = (row) => {
        const rows = order(),
            at = rows.findIndex((r) => r.id === row.id),
            name = rowName(row);
        clear();
        shown = row.id;
        title.textContent = name.title + (name.values ? ": " + name.values : "");
        before.disabled = at <= 0;
        after.disabled = at < 0 || at + 1 >= rows.length;
        if (!dialog.open) dialog.showModal();
        showRun(body, row.trials);
        dialog.scrollTop = 0;
        setHash(row.id);
    };
    dialog.addEventListener("close", () => {
        clear();
        setHash("");
        onClose(shown);
    });
    dialog.addEventListener("click", (e) => e.target === dialog && dialog.close());
    document.body.append(dialog);
    return { show };
}

/* Some browsers allow no history to a page from disk; then the address just stays as it is. */
function setHash(id) {
    try {
        history.replaceState(null, "", id ? "#" + id : location.pathname + location.search);
    } catch {
        /* nothing is lost */
    }
}
