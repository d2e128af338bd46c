/* SPDX-License-Identifier: MIT */
/* The table of trials: sorting by its heads, filtering by words and choices, rows that keys walk through. */

/* One word of the filter: "lr>=0.01", "momentum=0.9", or any text. */
function makeTest(word) {
    const found = /^(.+?)(>=|<=|!=|=|>|<|:)(.+)$/.exec(word);
    const axis = found ? findColumn(found[1]) : null;
    if (!axis) return (r) => r.text.includes(word);
    const wanted = Number(found[3]),
        sign = found[2];
    return (r) => {
        const { label, number } = axis(r);
        const numbers = isNumber(number) && found[3] !== "" && Number.isFinite(wanted);
        const same = numbers ? Math.abs(number - wanted) <= 1e-9 * Math.abs(wanted) : label.includes(found[3]);
        if (sign === "=" || sign === ":") return same;
        if (sign === "!=") return !same;
        if (!numbers) return false;
        return sign === ">"
            ? number > wanted
            : sign === "<"
              ? number < wanted
              : sign === ">="
                ? number > wanted || same
                : number < wanted || same;
    };
}

/* What the left side of a comparison means: an axis by its key or its end, val, test, loss, epoch, state, note, seed. */
function findColumn(name) {
    const i = study.axes.findIndex((a, k) => a.key.toLowerCase() === name || study.names[k].toLowerCase() === name);
    if (i >= 0) return (r) => ({ label: r.values[i] ? r.values[i][0].toLowerCase() : "", number: r.values[i] ? r.values[i][1] : null });
    const keys = {
        val: "rank",
        acc: "rank",
        test: study.has.testAcc ? "testAcc" : "testLoss",
        loss: "valLoss",
        epoch: "best",
        seconds: "seconds",
    };
    if (keys[name]) return (r) => ({ label: "", number: r[keys[name]].mean });
    if (name === "state" || name === "note") return (r) => ({ label: r[name].toLowerCase(), number: null });
    if (name === "seed") return (r) => ({ label: r.trials.map((t) => t.seed).join(" "), number: r.trials[0].seed });
    return null;
}

function compareRows(column, down) {
    return (a, b) => {
        const x = column.key(a),
            y = column.key(b);
        const none = (v) => v === null || v === undefined || Number.isNaN(v);
        if (none(x) || none(y)) return none(x) - none(y) || a.number - b.number; /* no number: last, either way */
        const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true });
        return (down ? -order : order) || a.number - b.number;
    };
}

/* view: { rows, columns, sort: {column, down}, onHover(id), onOpen(row), onSort() } */
function makeTable(host, view) {
    const head = el("tr", {}),
        body = el("tbody", {});
    const lines = new Map();
    let lit = null;
    const table = el("table", { class: "trials" }, el("thead", {}, head), body);
    host.append(table);

    const line = (row) => {
        if (lines.has(row.id)) return lines.get(row.id);
        const tr = el("tr", {
            "data-id": row.id,
            tabindex: "-1",
            "aria-label": Object.values(rowName(row)).filter(Boolean).join(": ") + ", open",
        });
        for (const c of view.columns) {
            const kind = c.kind === "state" ? "state " + row.state : c.kind;
            const td = el(
                "td",
                { class: [kind, c.right && "right", c.minor && "minor"].filter(Boolean).join(" ") || null, "data-name": c.name },
                c.text(row),
            );
            if (c.kind === "text") td.title = c.text(row);
            if (c.kind === "first" && row.isBest) td.append(" ", el("span", { class: "best-mark" }, "best"));
            tr.append(td);
        }
        lines.set(row.id, tr);
        return tr;
    };
    /* They stay when the order changes, and with them the focus. */
    head.append(
        ...view.columns.map((c, i) =>
            el(
                "th",
                { scope: "col", class: c.right ? "right" : null, title: c.title },
                el("button", { type: "button", onclick: () => view.onSort(i) }, c.name),
            ),
        ),
    );
    const heads = () =>
        view.columns.forEach((c, i) => {
            const th = head.children[i],
                mine = view.sort.column === i;
            th.firstChild.textContent = c.name + (mine ? (view.sort.down ? " ↓" : " ↑") : "");
            if (mine) th.setAttribute("aria-sort", view.sort.down ? "descending" : "ascending");
            else th.removeAttribute("aria-sort");
        });
    const first = () => {
        for (const tr of body.querySelectorAll("tr[tabindex='0']")) tr.tabIndex = -1;
        if (body.firstElementChild) body.firstElementChild.tabIndex = 0;
    };
    const rowAt = (target) => {
        const tr = target.closest && target.closest("tr[data-id]");
        return tr ? { tr, row: view.rows.find((r) => r.id === tr.dataset.id) } : null;
    };
    const walk = (from, to) => {
        if (!to) return;
        from.tabIndex = -1;
        to.tabIndex = 0;
        to.focus();
    };
    body.addEventListener("click", (e) => {
        const at = rowAt(e.target);
        if (at && !String(getSelection())) view.onOpen(at.row);
    });
    body.addEventListener("keydown", (e) => {
        const at = rowAt(e.target);
        if (!at) return;
        if (e.key === "Enter" || e.key === " ") view.onOpen(at.row);
        else if (e.key === "ArrowDown") walk(at.tr, at.tr.nextElementSibling);
        else if (e.key === "ArrowUp") walk(at.tr, at.tr.previousElementSibling);
        else if (e.key === "Home") walk(at.tr, body.firstElementChild);
        else if (e.key === "End") walk(at.tr, body.lastElementChild);
        else return;
        e.preventDefault();
    });
    for (const event of ["mouseover", "focusin"])
        body.addEventListener(event, (e) => view.onHover((rowAt(e.target) || { row: null }).row?.id ?? null));
    for (const event of ["mouseleave", "focusout"]) body.addEventListener(event, () => view.onHover(null));
    return {
        show(rows) {
            heads();
            body.replaceChildren(...rows.map(line));
            host.classList.remove("wide");
            host.classList.toggle("wide", table.offsetWidth > host.clientWidth); /* else its head sticks to the window */
            first();
        },
        light(id) {
            if (lit) lit.classList.remove("lit");
            lit = lines.get(id) || null;
            if (lit) lit.classList.add("lit");
        },
        focus(id) {
            const tr = lines.get(id);
            if (!tr || !tr.isConnected) return;
            for (const other of body.querySelectorAll("tr[tabindex='0']")) other.tabIndex = -1;
            tr.tabIndex = 0;
            tr.focus({ preventScroll: false });
        },
    };
}
