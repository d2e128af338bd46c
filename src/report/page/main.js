/* SPDX-License-Identifier: MIT */
/* The page: a single run, or table and two charts that are linked by hover and filter. */

const MOST_CURVES = 100;

function tile(name, value, more) {
    return el(
        "div",
        { class: "tile" },
        el("div", { class: "name" }, name),
        el("div", { class: "value" }, value),
        more ? el("div", { class: "more" }, more) : null,
    );
}

function about() {
    const days =
        isNumber(study.created) && study.created > 0
            ? new Date(1000 * study.created).toLocaleDateString("en", { dateStyle: "long" })
            : null;
    const words = [
        study.trials.length > 1 ? plural(study.trials.length, study.axes.length ? "trial" : "run") : null,
        study.several ? plural(study.seeds, "seed") + " a point" : null,
        study.axes.length ? "varied: " + study.names.join(", ") : null,
        days,
    ];
    document.getElementById("about").textContent = words.filter(Boolean).join(" · ");
    document.getElementById("charts-by").textContent =
        typeof uPlot === "function" ? "Charts by uPlot (MIT licence)." : "Simple charts: uPlot was not at hand when Surefoot was built.";
}

function tiles(rows) {
    const best = rows.find((r) => r.isBest) || rows[0],
        count = (state) => study.trials.filter((t) => t.state === state).length;
    const host = document.getElementById("tiles"),
        name = rowName(best);
    const off = ["pruned", "failed", "running", "waiting"]
        .map((s) => [s, count(s)])
        .filter((s) => s[1])
        .map((s) => s[1] + " " + s[0]);
    host.append(tile("Best " + study.metric, scoreText(best.rank.mean, best.rank.std), name.values || name.title));
    if (study.has.testAcc)
        host.append(tile("Its test accuracy", scoreText(best.testAcc.mean, best.testAcc.std, true), "at the best epoch by validation"));
    else if (study.has.testLoss)
        host.append(tile("Its test loss", scoreText(best.testLoss.mean, best.testLoss.std, false), "at the best epoch by validation"));
    host.append(tile("Trials done", count("done") + " of " + study.trials.length, off.join(", ") || "none failed"));
    if (study.wall > 0) host.append(tile("Time", duration(study.wall), plural(study.workers, "worker")));
}

/* A long table of trials stands before the figures: links to what there is. */
function linkParts() {
    const heads = [...document.querySelectorAll("main > section > h2[id], #explore > h2")];
    if (heads.length > 1)
        document.getElementById("parts").append(...heads.map((h) => el("a", { href: "#" + (h.id || "explore") }, h.textContent)));
}

/* ---- exploring ------------------------------------------------------------------------------------- */

function select(label, options, chosen, act) {
    const node = el(
        "select",
        { onchange: () => act(node.value) },
        options.map(([value, text]) => el("option", { value, selected: String(value) === String(chosen) }, text)),
    );
    return el("label", { class: "field" }, label, node);
}

/* Values of the axes that few trials share make a choice each. */
function facets(state, act) {
    const list = study.axes.map((a, i) => [
        i,
        [
            ...new Map(
                study.trials
                    .map((t) => t.values[i])
                    .filter(Boolean)
                    .map((v) => [v[0], v]),
            ).values(),
        ],
    ]);
    return list
        .filter(([, values]) => values.length > 1 && values.length <= 24)
        .map(([i, values]) => {
            values.sort((a, b) => (a.length > 1 && b.length > 1 ? a[1] - b[1] : 0));
            return select(study.names[i], [["", "all"], ...values.map((v) => [v[0], v[0]])], "", (v) => {
                v ? state.facets.set(i, v) : state.facets.delete(i);
                act();
            });
        });
}

function passes(state) {
    const tests = state.words.toLowerCase().split(/\s+/).filter(Boolean).map(makeTest);
    return (r) => [...state.facets].every(([i, v]) => r.values[i] && r.values[i][0] === v) && tests.every((test) => test(r));
}

function dotsSpec(state, rows) {
    const x = state.axes[state.x],
        y = state.metrics[state.y],
        paint = state.paint();
    return {
        title: y.name + " against " + x.name,
        x: { label: x.name, log: !!x.log, categories: x.categories },
        y: { label: y.name, percent: y.percent, canLog: !y.percent, log: state.logY },
        dots: rows
            .map((r) => ({
                id: r.id,
                label: dotName(r),
                x: x.of(r),
                y: r[y.key].mean,
                std: r[y.key].std,
                n: r[y.key].n,
                color: paint.of(r),
            }))
            .filter((d) => isNumber(d.x) && (!x.log || d.x > 0)),
        legend: paint.legend,
        note: rows.some((r) => !isNumber(r[y.key].mean)) ? "A cross at the foot: no value." : "",
        empty: "No trial passes the filter.",
    };
}

function dotName(r) {
    const name = rowName(r);
    return name.values || name.title;
}

function curveChoices() {
    const list = new Map();
    for (const t of study.trials.slice(0, 50)) {
        const run = runOf(t);
        for (const split of ["validation", "train"])
            for (const key of Object.keys(run?.[split] || {}))
                if (!["step", "epoch", "lr", "grad_norm"].includes(key)) list.set(split + " " + key, { split, key });
    }
    return [...list].map(([name, c]) => ({ name, ...c, percent: c.key === "accuracy" }));
}

function curvesSpec(state, rows) {
    const c = state.curves[state.curve],
        paint = state.paint(),
        lines = [];
    const best = [...rows].sort((a, b) => (isBetter(a.rank.mean, b.rank.mean) ? -1 : isBetter(b.rank.mean, a.rank.mean) ? 1 : 0));
    let trials = 0;
    for (const r of best)
        for (const t of r.trials) {
            const part = runOf(t)?.[c.split];
            if (!part?.[c.key] || trials++ >= MOST_CURVES) continue;
            lines.push({
                id: r.id,
                label: dotName(r) + (study.several ? ", seed " + t.seed : ""),
                x: part.epoch || part.step,
                y: part[c.key],
                color: paint.of(r),
            });
        }
    const values = lines.flatMap((l) => l.y).filter(isNumber),
        low = Math.min(...values),
        high = Math.max(...values);
    return {
        title: c.name,
        x: { label: "epoch" },
        y: { label: c.name, percent: c.percent, canLog: low > 0 && !c.percent, log: low > 0 && !c.percent && high / low > 50 },
        lines: lines.reverse(),
        legend: paint.legend,
        empty: "No trial passes the filter.",
        note: trials > MOST_CURVES ? "The best " + MOST_CURVES + " of " + trials + " curves." : "",
    };
}

function startState() {
    const state = {
        axes: chartAxes(),
        metrics: chartMetrics(),
        curves: curveChoices(),
        x: 0,
        y: 0,
        curve: 0,
        colour: 0,
        logY: false,
        words: "",
        facets: new Map(),
        points: study.several,
    };
    const wanted = state.curves.findIndex((c) => c.split === "validation" && c.key === study.rankBy);
    state.curve = Math.max(0, wanted);
    if (study.axes.length > 1) state.colour = 1;
    const made = new Map();
    state.paint = () => {
        const i = state.colour;
        if (!made.has(i)) {
            const c =
                i < study.axes.length
                    ? colours(study.trials.map((t) => t.values[i]))
                    : colours(study.trials.map((t) => [t.folder || String(t.trial)]));
            const legend = i < study.axes.length ? c.legend.map((l) => ({ ...l, label: study.names[i] + " " + l.label })) : [];
            made.set(i, {
                legend,
                of: (r) => c.of(i < study.axes.length ? r.values[i] : [r.trials[0].folder || String(r.trials[0].trial)]),
            });
        }
        return made.get(i);
    };
    return state;
}

function explore(host) {
    const state = startState(),
        charts = {};
    let view,
        table,
        shown = [],
        waiting = 0;
    const count = el("p", { class: "shown", role: "status" });
    const light = (id) => {
        for (const c of Object.values(charts)) c.light(id);
        table.light(id);
    };
    const open = (id) => {
        const row = view.rows.find((r) => r.id === id);
        if (row) dialog.show(row);
    };
    const link = (spec) => ({ ...spec, onHover: light, onPick: open });
    const draw = () => {
        charts.dots.update(link(dotsSpec(state, shown)));
        if (charts.curves) charts.curves.update(link(curvesSpec(state, shown)));
    };
    const refresh = () => {
        const column = view.columns[view.sort.column];
        shown = view.rows.filter(passes(state)).sort(compareRows(column, view.sort.down));
        table.show(shown);
        count.textContent =
            shown.length === view.rows.length ? plural(shown.length, "row") : shown.length + " of " + plural(view.rows.length, "row");
        draw();
    };
    const later = () => {
        cancelAnimationFrame(waiting);
        waiting = requestAnimationFrame(refresh);
    };
    const sortBy = (i, down) => {
        view.sort = { column: i, down: down ?? (view.sort.column === i ? !view.sort.down : view.columns[i].best === -1) };
        const column = view.columns[i];
        shown.sort(compareRows(column, view.sort.down));
        table.show(shown);
        phone.querySelector("select").value = String(i);
    };
    const setView = (points) => {
        state.points = points;
        const columns = makeColumns(points),
            score = columns.findIndex((c) => c.kind === "score");
        view = {
            rows: makeRows(points),
            columns,
            sort: { column: score, down: study.maximize },
            onHover: light,
            onOpen: (r) => dialog.show(r),
            onSort: sortBy,
        };
        tableHost.replaceChildren();
        table = makeTable(tableHost, view);
    };

    const tableHost = el("div", { class: "table-host" });
    const dialog = makeDialog(
        () => shown,
        (id) => table.focus(id),
    );
    setView(state.points);
    const phone = el(
        "div",
        { class: "only-phone" },
        select(
            "Sort by",
            view.columns.map((c, i) => [i, c.name]),
            view.sort.column,
            (v) => sortBy(Number(v)),
        ),
    );
    const words = el("input", {
        type: "search",
        id: "filter",
        placeholder: filterExample(),
        autocomplete: "off",
        spellcheck: "false",
        oninput: () => ((state.words = words.value), later()),
    });
    const bar = el(
        "div",
        { class: "controls no-print" },
        el("label", { class: "field wide" }, "Filter", words),
        facets(state, later),
        phone,
    );
    if (study.several) bar.append(viewSwitch(state, (points) => (setView(points), refresh())));
    const chartBar = el(
        "div",
        { class: "controls no-print" },
        select(
            "Across",
            state.axes.map((a, i) => [i, a.name]),
            state.x,
            (v) => ((state.x = Number(v)), draw()),
        ),
        select(
            "Up",
            state.metrics.map((m, i) => [i, m.name]),
            state.y,
            (v) => ((state.y = Number(v)), draw()),
        ),
        study.axes.length > 1
            ? select(
                  "Colour",
                  study.names.map((n, i) => [i, n]),
                  state.colour,
                  (v) => ((state.colour = Number(v)), draw()),
              )
            : null,
        state.curves.length
            ? select(
                  "Curves",
                  state.curves.map((c, i) => [i, c.name]),
                  state.curve,
                  (v) => ((state.curve = Number(v)), draw()),
              )
            : null,
    );
    const grid = el("div", { class: "charts" });
    host.append(el("h2", {}, study.axes.length ? "Trials" : "Runs"), bar, chartBar, grid, count, tableHost);
    shown = view.rows;
    charts.dots = makeChart(grid.appendChild(el("div", { class: "chart" })), link(dotsSpec(state, shown)));
    if (state.curves.length) charts.curves = makeChart(grid.appendChild(el("div", { class: "chart" })), link(curvesSpec(state, shown)));
    refresh();
    tiles(view.rows);
    if (location.hash.length > 1) open(location.hash.slice(1));
}

function viewSwitch(state, act) {
    const names = [
        ["Means over seeds", true],
        ["Every trial", false],
    ];
    const buttons = names.map(([text, points]) =>
        el(
            "button",
            {
                type: "button",
                class: "button",
                "aria-pressed": String(state.points === points),
                onclick: () => {
                    buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(names[i][1] === points)));
                    act(points);
                },
            },
            text,
        ),
    );
    return el("div", { class: "switch", role: "group", "aria-label": "Rows" }, buttons);
}

function filterExample() {
    const i = study.axes.findIndex((a) => a.numbers),
        v = study.trials[study.trials.length >> 1].values[i];
    return v?.length > 1 ? study.names[i] + ">=" + v[0] + " diverged" : "words of a row";
}

function start() {
    const trouble = document.getElementById("trouble");
    if (!openStudy() || !study.trials.length) {
        trouble.textContent = study ? "There is no trial yet." : "The data of this page are damaged.";
        trouble.hidden = false;
        return;
    }
    about();
    const host = document.getElementById("explore");
    if (study.trials.length > 1) {
        explore(host);
        return linkParts();
    }
    const body = host.appendChild(el("div", { class: "run-body single" }));
    showRun(body, study.trials);
}

document.addEventListener("DOMContentLoaded", start);
