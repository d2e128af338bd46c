"use strict";
/* SPDX-License-Identifier: MIT */
/* A chart: title, tools to zoom with keys and fingers too, what lies under the pointer. What draws it is uPlot (chart_uplot.js), or where
 * the page was built without it our own few lines (chart_svg.js).
 *
 * spec: { title, height, x: {label, log, categories}, y: {label, log, percent}, onHover(id), onPick(id), legend,
 *         lines: [{id, label, x: [], y: [], color, dash}] or dots: [{id, label, x, y, std, color}] } */

const everyChart = new Set();

function makeChart(host, spec) {
    const plot = el("div", { class: "plot", role: "img", tabindex: "0" });
    const tip = el("div", { class: "tip", hidden: true });
    const tools = el("div", { class: "chart-tools no-print" });
    const title = el("div", { class: "chart-title" });
    const legend = el("ul", { class: "legend" });
    const note = el("p", { class: "chart-note" });
    const chart = { spec, lit: null, range: null, drawn: null };
    host.append(el("div", { class: "chart-head" }, title, tools), plot, legend, note);

    const full = () => extent(allX(chart.spec), chart.spec.x.log);
    const build = () => {
        chart.drawn && chart.drawn.destroy();
        chart.drawn = null;
        plot.replaceChildren(tip);
        tip.hidden = true;
        title.textContent = chart.spec.title;
        note.textContent = chart.spec.note || "";
        note.hidden = !chart.spec.note;
        plot.setAttribute("aria-label", describe(chart.spec));
        legend.replaceChildren(
            ...(chart.spec.legend || []).map((l) => {
                const swatch = el("span", { class: "swatch" });
                swatch.style.background = l.dash ? "repeating-linear-gradient(90deg, " + l.color + " 0 4px, transparent 4px 7px)" : l.color;
                return el("li", {}, swatch, l.label);
            }),
        );
        legend.hidden = !(chart.spec.legend || []).length;
        for (const tool of tools.children) if (tool.dataset.log) tool.setAttribute("aria-pressed", String(!!chart.spec.y.log));
        if (!allX(chart.spec).length) plot.append(el("div", { class: "empty" }, chart.spec.empty || "No numbers to draw."));
        else if (plot.clientWidth) chart.drawn = (typeof uPlot === "function" ? uplotDraw : svgDraw)(plot, chart);
        if (chart.drawn && chart.lit !== null) chart.drawn.redraw();
    };
    /* by: < 1 nearer, > 1 farther; shift: share of what is seen */
    chart.zoom = (by, shift) => {
        const whole = full(),
            seen = chart.range || whole,
            log = chart.spec.x.log;
        const to = log ? Math.log : (v) => v,
            from = log ? Math.exp : (v) => v;
        const [a, b] = seen.map(to),
            middle = (a + b) / 2 + shift * (b - a),
            half = ((b - a) * by) / 2;
        let [low, high] = [middle - half, middle + half];
        const [first, last] = whole.map(to);
        if (low < first) [low, high] = [first, Math.min(last, high + first - low)];
        if (high > last) [low, high] = [Math.max(first, low + last - high), last];
        chart.setRange(high - low >= (last - first) * 0.999 ? null : [from(low), from(high)]);
    };
    chart.setRange = (range) => {
        chart.range = range;
        plot.dataset.zoomed = String(!!range);
        if (chart.drawn) chart.drawn.setRange(range || full());
    };
    chart.light = (id) => {
        if (chart.lit === id) return;
        chart.lit = id;
        plot.dataset.lit = id || "";
        if (chart.drawn) chart.drawn.redraw();
    };
    chart.update = (next) => {
        chart.spec = next;
        chart.range = null;
        plot.dataset.zoomed = "false";
        build();
    };
    chart.build = build;
    chart.destroy = () => {
        everyChart.delete(chart);
        watcher.disconnect();
        chart.drawn && chart.drawn.destroy();
    };

    const tool = (text, name, act) =>
        el("button", { type: "button", class: "tool", "aria-label": name + ": " + spec.title, title: name, onclick: act }, text);
    if (spec.y.canLog) {
        const log = tool("log", "Logarithmic scale", () => chart.update({ ...chart.spec, y: { ...chart.spec.y, log: !chart.spec.y.log } }));
        log.dataset.log = "1";
        tools.append(log);
    }
    tools.append(
        tool("←", "Move left", () => chart.zoom(1, -0.25)),
        tool("→", "Move right", () => chart.zoom(1, 0.25)),
        tool("+", "Zoom in", () => chart.zoom(0.5, 0)),
        tool("−", "Zoom out", () => chart.zoom(2, 0)),
        tool("⤢", "Show all", () => chart.setRange(null)),
    );
    plot.addEventListener("keydown", (e) => {
        const act = { ArrowLeft: [1, -0.25], ArrowRight: [1, 0.25], "+": [0.5, 0], "=": [0.5, 0], "-": [2, 0] }[e.key];
        if (act) chart.zoom(...act);
        else if (e.key === "0") chart.setRange(null);
        else return;
        e.preventDefault();
    });
    watchPointer(plot, chart, tip);
    let width = 0;
    const watcher = new ResizeObserver(() => {
        if (plot.clientWidth && plot.clientWidth !== width) {
            width = plot.clientWidth;
            build();
            if (chart.range) chart.setRange(chart.range);
        }
    });
    build();
    watcher.observe(plot);
    everyChart.add(chart);
    return chart;
}

function allX(spec) {
    return spec.dots ? spec.dots.map((d) => d.x).filter(isNumber) : spec.lines.flatMap((l) => l.x);
}

/* Least and largest with a little air; a logarithmic axis knows only what is above 0. */
function extent(values, log) {
    let low = Infinity,
        high = -Infinity;
    for (const v of values) {
        if (!isNumber(v) || (log && v <= 0)) continue;
        if (v < low) low = v;
        if (v > high) high = v;
    }
    if (low > high) return log ? [0.1, 1] : [0, 1];
    if (log) return low === high ? [low / 2, high * 2] : [low * (low / high) ** 0.05, high * (high / low) ** 0.05];
    const air = low === high ? Math.abs(low) * 0.1 || 0.5 : (high - low) * 0.04;
    return [low - air, high + air];
}

function yValues(spec, range) {
    const seen = (x) => !range || (x >= range[0] && x <= range[1]);
    if (spec.dots) return spec.dots.filter((d) => seen(d.x)).flatMap((d) => (d.std && d.n > 1 ? [d.y - d.std, d.y + d.std, d.y] : [d.y]));
    return spec.lines.flatMap((l) => l.y.filter((v, i) => seen(l.x[i])));
}

function yExtent(spec, range) {
    const [low, high] = extent(yValues(spec, range), spec.y.log);
    return spec.y.percent ? [Math.max(low, -0.02), Math.min(high, 1.02)] : [low, high];
}

function tickText(axis, v) {
    if (axis.categories) return axis.categories[Math.round(v)] ?? "";
    return axis.percent ? brief(100 * v, 3) : brief(v, 3);
}

function describe(spec) {
    const n = spec.dots ? plural(spec.dots.length, "dot") : plural(spec.lines.length, "curve");
    return (
        spec.title + ": " + n + ", " + spec.y.label + " against " + spec.x.label + ". Arrow keys move, plus and minus zoom, 0 shows all."
    );
}

/* ---- what lies under the pointer --------------------------------------------------------------- */

function toSegment(px, py, a, b) {
    const dx = b[0] - a[0],
        dy = b[1] - a[1],
        length = dx * dx + dy * dy;
    const t = length ? Math.max(0, Math.min(1, ((px - a[0]) * dx + (py - a[1]) * dy) / length)) : 0;
    return { far: Math.hypot(px - a[0] - t * dx, py - a[1] - t * dy), end: t > 0.5 };
}

/* { item, index } of the nearest dot or curve within 20 pixels, or null. */
function hit(chart, px, py) {
    const { spec, drawn } = chart;
    let found = null,
        least = 20;
    for (const d of spec.dots || []) {
        const at = drawn.toPixel(d.x, d.y);
        const far = Math.hypot(px - at[0], py - at[1]);
        if (far < least) [least, found] = [far, { item: d }];
    }
    for (const l of spec.lines || []) {
        let before = null;
        for (let i = 0; i < l.x.length; i++) {
            const at = isNumber(l.y[i]) && (!spec.y.log || l.y[i] > 0) ? drawn.toPixel(l.x[i], l.y[i]) : null;
            if (at) {
                const near = toSegment(px, py, before || at, at);
                if (near.far < least) [least, found] = [near.far, { item: l, index: near.end || !before ? i : i - 1 }];
            }
            before = at;
        }
    }
    return found;
}

function tipText(spec, found) {
    const d = found.item,
        x = spec.dots ? d.x : d.x[found.index],
        y = spec.dots ? d.y : d.y[found.index];
    const value = spec.y.percent ? percent(y) : brief(y);
    const off = spec.dots && d.n > 1 && d.std ? " ± " + (spec.y.percent ? (100 * d.std).toFixed(2) : brief(d.std, 2)) : "";
    return [
        d.label,
        (isNumber(y) ? spec.y.label + " " + value + off : "no value") + (spec.dots ? "" : " at " + spec.x.label + " " + brief(x)),
    ];
}

function watchPointer(plot, chart, tip) {
    let down = null;
    const say = (found, px, py) => {
        tip.hidden = !found;
        plot.style.cursor = found && chart.spec.onPick ? "pointer" : "";
        if (found) {
            tip.replaceChildren(
                ...tipText(chart.spec, found)
                    .filter(Boolean)
                    .map((line) => el("div", {}, line)),
            );
            tip.style.left = Math.max(0, Math.min(px + 14, plot.clientWidth - tip.offsetWidth - 4)) + "px";
            tip.style.top = Math.max(0, py > 70 ? py - tip.offsetHeight - 12 : py + 16) + "px";
        }
        const id = found ? found.item.id : null;
        if (chart.spec.onHover) chart.spec.onHover(id);
        else chart.light(id);
    };
    const place = (e) => {
        const box = plot.getBoundingClientRect();
        return [e.clientX - box.left, e.clientY - box.top];
    };
    plot.addEventListener("mousemove", (e) => {
        const [px, py] = place(e);
        if (chart.drawn && !e.buttons) say(hit(chart, px, py), px, py);
    });
    plot.addEventListener("mouseleave", () => say(null));
    plot.addEventListener("mousedown", (e) => (down = place(e)), true);
    plot.addEventListener("click", (e) => {
        const [px, py] = place(e);
        const dragged = down && Math.hypot(px - down[0], py - down[1]) > 4;
        const found = !dragged && chart.drawn && hit(chart, px, py);
        if (found && chart.spec.onPick) chart.spec.onPick(found.item.id);
    });
    plot.addEventListener("dblclick", () => chart.setRange(null));
}

/* Colours come from the style, which changes with the system's theme and for a printer. */
function redrawCharts() {
    for (const chart of everyChart) {
        const range = chart.range;
        chart.build();
        if (range) chart.setRange(range);
    }
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawCharts);
window.addEventListener("beforeprint", () => {
    document.documentElement.dataset.print = "";
    redrawCharts();
});
window.addEventListener("afterprint", () => {
    delete document.documentElement.dataset.print;
    redrawCharts();
});
