#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""report.html in headless Chromium, from disk and offline: sort, filter, hover, zoom, a run, keys, a phone; no error, no request.

labels: slow
The page is tried as it is and without the charts' library. Says skipped where Chromium, its driver or Selenium is not there.
"""
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SYSTEM_PYTHON = "/usr/bin/python3"          # where the distribution's Selenium is, if another Python comes first
try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    if os.path.exists(SYSTEM_PYTHON) and os.path.realpath(sys.executable) != os.path.realpath(SYSTEM_PYTHON):
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, *sys.argv])
    print("skipped: Selenium (python3-selenium) is not installed")
    sys.exit(77)

RATES = ["0.0001", "0.001", "0.01", "0.03", "0.1"]     # the first of tests/page_study.c
MOMENTA, SEEDS = ["0", "0.9"], 2
RECIPE = """data: digits
model: flatten | linear 32 | relu | linear
optimizer: sgd lr=0.1 momentum=0
train: {epochs: 6, batch: 64}
"""


def skip(why):
    print("skipped:", why)
    sys.exit(77)


# ---- what is looked at --------------------------------------------------------------------------

def train(folder, program):
    (folder / "base.yaml").write_text(RECIPE)
    (folder / "trials").mkdir()
    grid = [(r, m, s) for r in RATES for m in MOMENTA for s in range(SEEDS)]
    for i, (rate, momentum, seed) in enumerate(grid):
        watch = ["--watch"] if seed == 0 else []
        subprocess.run([program, "train", "base.yaml", "-q", "--threads", "1", *watch, f"optimizer.lr={rate}",
                        f"optimizer.momentum={momentum}", f"train.seed={seed}", "-o", f"trials/{i:05d}"],
                       cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def write_pages(folder, writer):
    page, single, plain = folder / "report.html", folder / "run.html", folder / "plain.html"
    arguments = [str(folder), str(len(RATES)), str(SEEDS)]
    subprocess.run([writer, "--write", page, *arguments], check=True)
    subprocess.run([writer, "--write", single, *arguments, "trials/00000"], check=True)
    # as a build without uPlot writes it
    plain.write_text(re.sub(r"<script>/\*\n.*?</script>", "", page.read_text(), count=1, flags=re.S))
    return page, plain, single


def open_browser():
    options = Options()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,1000",
                 "--force-prefers-reduced-motion"):
        options.add_argument(flag)
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or skip("chromium is not installed")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = shutil.which("chromedriver") or skip("chromedriver (chromium-driver) is not installed")
    return webdriver.Chrome(service=Service(driver), options=options)


# ---- small words -----------------------------------------------------------------------------------

def load(b, page):
    b.get(page.as_uri())
    WebDriverWait(b, 20).until(lambda d: d.execute_script("return document.readyState === 'complete' && everyChart.size > 0"))


def all_of(b, selector):
    return b.find_elements(By.CSS_SELECTOR, selector)


def column(b, name):
    return [cell.text for cell in all_of(b, f"tbody td[data-name='{name}']")]


def settle(b):
    b.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60)))")


def want(what, got, wanted):
    assert got == wanted, f"{what}: {got!r}, wanted {wanted!r}"


def quiet(b, page):
    """Nothing was complained about, nothing was asked for, nothing is there that is no text."""
    text = b.execute_script("return [...document.querySelectorAll('main, dialog')].map((e) => e.innerText).join(' ')")
    want(f"{page.name}: words that are none", re.findall(r"\[object|undefined|\bNaN\b|\bnull\b", text), [])
    log = [entry for entry in b.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    want(f"{page.name}: console", log, [])
    asked = b.execute_script("return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('data:'))")
    want(f"{page.name}: requests", asked, [])


# ---- what must hold ------------------------------------------------------------------------------------

def sorts(b):
    head = next(e for e in all_of(b, ".trials th button") if e.text.split(" ")[0] == "lr")
    head.click()
    rates = [float(v) for v in column(b, "lr")]
    want("sorted by lr", rates, sorted(rates))
    want("rows", len(rates), len(RATES) * len(MOMENTA))
    want("aria-sort", head.find_element(By.XPATH, "..").get_attribute("aria-sort"), "ascending")
    head.click()
    want("sorted down", [float(v) for v in column(b, "lr")], sorted(rates, reverse=True))


def filters(b):
    box = b.find_element(By.ID, "filter")
    for words, keep in (("lr>=0.01", lambda r, m: r >= 0.01), ("momentum=0.9 lr<0.01", lambda r, m: m == 0.9 and r < 0.01),
                        ("no such words", lambda r, m: False)):
        box.clear()
        box.send_keys(words)
        settle(b)
        shown = sum(keep(float(r), float(m)) for r in RATES for m in MOMENTA)
        want(f"rows of `{words}`", len(column(b, "lr")), shown)
        want(f"dots of `{words}`", b.execute_script("return [...everyChart][0].spec.dots.length"), shown)
    box.clear()
    box.send_keys(" ")
    settle(b)
    want("rows without a filter", len(column(b, "lr")), len(RATES) * len(MOMENTA))


def hovers(b):
    row = all_of(b, "tr[data-id]")[2]
    b.execute_script("arguments[0].scrollIntoView({block: 'center'})", row)
    ActionChains(b).move_to_element(row).perform()
    settle(b)
    name = row.get_attribute("data-id")
    want("charts light the row's", {p.get_attribute("data-lit") for p in all_of(b, "#explore .plot")}, {name})
    plot = all_of(b, "#explore .plot")[0]
    b.execute_script("arguments[0].scrollIntoView({block: 'center'})", plot)
    name, x, y = b.execute_script("const c = [...everyChart][0], d = c.spec.dots[1]; return [d.id, ...c.drawn.toPixel(d.x, d.y)]")
    size = plot.size
    ActionChains(b).move_to_element_with_offset(plot, int(x - size["width"] / 2), int(y - size["height"] / 2)).perform()
    settle(b)
    want("the row of the dot", [e.get_attribute("data-id") for e in all_of(b, "tr.lit")], [name])
    assert all_of(b, "#explore .tip")[0].is_displayed(), "no word on the dot"


def zooms(b):
    plot = all_of(b, "#explore .plot")[1]
    whole = b.execute_script("return [...everyChart][1].range")
    want("range before", whole, None)
    ActionChains(b).move_to_element_with_offset(plot, -60, 0).click_and_hold().move_by_offset(90, 0).release().perform()
    settle(b)
    low, high = b.execute_script("return [...everyChart][1].range")
    assert 0 < low < high < len(RATES) + 2, (low, high)
    want("no run opened by dragging", all_of(b, "dialog[open]"), [])
    plot.send_keys("0")
    want("range after 0", b.execute_script("return [...everyChart][1].range"), None)
    plot.send_keys("+")
    assert b.execute_script("return [...everyChart][1].range"), "+ does not zoom"
    plot.send_keys("0")


def opens_a_run(b):
    row = all_of(b, "tr[data-id]")[0]
    b.execute_script("arguments[0].scrollIntoView({block: 'center'})", row)
    row.click()
    settle(b)
    dialog = b.find_element(By.CSS_SELECTOR, "dialog[open]")
    for word in ("Loss", "Accuracy", "Signals of the layers", "Diagnosis", "Recipe, resolved", "seed 1"):
        assert word in dialog.text, f"the run does not show {word}: {dialog.text}"
    assert len(all_of(b, "dialog .plot canvas, dialog .plot svg")) >= 4, "curves and signals are not drawn"
    dialog.find_element(By.XPATH, ".//button[text()='seed 1']").click()
    assert "The doctor did not look at this run" in dialog.text
    before = dialog.find_element(By.ID, "run-title").text
    dialog.find_element(By.CSS_SELECTOR, "[aria-label='The next row']").click()
    assert dialog.find_element(By.ID, "run-title").text != before, "the next row is not shown"
    ActionChains(b).send_keys(Keys.ESCAPE).perform()
    settle(b)
    want("closed by Escape", all_of(b, "dialog[open]"), [])
    want("charts left", b.execute_script("return everyChart.size"), 2)


def prints_a_run(b):
    """All of it, whatever of it is seen: a run of curves, signals and a diagnosis takes more than a page."""
    all_of(b, "tr[data-id]")[0].click()
    settle(b)
    b.execute_script("document.querySelector('dialog').scrollTop = 400")
    pdf = base64.b64decode(b.execute_cdp_cmd("Page.printToPDF", {})["data"])
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert pages > 1, f"an opened run is printed on {pages} page"
    ActionChains(b).send_keys(Keys.ESCAPE).perform()
    settle(b)


def links_lead_to_parts(b):
    wanted = b.execute_script("return [...document.querySelectorAll('#parts a')].map((a) => a.getAttribute('href').slice(1))")
    assert "explore" in wanted, wanted
    want("links to nothing", [id for id in wanted if not all_of(b, "#" + id)], [])


def keys_open_a_run(b):
    b.execute_script("document.getElementById('filter').focus()")
    for _ in range(60):
        ActionChains(b).send_keys(Keys.TAB).perform()
        if b.execute_script("return document.activeElement.matches('tr[data-id]')"):
            break
    else:
        raise AssertionError("Tab does not come to a row")
    below = b.execute_script("return document.activeElement.nextElementSibling.dataset.id")
    ActionChains(b).send_keys(Keys.ARROW_DOWN).perform()
    name = b.execute_script("return document.activeElement.dataset.id")
    want("the row below has the focus", name, below)
    ActionChains(b).send_keys(Keys.ENTER).perform()
    settle(b)
    want("opened by Enter", len(all_of(b, "dialog[open]")), 1)
    ActionChains(b).send_keys(Keys.ESCAPE).perform()
    settle(b)
    want("the focus is back", b.execute_script("return document.activeElement.dataset.id"), name)


def fits_a_phone(b, page, rows):
    b.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True})
    load(b, page)
    want(f"{page.name}: width of the page", b.execute_script("return document.documentElement.scrollWidth"), 360)
    if rows:
        b.execute_script("document.querySelector('tr[data-id]').click()")
        settle(b)
        want("width of a run", b.execute_script("const d = document.querySelector('dialog'); return d.scrollWidth - d.clientWidth"), 0)
    quiet(b, page)
    b.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def shows_both_themes(b, page):
    seen = set()
    for theme in ("light", "dark"):
        b.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
        load(b, page)
        seen.add(b.execute_script("return getComputedStyle(document.body).backgroundColor"))
    want("backgrounds of two themes", len(seen), 2)
    b.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def shows_one_run(b, page):
    load(b, page)
    want("tables of trials", all_of(b, ".trials"), [])
    text = b.find_element(By.TAG_NAME, "main").text
    for word in ("Loss", "Accuracy", "Signals of the layers", "Diagnosis"):
        assert word in text, f"the page of a run does not show {word}"
    want("the edits of a remedy", all_of(b, ".finding code")[0].text[:13], "optimizer.lr=")
    quiet(b, page)
    fits_a_phone(b, page, False)


def main():
    build, program = os.environ.get("SUREFOOT_BUILD", "build/ci"), os.environ.get("SUREFOOT_BIN", "build/ci/surefoot")
    writer = os.path.join(build, "tests", "test_page")
    if not (os.path.exists(writer) and os.path.exists(program)):
        skip("the program or test_page was not built")
    browser = open_browser()
    with tempfile.TemporaryDirectory() as folder:
        try:
            browser.execute_cdp_cmd("Network.enable", {})
            browser.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, "latency": 0,
                                            "downloadThroughput": 0, "uploadThroughput": 0})
            train(Path(folder), os.path.abspath(program))
            page, plain, single = write_pages(Path(folder), os.path.abspath(writer))
            for each in (page, plain):
                load(browser, each)
                want(f"{each.name}: what sticks out",
                     browser.execute_script("const d = document.documentElement; return d.scrollWidth - d.clientWidth"), 0)
                for check in (sorts, filters, hovers, zooms, opens_a_run, prints_a_run, links_lead_to_parts, keys_open_a_run):
                    check(browser)
                quiet(browser, each)
                fits_a_phone(browser, each, True)
            want("library of the plain page", browser.execute_script("return typeof uPlot"), "undefined")
            shows_both_themes(browser, page)
            shows_one_run(browser, single)
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
