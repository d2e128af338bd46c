/* SPDX-License-Identifier: MIT */
/* Charts without a library: simple SVG. */

const SVG_MARGIN = { left: 56, right: 10, top: 10, bottom: 42 };

/* Where the ticks stand: round numbers, or powers of ten and what lies between them when those are few. */
function ticks([low, high], log, about) {
    const list = [];
    if (log) {
        const decades = Math.log10(high / low),
            steps = decades > 3 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 5];
        const skip = Math.max(1, Math.ceil(decades / about));
        for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++)
            for (const s of steps) if (e % skip === 0 && s * 10 ** e >= low && s * 10 ** e <= high) list.push(s * 10 ** e);
        if (list.length > 1) return list;
        list.length = 0;
    }
    const raw = (high - low) / about,
        size = 10 ** Math.floor(Math.log10(raw));
    const step = size * [1, 2, 5, 10].find((m) => m * size >= raw);
    for (let i = Math.ceil(low / step); i * step <= high; i++) list.push(i * step);
    return list;
}

function svgScale([low, high], log, from, to) {
    const f = log ? Math.log : (v) => v,
        a = f(low),
        b = f(high);
    const place = (v) => from + ((to - from) * (f(v) - a)) / (b - a);
    place.back = (p) => {
        const v = a + ((b - a) * (p - from)) / (to - from);
        return log ? Math.exp(v) : v;
    };
    return place;
}

function svgAxes(root, spec, at, ranges, size) {
    const m = SVG_MARGIN,
        soft = "var(--line)";
    const xs = spec.x.categories ? spec.x.categories.map((_, i) => i) : ticks(ranges.x, spec.x.log, Math.max(2, size.width / 90));
    for (const v of xs) {
        const x = at.x(v);
        if (x < m.left - 1 || x > size.width - m.right + 1) continue;
        root.append(svg("text", { x, y: size.height - m.bottom + 18, "text-anchor": "middle" }, tickText(spec.x, v)));
    }
    for (const v of ticks(ranges.y, spec.y.log, 5)) {
        const y = at.y(v);
        root.append(
            svg("line", { x1: m.left, x2: size.width - m.right, y1: y, y2: y, stroke: "var(--grid)" }),
            svg("text", { x: m.left - 7, y: y + 4, "text-anchor": "end" }, tickText(spec.y, v)),
        );
    }
    const bottom = size.height - m.bottom;
    root.append(
        svg("line", { x1: m.left, x2: size.width - m.right, y1: bottom, y2: bottom, stroke: soft }),
        svg("text", { x: (m.left + size.width) / 2, y: size.height - 6, "text-anchor": "middle" }, spec.x.label),
        svg(
            "text",
            { transform: `translate(12 ${bottom / 2}) rotate(-90)`, "text-anchor": "middle" },
            spec.y.label + (spec.y.percent ? " (%)" : ""),
        ),
    );
}

function svgLines(spec, at, lit) {
    return spec.lines.map((l) => {
        let path = "",
            pen = false;
        l.x.forEach((x, i) => {
            const y = l.y[i],
                fine = isNumber(y) && !(spec.y.log && y <= 0);
            if (fine) path += (pen ? "L" : "M") + at.x(x).toFixed(1) + " " + at.y(y).toFixed(1);
            pen = fine;
        });
        const strong = lit !== null && l.id === lit;
        return svg("path", {
            d: path,
            fill: "none",
            stroke: l.color,
            "stroke-width": strong ? 3 : 1.5,
            "stroke-linejoin": "round",
            "stroke-dasharray": l.dash ? "5 4" : "none",
            opacity: lit === null || strong ? 1 : 0.15,
        });
    });
}

function svgDots(spec, at, lit, floor) {
    return spec.dots.flatMap((d) => {
        const strong = d.id === lit,
            x = at.x(d.x),
            opacity = lit === null || strong ? 1 : 0.25;
        if (!isNumber(d.y) || (spec.y.log && d.y <= 0)) {
            const s = strong ? 6 : 4;
            return [
                svg("path", {
                    d: `M${x - s} ${floor - s}l${2 * s} ${2 * s}m0 ${-2 * s}l${-2 * s} ${2 * s}`,
                    stroke: d.color,
                    "stroke-width": 1.5,
                    opacity,
                }),
            ];
        }
        const bar =
            d.n > 1 && d.std
                ? [
                      svg("line", {
                          x1: x,
                          x2: x,
                          y1: at.y(d.y - d.std),
                          y2: at.y(d.y + d.std),
                          stroke: d.color,
                          "stroke-width": 1.5,
                          opacity,
                      }),
                  ]
                : [];
        return [...bar, svg("circle", { cx: x, cy: at.y(d.y), r: strong ? 7 : 4.5, fill: d.color, opacity })];
    });
}

function svgDraw(plot, chart) {
    const { spec } = chart,
        m = SVG_MARGIN,
        size = { width: plot.clientWidth, height: plot.clientHeight };
    const root = svg("svg", { width: size.width, height: size.height, "aria-hidden": "true" });
    const name = "clip-" + Math.random().toString(36).slice(2);
    let at;
    const paint = () => {
        const ranges = { x: chart.range || extent(allX(spec), spec.x.log), y: yExtent(spec, chart.range) };
        at = {
            x: svgScale(ranges.x, spec.x.log, m.left, size.width - m.right),
            y: svgScale(ranges.y, spec.y.log, size.height - m.bottom, m.top),
        };
        root.replaceChildren(
            svg(
                "clipPath",
                { id: name },
                svg("rect", { x: m.left, y: 0, width: size.width - m.left - m.right, height: size.height - m.bottom }),
            ),
        );
        svgAxes(root, spec, at, ranges, size);
        const drawn = spec.dots ? svgDots(spec, at, chart.lit, size.height - m.bottom - 7) : svgLines(spec, at, chart.lit);
        root.append(svg("g", { "clip-path": `url(#${name})` }, ...drawn));
    };
    svgDrag(root, chart, () => at);
    plot.append(root);
    paint();
    return {
        toPixel: (x, y) => [at.x(x), isNumber(y) && !(spec.y.log && y <= 0) ? at.y(y) : size.height - m.bottom - 7],
        setRange: paint,
        redraw: paint,
        destroy: () => root.remove(),
    };
}

/* Dragging over a stretch zooms into it. */
function svgDrag(root, chart, at) {
    let from = null,
        band = null;
    const place = (e) => e.clientX - root.getBoundingClientRect().left;
    root.addEventListener("pointerdown", (e) => {
        if (e.pointerType !== "mouse") return;
        from = place(e);
        root.setPointerCapture(e.pointerId);
        band = svg("rect", {
            y: SVG_MARGIN.top,
            height: root.clientHeight - SVG_MARGIN.top - SVG_MARGIN.bottom,
            fill: "var(--accent)",
            opacity: 0.15,
        });
    });
    root.addEventListener("pointermove", (e) => {
        if (from === null) return;
        const to = place(e);
        band.setAttribute("x", Math.min(from, to));
        band.setAttribute("width", Math.abs(to - from));
        root.append(band);
    });
    root.addEventListener("pointerup", (e) => {
        if (from === null) return;
        const to = place(e),
            ends = [from, to].sort((a, b) => a - b);
        from = null;
        band.remove();
        if (ends[1] - ends[0] > 4) chart.setRange(ends.map(at().x.back));
    });
}
