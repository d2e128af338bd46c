/* SPDX-License-Identifier: MIT */
/* Charts by uPlot: axes, scales, zoom by dragging. Dots, and what is lit, are drawn into its canvas. */

function uplotAxis(axis, vertical) {
    const logarithmic = (u, i, low, high) => ticks([low, high], true, vertical ? 6 : Math.max(2, u.width / 110));
    const splits = axis.categories ? () => axis.categories.map((_, i) => i) : axis.log ? logarithmic : undefined;
    return {
        label: axis.label + (axis.percent ? " (%)" : ""),
        labelSize: 20,
        labelFont: "12px " + cssColour("--sans"),
        labelGap: 0,
        stroke: cssColour("--soft"),
        font: "12px " + cssColour("--sans"),
        size: vertical ? 56 : 34,
        gap: 4,
        grid: { stroke: cssColour("--grid"), width: 1, show: vertical },
        ticks: { stroke: cssColour("--line"), width: 1, size: 4 },
        values: (u, at) => at.map((v) => (v === null ? "" : tickText(axis, v))),
        ...(splits && { splits, filter: (u, at) => at }),
    };
}

function uplotSeries(line) {
    return {
        label: line.label,
        stroke: line.color,
        width: 1.5,
        dash: line.dash ? [5, 4] : undefined,
        points: { show: line.x.length < 2, size: 5 },
    };
}

/* Numbers that a logarithmic scale does not know are left out. */
function uplotData(spec) {
    const cut = (y) => y.map((v) => (isNumber(v) && !(spec.y.log && v <= 0) ? v : null));
    if (spec.dots) {
        const sorted = spec.dots.filter((d) => isNumber(d.x) && !(spec.x.log && d.x <= 0)).sort((a, b) => a.x - b.x);
        return [sorted.map((d) => d.x), cut(sorted.map((d) => d.y))];
    }
    return uPlot.join(spec.lines.map((l) => [l.x, cut(l.y)]));
}

/* The lit curve once more on top, wider; the others step back. */
function uplotLightLines(u, chart) {
    const { ctx } = u,
        r = devicePixelRatio;
    for (const l of chart.spec.lines.filter((line) => line.id === chart.lit && chart.lit !== null)) {
        ctx.beginPath();
        let pen = false;
        l.x.forEach((x, i) => {
            if (!isNumber(l.y[i]) || (chart.spec.y.log && l.y[i] <= 0)) return void (pen = false);
            const at = [u.valToPos(x, "x", true), u.valToPos(l.y[i], "y", true)];
            pen ? ctx.lineTo(...at) : ctx.moveTo(...at);
            pen = true;
        });
        ctx.setLineDash(l.dash ? [5 * r, 4 * r] : []);
        ctx.lineWidth = 3 * r;
        ctx.strokeStyle = l.color;
        ctx.stroke();
    }
}

function uplotDots(u, chart) {
    const { ctx, bbox } = u,
        r = devicePixelRatio;
    const order = [...chart.spec.dots].sort((a, b) => (a.id === chart.lit) - (b.id === chart.lit));
    for (const d of order) {
        const lit = d.id === chart.lit,
            x = u.valToPos(d.x, "x", true);
        ctx.globalAlpha = chart.lit === null || lit ? 1 : 0.25;
        ctx.strokeStyle = ctx.fillStyle = d.color;
        ctx.lineWidth = 1.5 * r;
        ctx.beginPath();
        if (!isNumber(d.y) || (chart.spec.y.log && d.y <= 0)) {
            const y = bbox.top + bbox.height - 7 * r,
                s = (lit ? 6 : 4) * r;
            for (const [a, b] of [
                [-s, -s],
                [-s, s],
            ])
                (ctx.moveTo(x + a, y + b), ctx.lineTo(x - a, y - b));
            ctx.stroke();
            continue;
        }
        if (d.n > 1 && d.std) {
            ctx.moveTo(x, u.valToPos(d.y - d.std, "y", true));
            ctx.lineTo(x, u.valToPos(d.y + d.std, "y", true));
            ctx.stroke();
            ctx.beginPath();
        }
        ctx.arc(x, u.valToPos(d.y, "y", true), (lit ? 7 : 4.5) * r, 0, 7);
        ctx.fill();
    }
    ctx.globalAlpha = 1;
}

function uplotDraw(plot, chart) {
    const { spec } = chart;
    const paint = (u) => {
        const { ctx, bbox } = u;
        ctx.save();
        ctx.beginPath();
        ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
        ctx.clip();
        spec.dots ? uplotDots(u, chart) : uplotLightLines(u, chart);
        ctx.restore();
    };
    const seen = (u, low, high) => chart.range || extent(allX(spec), spec.x.log);
    const picked = (u) => {
        if (u.select.width > 4) chart.setRange([u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")]);
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    };
    const u = new uPlot(
        {
            width: plot.clientWidth,
            height: plot.clientHeight,
            legend: { show: false },
            padding: [10, 10, 0, 0],
            scales: {
                x: { time: false, distr: spec.x.log ? 3 : 1, range: seen },
                y: { distr: spec.y.log ? 3 : 1, range: () => yExtent(spec, chart.range) },
            },
            axes: [uplotAxis(spec.x, false), uplotAxis(spec.y, true)],
            series: [{}, ...(spec.dots ? [{ paths: () => null, points: { show: false } }] : spec.lines.map(uplotSeries))],
            cursor: { points: { show: false }, y: false, drag: { x: true, y: false, setScale: false } },
            hooks: { draw: [paint], setSelect: [picked] },
        },
        uplotData(spec),
        plot,
    );
    return {
        toPixel: (x, y) => {
            const left = u.valToPos(x, "x") + u.over.offsetLeft;
            if (!isNumber(y) || (spec.y.log && y <= 0)) return [left, u.over.offsetTop + u.over.clientHeight - 7];
            return [left, u.valToPos(y, "y") + u.over.offsetTop];
        },
        setRange: (range) => u.setScale("x", { min: range[0], max: range[1] }),
        redraw: () => {
            u.series.forEach((s, i) => (s.alpha = i && !spec.dots && chart.lit !== null && spec.lines[i - 1].id !== chart.lit ? 0.15 : 1));
            u.redraw(false, false);
        },
        destroy: () => u.destroy(),
    };
}
