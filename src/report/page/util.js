/* SPDX-License-Identifier: MIT */
/* Elements, numbers, colours. All text goes into the page as text, never as HTML. */

/* el("p", { class: "soft", onclick: f }, "text", child): an element. */
function el(tag, props, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(props || {})) {
        if (value === null || value === undefined || value === false) continue;
        if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
        else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
    return node;
}

function svg(tag, props, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(props || {})) node.setAttribute(key, value);
    node.append(...children);
    return node;
}

/* The JSON of <script type="application/json" id="...">, or null. */
function readJson(id) {
    const node = document.getElementById(id);
    if (!node) return null;
    try {
        return JSON.parse(node.textContent);
    } catch {
        return null;
    }
}

function isNumber(v) {
    return typeof v === "number" && Number.isFinite(v);
}

/* Four significant digits, the shortest way. */
function brief(v, digits = 4) {
    if (!isNumber(v)) return "–";
    if (v === 0) return "0";
    const size = Math.abs(v);
    if (size >= 1e6 || size < 1e-4)
        return v
            .toExponential(Math.min(digits - 1, 2))
            .replace(/\.?0+e/, "e")
            .replace("e+", "e")
            .replace("-", "−");
    return String(Number(v.toPrecision(Math.max(digits, size >= 1 ? String(Math.trunc(size)).length : 0)))).replace("-", "−");
}

/* The same with its zeros, for columns. */
function even(v) {
    return isNumber(v) && Math.abs(v) >= 1e-3 && Math.abs(v) < 1e4 ? v.toPrecision(4).replace("-", "−") : brief(v);
}

function percent(v, digits = 2) {
    return isNumber(v) ? (100 * v).toFixed(digits) + " %" : "–";
}

function duration(seconds) {
    if (!isNumber(seconds)) return "–";
    if (seconds < 60) return brief(seconds, seconds < 10 ? 2 : 3) + " s";
    const minutes = seconds / 60;
    return minutes < 90 ? brief(minutes, 3) + " min" : brief(minutes / 60, 3) + " h";
}

function plural(n, word) {
    return n.toLocaleString("en") + " " + word + (n === 1 ? "" : "s");
}

/* n, mean and standard deviation over the numbers among `values`. */
function spread(values) {
    const list = values.filter(isNumber),
        n = list.length;
    if (!n) return { n: 0, mean: null, std: null };
    const mean = list.reduce((a, b) => a + b, 0) / n;
    const std = n > 1 ? Math.sqrt(list.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1)) : null;
    return { n, mean, std };
}

/* ---- colours: Okabe and Ito's ---------------------------------------------------------------- */

const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const RAMP = [
    [0, 84, 140],
    [0, 114, 178],
    [86, 180, 233],
    [230, 159, 0],
    [213, 94, 0],
];

/* From cold to hot; t in 0..1. */
function ramp(t) {
    const at = Math.max(0, Math.min(1, t)) * (RAMP.length - 1),
        i = Math.min(RAMP.length - 2, Math.floor(at)),
        f = at - i;
    return "rgb(" + RAMP[i].map((a, k) => Math.round(a + (RAMP[i + 1][k] - a) * f)).join(" ") + ")";
}

function cssColour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* Colours of the values of an axis: { of(value), legend }. value: [label, number] or null. */
function colours(values) {
    const known = new Map();
    for (const v of values) if (v) known.set(v[0], v);
    const list = [...known.values()];
    const ordered = list.every((v) => v.length > 1),
        few = list.length <= (ordered ? 2 : PALETTE.length);
    if (ordered) list.sort((a, b) => a[1] - b[1]);
    const hue = new Map(list.map((v, i) => [v[0], few ? PALETTE[i] : ramp(i / (list.length - 1))]));
    const shown = list.length <= 9 ? list : [list[0], list[list.length >> 1], list[list.length - 1]];
    return {
        of: (v) => (v && hue.get(v[0])) || "#8a929b",
        legend: list.length > 1 ? shown.map((v) => ({ label: v[0], color: hue.get(v[0]) })) : [],
    };
}
