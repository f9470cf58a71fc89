#!/usr/bin/env python3
"""Draws the panels of the dashboard, without Grafana, from what a Prometheus server answers to their queries.

Needs python3-matplotlib. A panel without data says so. The exit status is 1 if Prometheus refuses a query.
"""

import argparse
import json
import math
import pathlib
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.ticker import FuncFormatter

DASHBOARD = pathlib.Path(__file__).with_name("dashboards") / "socketserver.json"
COLUMNS = 24  # of Grafana's grid
SUFFIX = {"reqps": "/s", "ops": "/s", "Bps": "B/s", "bytes": "B"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--prometheus", default="http://localhost:9090", metavar="URL")
    parser.add_argument("--minutes", type=float, default=5, help="how far to look back (default: %(default)s)")
    parser.add_argument("--by", default="instance", help="the label of replicas (default: %(default)s)")
    parser.add_argument("--rows", default="Overview,Requests,Connections,Pool,Process", metavar="ROW,...")
    parser.add_argument("image", help="the file to write, .png or .svg")
    return parser.parse_args()


def readable(value, unit):
    """Returns a number as Grafana writes it, about."""
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    scales = [(1e9, "G"), (1e6, "M"), (1e3, "k"), (1, "")]
    if unit == "s":
        scales = [(1, " s"), (1e-3, " ms"), (1e-6, " µs")]
    scale, name = next((each for each in scales if abs(value) >= each[0]), scales[-1] if value else (1, ""))
    return f"{value / scale:.3g}{name}{SUFFIX.get(unit, '')}"


class Prometheus:
    def __init__(self, options):
        self.url = options.prometheus.rstrip("/") + "/api/v1/query_range?"
        self.variables = {"by": options.by, "replica": ".*", "server": ".*", "__rate_interval": "20s"}
        self.end = time.time()
        self.start = self.end - options.minutes * 60

    def series(self, target):
        """Returns the legend and the points of each series of a query."""
        expression = re.sub(r"\$(\w+)", lambda found: self.variables[found[1]], target["expr"])
        query = {"query": expression, "start": self.start, "end": self.end, "step": (self.end - self.start) / 120}
        with urllib.request.urlopen(self.url + urllib.parse.urlencode(query), timeout=30) as answer:
            found = json.load(answer)["data"]["result"]
        legend = target["legendFormat"].replace("$by", self.variables["by"])
        for each in found:
            name = re.sub(r"{{\s*(\w+)\s*}}", lambda label: each["metric"].get(label[1], ""), legend)
            points = [(moment - self.end, float(value)) for moment, value in each["values"]]
            yield name, [point for point in points if math.isfinite(point[1])]


def panels(dashboard, rows):
    """Returns the panels of some rows."""
    row = ""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            row = panel["title"]
        elif row in rows:
            yield panel


def rectangle(place, rows):
    """Returns where a panel's axes are, as shares of the figure: left, bottom, width, height."""
    bottom = 1 - (place["y"] + place["h"] - 1) / rows
    return [(place["x"] + 1) / COLUMNS, bottom, (place["w"] - 1.4) / COLUMNS, (place["h"] - 2) / rows]


def draw(panel, axes, prometheus):
    unit = panel["fieldConfig"]["defaults"].get("unit")
    series = [found for target in panel["targets"] for found in prometheus.series(target) if found[1]]
    axes.set_title(panel["title"], loc="left", fontsize=9, fontweight="bold")
    if panel["type"] == "stat" or not series:
        last = "\n".join(readable(points[-1][1], unit) for _, points in series[:3])
        axes.axis("off")
        axes.text(0.5, 0.4, last or "no data", ha="center", va="center", fontsize=16 if last else 9)
        return
    for name, points in series[:10]:
        axes.plot(*zip(*points), label=name, linewidth=1)
    axes.set_xlim(prometheus.start - prometheus.end, 0)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:.0f} s"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: readable(value, unit)))
    axes.tick_params(labelsize=7)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=6, loc="best")


def main():
    options = arguments()
    prometheus = Prometheus(options)
    shown = list(panels(json.loads(DASHBOARD.read_text()), options.rows.split(",")))
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in shown)
    figure = pyplot.figure(figsize=(15, rows / 3))
    for panel in shown:
        axes = figure.add_axes(rectangle(panel["gridPos"], rows))
        try:
            draw(panel, axes, prometheus)
        except urllib.error.HTTPError as refusal:
            sys.exit(f"{panel['title']}: {refusal.read().decode()}")
        except urllib.error.URLError as failure:
            sys.exit(f"{options.prometheus}: {failure.reason}")
    figure.savefig(options.image, dpi=80)


if __name__ == "__main__":
    main()
