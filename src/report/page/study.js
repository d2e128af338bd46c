/* SPDX-License-Identifier: MIT */
/* What the page knows: trials, points (trials that differ by the seed only), their curves, columns of the table. */

let study = null;
const readRuns = new Map();

/* Curves, signals and diagnosis of a trial, read when they are first wanted; null: the run folder was not there. */
function runOf(trial) {
    if (!readRuns.has(trial.trial)) readRuns.set(trial.trial, readJson("run-" + trial.trial));
    return readRuns.get(trial.trial);
}

function openStudy() {
    study = readJson("study");
    if (!study) return false;
    const accuracy = study.rankBy === "accuracy";
    study.percent = accuracy;
    study.metric = "Val " + (accuracy ? "Acc" : study.rankBy);
    study.several = study.trials.some((t, i) => i && t.point === study.trials[i - 1].point);
    study.names = shortNames(study.axes.map((a) => a.key));
    const usual = (key) => study.trials.some((t) => isNumber(t[key]));
    study.has = { testAcc: usual("testAcc"), testLoss: usual("testLoss"), valLoss: usual("valLoss"), valAcc: usual("valAcc") };
    return true;
}

/* The last word of a key, or the whole key where two would be called the same. */
function shortNames(keys) {
    const last = keys.map((k) => k.slice(k.lastIndexOf(".") + 1));
    return keys.map((k, i) => (last.filter((l) => l === last[i]).length > 1 ? k : last[i]));
}

function scoreText(v, std, asPercent = study.percent) {
    if (!isNumber(v)) return "–";
    const off = isNumber(std) ? " ±\u00a0" + (asPercent ? (100 * std).toFixed(2) : brief(std, 2)) : "";
    return asPercent ? (100 * v).toFixed(2) + off + "\u00a0%" : even(v) + off;
}

/* a is better than b; a number is better than none. */
function isBetter(a, b) {
    if (!isNumber(a)) return false;
    return !isNumber(b) || (study.maximize ? a > b : a < b);
}

/* ---- rows ------------------------------------------------------------------------------------- */

function stateOf(trials) {
    const count = {};
    for (const t of trials) count[t.state] = (count[t.state] || 0) + 1;
    const words = Object.keys(count);
    return words.length === 1 ? words[0] : words.map((w) => count[w] + " " + w).join(", ");
}

/* Notes that differ by their numbers only are one, with ranges: "diverged at step 37–52 (2 of 3)". */
function noteOf(trials) {
    const number = /\d+(?:\.\d+)?/g,
        alike = new Map();
    for (const t of trials) {
        const text = t.note || t.failure,
            pattern = text && text.replace(number, "#");
        if (text) alike.set(pattern, [...(alike.get(pattern) || []), text]);
    }
    const merged = (texts) => {
        const found = texts.map((text) => text.match(number) || []);
        let i = 0;
        return texts[0].replace(number, () => {
            const seen = found.map((list) => list[i]).sort((a, b) => a - b);
            i++;
            return seen[0] === seen[seen.length - 1] ? seen[0] : seen[0] + "–" + seen[seen.length - 1];
        });
    };
    return [...alike.values()]
        .map((texts) => merged(texts) + (texts.length < trials.length ? " (" + texts.length + " of " + trials.length + ")" : ""))
        .join("; ");
}

function makeRow(id, trials) {
    const of = (key) => spread(trials.map((t) => t[key]));
    const first = trials[0];
    const row = {
        id,
        trials,
        number: trials.length > 1 || id[0] === "p" ? first.point : first.trial,
        values: first.values,
        state: stateOf(trials),
        note: noteOf(trials),
    };
    for (const key of ["rank", "valLoss", "valAcc", "testLoss", "testAcc", "seconds", "epochs", "best", "steps"]) row[key] = of(key);
    row.pace = spread(trials.map((t) => (t.seconds > 0 ? t.steps / t.seconds : null)));
    row.text = [
        ...study.axes.map((a, i) => study.names[i] + " " + (row.values[i] ? row.values[i][0] : "")),
        row.state,
        row.note,
        trials.map((t) => t.folder || "").join(" "),
    ]
        .join(" ")
        .toLowerCase();
    return row;
}

function makeRows(points) {
    const groups = new Map();
    for (const t of study.trials) {
        const id = points ? "p" + t.point : "t" + t.trial;
        groups.set(id, [...(groups.get(id) || []), t]);
    }
    const rows = [...groups].map(([id, trials]) => makeRow(id, trials));
    let best = null;
    for (const row of rows) if (row.trials.every((t) => t.state === "done") && isBetter(row.rank.mean, best && best.rank.mean)) best = row;
    if (best && rows.length > 1) best.isBest = true;
    return rows;
}

function rowName(row) {
    const word = row.id[0] === "p" ? "Point " : study.axes.length ? "Trial " : "Run ";
    const values = study.axes
        .map((a, i) => (row.values[i] ? study.names[i] + " " + row.values[i][0] : null))
        .filter(Boolean)
        .join(", ");
    const seed = row.id[0] === "t" && study.several ? ", seed " + row.trials[0].seed : "";
    return { title: word + row.number + seed, values };
}

/* ---- columns ------------------------------------------------------------------------------------ */

/* { name, key(row) for sorting, text(row), right, minor (left out on a phone), kind } */
function makeColumns(points) {
    const number = (name, key, text, more) => ({
        name,
        key: (r) => r[key].mean,
        text: (r) => text(r[key].mean, r[key].std),
        right: true,
        ...more,
    });
    const list = [
        {
            name: study.axes.length ? (points ? "Point" : "Trial") : "Run",
            key: (r) => r.number,
            text: (r) => (study.axes.length || !r.trials[0].folder ? String(r.number) : r.trials[0].folder),
            kind: "first",
        },
    ];
    study.axes.forEach((a, i) =>
        list.push({
            name: study.names[i],
            title: a.key,
            right: a.numbers,
            kind: "text",
            key: (r) => (r.values[i] ? (r.values[i][1] ?? r.values[i][0]) : null),
            text: (r) => (r.values[i] ? r.values[i][0] : "–"),
        }),
    );
    list.push(number(study.metric, "rank", (v, s) => scoreText(v, s), { kind: "score", best: study.maximize ? -1 : 1 }));
    if (study.has.testAcc) list.push(number("Test Acc", "testAcc", (v, s) => scoreText(v, s, true)));
    else if (study.has.testLoss) list.push(number("Test loss", "testLoss", (v, s) => scoreText(v, s, false)));
    if (study.has.valLoss && study.rankBy !== "loss")
        list.push(number("Val loss", "valLoss", (v, s) => scoreText(v, null, false), { minor: true }));
    if (!points && study.several)
        list.push({ name: "Seed", key: (r) => r.trials[0].seed, text: (r) => String(r.trials[0].seed), right: true, minor: true });
    list.push(
        number("Best epoch", "best", (v) => brief(v, 3), { minor: true }),
        number("Steps/s", "pace", (v) => brief(v, 3), { minor: true }),
    );
    if (study.trials.some((t) => t.state !== "done"))
        list.push({ name: "State", key: (r) => r.state, text: (r) => r.state, kind: "state" });
    if (study.trials.some((t) => t.note || t.failure))
        list.push({ name: "Notes", key: (r) => r.note || null, text: (r) => r.note, kind: "note" });
    return list;
}

/* ---- what may stand on an axis of a chart ---------------------------------------------------------- */

/* { name, log, categories, of(row) } for each that is varied, for eta/(1-beta) where rate and momentum are, and for the order. */
function chartAxes() {
    const list = study.axes.map((a, i) => {
        const seen = study.trials.map((t) => t.values[i]).filter(Boolean);
        const numbers = seen.length > 0 && seen.every((v) => v.length > 1);
        const labels = a.labels.length ? a.labels : [...new Set(seen.map((v) => v[0]))];
        const above = numbers ? seen.map((v) => v[1]).filter((v) => v > 0) : [];
        const wide = above.length === seen.length && Math.max(...above) / Math.min(...above) >= 20;
        return {
            name: study.names[i],
            index: i,
            log: numbers && (a.log || wide) && above.length === seen.length,
            categories: numbers ? null : labels,
            of: (r) => (r.values[i] ? (numbers ? r.values[i][1] : labels.indexOf(r.values[i][0])) : null),
        };
    });
    const find = (word) => study.axes.findIndex((a) => a.key === "optimizer." + word);
    const lr = find("lr"),
        momentum = find("momentum");
    if (lr >= 0 && momentum >= 0) {
        const value = (r, i) => (r.values[i] ? r.values[i][1] : null);
        list.push({
            name: "lr / (1 − momentum)",
            log: true,
            of: (r) => (isNumber(value(r, lr)) && value(r, momentum) < 1 ? value(r, lr) / (1 - value(r, momentum)) : null),
        });
    }
    list.push({ name: "order", of: (r) => r.number });
    return list;
}

function chartMetrics() {
    const list = [{ name: study.metric, key: "rank", percent: study.percent }];
    if (study.has.testAcc) list.push({ name: "Test Acc", key: "testAcc", percent: true });
    if (study.has.valAcc && study.rankBy !== "accuracy") list.push({ name: "Val Acc", key: "valAcc", percent: true });
    if (study.has.valLoss && study.rankBy !== "loss") list.push({ name: "Val loss", key: "valLoss" });
    if (study.has.testLoss) list.push({ name: "Test loss", key: "testLoss" });
    list.push({ name: "Best epoch", key: "best" }, { name: "Seconds", key: "seconds" });
    return list;
}
