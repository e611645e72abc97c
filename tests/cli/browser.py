#!/usr/bin/env python3
"""The report's page in a real browser: browser.py QUBOUT.

Runs a small experiment with awkward names, writes its page and opens it in headless Chromium, light, dark and as
print: no error on the console, no request to anywhere, nothing wider than the screen at 360 and 1440 pixels,
contrast by WCAG 2.1 (level AA), headings that skip no level, links that lead somewhere.  Without Chromium the test
says so and is skipped (exit status 77).
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync",
           "--remote-debugging-pipe"]

EXPERIMENT = """\
experiment: awkward
question: "Does <script>alert(1)</script> & a_word_that_is_much_longer_than_a_narrow_screen_has_room_for_it stay text?"
kpi: {name: cost, unit: EUR, per_objective_unit: 0.5}
instances:
  - name: bqp100-1
  - name: labs007
  - name: mc_010_003_000
  - generate: {family: random-qubo, size: [20, 40], count: 4, seed: 1}
solvers:
  - {name: anneal, role: challenger}
  - {name: anneal, label: anneal-twin, role: challenger}
  - {name: tabu, role: baseline}
  - {name: tabu, label: tabu-with-a-label-of-unusual-length, role: baseline, params: {tenure: 5}}
  - {name: greedy, role: control}
  - {name: random, role: control}
budget: {cpu_time: 10ms}
repeats: 2
seed: 7
perturbations: [{kind: coefficient-noise, relative: 0.05, copies: 1}]
decision: {metric: gap, minimum_effect: 0.01, confidence: 0.95}
"""

# What is wrong with the page as it is shown now, one string each.
LOOK = r"""
(() => {
  const wrong = [], root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    wrong.push(`wider than the screen: ${root.scrollWidth} > ${root.clientWidth}`);
    for (const e of document.body.querySelectorAll('*'))
      if (!e.closest('.scroll, .drawing, pre') && e.getBoundingClientRect().right > root.clientWidth + 0.5)
        wrong.push(`  <${e.tagName}> ${(e.id || e.className)} ${e.textContent.slice(0, 40)}`);
  }
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const parts = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, k) => {
    const c = [r, g, b][k] / 255;
    return sum + weight * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  }, 0);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const colour = parts(getComputedStyle(e).backgroundColor);
      if (colour[3] == 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), seen = new Set();
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    if (!text || !e.getClientRects().length) continue;
    const style = getComputedStyle(e), svg = e.closest('svg');
    const ink = parts(svg ? style.fill : style.color);
    const a = light(ink), b = light(behind(svg && e.closest('#figure-wins') ? svg : e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    // numbers inside the coloured cells of the matrix stand on their cell, not on the card
    const inCell = svg && e.closest('#figure-wins') && /\d \/ \d/.test(text);
    if (!inCell && ratio < (large ? 3 : 4.5)) {
      const what = `contrast ${ratio.toFixed(2)}: <${e.tagName}> ${style.color} "${text.slice(0, 30)}"`;
      if (!seen.has(what)) wrong.push(what);
      seen.add(what);
    }
  }
  return wrong;
})()
"""

# What does not depend on how the page is shown.
STRUCTURE = r"""
(() => {
  const wrong = [], ids = new Set();
  for (const e of document.querySelectorAll('[id]')) {
    if (ids.has(e.id)) wrong.push(`id ${e.id} twice`);
    ids.add(e.id);
  }
  for (const a of document.querySelectorAll('a[href]')) {
    const to = a.getAttribute('href');
    if (!to.startsWith('#') || !ids.has(to.slice(1))) wrong.push(`link to ${to}`);
  }
  let before = 0;
  for (const h of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const level = +h.tagName[1];
    if (level > before + 1 || (level == 1 && before)) wrong.push(`heading ${h.tagName} after H${before}`);
    if (!h.textContent.trim()) wrong.push('an empty heading');
    before = level;
  }
  if (document.scripts.length) wrong.push('a script');
  for (const svg of document.querySelectorAll('figure svg')) {
    const name = document.getElementById(svg.getAttribute('aria-labelledby'));
    if (!name || name.textContent.length < 20) wrong.push('a figure without a caption');
    if (!svg.querySelector('text')) wrong.push('a figure without text');
  }
  for (const table of document.querySelectorAll('table'))
    if (!table.caption || !table.querySelector('th')) wrong.push('a table without caption or headings');
  if (document.querySelectorAll('figure').length < 15) wrong.push('too few figures');
  if (!document.documentElement.lang || !document.title) wrong.push('no language or title');
  return wrong;
})()
"""


class Browser:
    """Chromium at the other end of two pipes: messages are JSON, each ended by a zero byte."""

    def __init__(self, program, folder):
        to_browser, self.output = os.pipe()
        self.input, from_browser = os.pipe()

        def connect():  # the browser reads descriptor 3 and writes descriptor 4
            read, write = os.dup(to_browser), os.dup(from_browser)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            [program, *OPTIONS, f"--user-data-dir={folder}", "about:blank"], preexec_fn=connect, close_fds=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.number, self.buffer, self.events, self.session = 0, b"", [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def receive(self):
        while b"\0" not in self.buffer:
            block = os.read(self.input, 1 << 16)
            if not block:
                raise RuntimeError("the browser has gone")
            self.buffer += block
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.output, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, url):
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=url)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.receive())

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"]))
        return result["result"]["value"]

    def show(self, width, scheme, medium=""):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media=medium,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def complaints(self):
        """What came over the console, and what was asked of the network."""
        for event in self.events:
            method, params = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown" or method == "Log.entryAdded":
                yield f"{method}: {json.dumps(params)[:200]}"
            if method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                yield f"console: {json.dumps(params)[:200]}"
            if method == "Network.requestWillBeSent" and not params["request"]["url"].startswith(("file:", "data:")):
                yield f"asks for {params['request']['url']}"

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
        except (RuntimeError, OSError):
            pass
        self.process.wait(timeout=30)
        os.close(self.input)
        os.close(self.output)


def make_page(qubout, folder):
    (folder / "awkward.yaml").write_text(EXPERIMENT)
    subprocess.run([qubout, "run", "awkward.yaml", "--db", "awkward.db", "--quiet"], check=True, cwd=folder)
    subprocess.run([qubout, "report", "--db", "awkward.db", "--out", "page"], check=True, cwd=folder,
                   stdout=subprocess.DEVNULL)
    return folder / "page" / "report.html"


def look(browser, page):
    browser.open(page.as_uri())
    wrong = [("structure", text) for text in browser.evaluate(STRUCTURE)]
    for width, scheme, medium in [(1440, "light", ""), (1440, "dark", ""), (360, "light", ""), (360, "dark", ""),
                                  (688, "light", "print"), (688, "dark", "print")]:  # 688: A4 less its margins
        browser.show(width, scheme, medium)
        wrong += [(f"{width} {scheme} {medium}", text) for text in browser.evaluate(LOOK)]
    printed = browser.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)
    if len(printed["data"]) < 50000:
        wrong.append(("print", "next to nothing was printed"))
    return wrong + [("console", text) for text in browser.complaints()]


def main():
    qubout = str(pathlib.Path(sys.argv[1]).resolve())
    program = shutil.which("chromium")
    if not program:
        print("SKIPPED: chromium is not installed (Debian: chromium); the page was not looked at in a browser")
        return SKIPPED
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        browser = Browser(program, folder / "profile")
        try:
            wrong = look(browser, make_page(qubout, folder))
        finally:
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for where, what in wrong:
        print(f"{where}: {what}")
    print(f"{len(wrong)} faults on the page")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
