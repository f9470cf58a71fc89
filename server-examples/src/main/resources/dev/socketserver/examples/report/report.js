// Draws the page from `page`: sections of one report each, or of two that lie over each other, and servers side by side.
(() => {
  const COLOURS = ["#2f7de1", "#e8743b", "#19a979", "#945ecf"];
  const root = document.getElementById("page");
  const css = getComputedStyle(document.documentElement);
  Chart.defaults.color = css.getPropertyValue("--faint").trim();
  Chart.defaults.borderColor = css.getPropertyValue("--line").trim();
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.elements.point.radius = 0;
  Chart.defaults.elements.point.hitRadius = 8;
  Chart.defaults.elements.line.borderWidth = 2;
  Chart.defaults.interaction = {mode: "nearest", axis: "x", intersect: false};

  const element = (parent, tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  };
  const count = value => Math.round(value).toLocaleString("en");
  const short = value => value >= 1e6 ? +(value / 1e6).toPrecision(3) + " M" : value >= 1e4 ? +(value / 1e3).toPrecision(3) + " k" : count(value);
  const time = nanos => {
    if (!nanos) return "–";
    const [unit, size] = nanos < 1e3 ? ["ns", 1] : nanos < 1e6 ? ["µs", 1e3] : nanos < 1e9 ? ["ms", 1e6] : ["s", 1e9];
    return +(nanos / size).toPrecision(3) + " " + unit;
  };
  const brief = name => name.length > 40 ? name.slice(0, 20) + "…" + name.slice(-19) : name; // a legend breaks no lines
  const last = report => report.runs[report.runs.length - 1];

  function chart(parent, title, config) {
    const card = element(parent, "section", "chart");
    element(card, "h3", "", title);
    return new Chart(element(element(card, "div"), "canvas"), config);
  }
  const seconds = max => ({type: "linear", min: 0, max, title: {display: true, text: "seconds"}});
  const times = title => ({
    type: "logarithmic",
    title: {display: true, text: title},
    afterBuildTicks: scale => { scale.ticks = decades(scale.min, scale.max); },
    ticks: {callback: time},
  });
  const decades = (min, max) => {
    const ticks = [];
    for (let value = 10 ** Math.floor(Math.log10(Math.max(min, 1))); value <= max; value *= 10) {
      for (const step of max / min > 1e3 ? [1] : [1, 2, 5]) {
        if (value * step >= min && value * step <= max) ticks.push({value: value * step});
      }
    }
    return ticks;
  };
  const dataset = (label, colour, data, more) => ({label, data, borderColor: colour, backgroundColor: colour + "33", ...more});
  const timeLabels = {callbacks: {label: item => `${item.dataset.label}: ${time(item.parsed.y)}`}};

  function throughput(parent, section, end) {
    const operations = section.entries[0].report.plan.operations;
    const sets = section.entries.map(({name, report}, i) => dataset(
        section.entries.length > 1 ? brief(name) : operations, COLOURS[i],
        last(report).samples.filter(s => s.seconds > 0).map(s => ({x: s.at, y: s.operations / s.seconds})), {fill: section.entries.length === 1}));
    chart(parent, `Throughput: ${operations} per second`, {
      type: "line", data: {datasets: sets},
      options: {
        scales: {x: seconds(end), y: {beginAtZero: true, ticks: {callback: short}}},
        plugins: {legend: {display: sets.length > 1}, tooltip: {callbacks: {label: i => `${i.dataset.label}: ${count(i.parsed.y)}/s`}}},
      },
    });
  }

  function latency(parent, section, end) {
    const several = section.entries.length > 1;
    const lines = several ? [["p50", "p50Nanos", []], ["p99", "p99Nanos", [6, 3]]]
        : [["p50", "p50Nanos", []], ["p99", "p99Nanos", []], ["max", "maxNanos", []]];
    const sets = section.entries.flatMap(({name, report}, i) => lines.map(([label, field, borderDash], j) => dataset(
        several ? `${brief(name)} ${label}` : label, COLOURS[several ? i : j],
        last(report).samples.filter(s => s.operations > 0).map(s => ({x: s.at, y: s[field]})), {borderDash})));
    chart(parent, "Latency over time", {
      type: "line", data: {datasets: sets},
      options: {scales: {x: seconds(end), y: times("")}, plugins: {tooltip: timeLabels}},
    });
  }

  function percentiles(parent, section) {
    const marks = [[1, "0"], [2, "50 %"], [10, "90 %"], [100, "99 %"], [1e3, "99.9 %"], [1e4, "99.99 %"], [1e5, "99.999 %"], [1e6, "99.9999 %"]];
    const sets = section.entries.map(({name, report}, i) => dataset(brief(name), COLOURS[i],
        last(report).latency.percentiles.filter(p => p.percentile < 100)
            .map(p => ({x: 100 / (100 - p.percentile), y: p.nanos})), {fill: section.entries.length === 1}));
    chart(parent, "Latency by percentile", {
      type: "line", data: {datasets: sets},
      options: {
        scales: {
          x: {
            type: "logarithmic", min: 1,
            afterBuildTicks: scale => { scale.ticks = marks.filter(([x]) => x <= scale.max).map(([value]) => ({value})); },
            ticks: {callback: value => (marks.find(([x]) => x === value) || [0, ""])[1]},
          },
          y: times(""),
        },
        plugins: {
          legend: {display: sets.length > 1},
          tooltip: {callbacks: {...timeLabels.callbacks, title: items => `p${+(100 - 100 / items[0].parsed.x).toPrecision(6)}`}},
        },
      },
    });
  }

  function errors(parent, section) {
    const all = section.entries.map(({report}) => last(report).errors);
    const kinds = [...new Set(all.flat().map(error => error.kind))];
    if (kinds.length === 0) return;
    const sets = section.entries.map(({name}, i) => dataset(brief(name), COLOURS[section.entries.length > 1 ? i : 1],
        kinds.map(kind => all[i].filter(e => e.kind === kind).reduce((sum, e) => sum + e.count, 0)), {borderWidth: 1}));
    chart(parent, "Errors by kind", {
      type: "bar", data: {labels: kinds, datasets: sets},
      options: {indexAxis: "y", scales: {x: {beginAtZero: true, ticks: {callback: short, precision: 0}}}, plugins: {legend: {display: sets.length > 1}}},
    });
  }

  function tiles(parent, {name, report}, named) {
    const run = last(report);
    const box = element(parent, "div", "tiles");
    const tile = (value, label, kind) => {
      const made = element(box, "div", kind ? `tile ${kind}` : "tile");
      element(made, "b", "", value);
      element(made, "span", "", label);
    };
    if (named) tile(name, "report", "name");
    tile(count(run.operationsPerSecond), `${report.plan.operations} per second`);
    tile(time(run.latency.p50Nanos), "p50");
    tile(time(run.latency.p99Nanos), "p99");
    tile(time(run.latency.p999Nanos), "p99.9");
    tile(time(run.latency.maxNanos), "max");
    tile(count(run.failures), `errors (${+(100 * run.errorRate).toPrecision(3)} %)`, run.failures > 0 && "bad");
  }

  function about({plan, machine, written, runs}) {
    const parts = [`${plan.target}, mode ${plan.mode}, ${count(plan.connections)} connections, ${count(plan.payloadBytes)} bytes`];
    if (plan.messages > 1) parts.push(`${plan.messages} messages in turn`);
    if (plan.answer) parts.push(`answer: ${plan.answer}`);
    if (plan.pipeline > 1) parts.push(`${plan.pipeline} at a time`);
    if (plan.tls) parts.push("TLS");
    parts.push(plan.rate ? `open loop, ${plan.rate.from === plan.rate.to ? count(plan.rate.from) : count(plan.rate.from) + " to " + count(plan.rate.to)}/s` : "closed loop");
    if (plan.idle) parts.push(`${count(plan.idle)} idle connections held, ${count(last({runs}).idle.succeeded)} answered at the end`);
    if (plan.slow) parts.push(`${count(plan.slow)} slow connections`);
    if (runs.length > 1) parts.push(`the last of ${runs.length} runs`);
    parts.push(`${machine.processors} processors, ${machine.system}, Java ${machine.java}`, written);
    return parts.join(" · ");
  }

  function drawSection(section) {
    element(root, "h2", "", section.title);
    for (const entry of section.entries) {
      element(root, "p", "about", about(entry.report));
      for (const limit of last(entry.report).clientLimits) element(root, "p", "warning", `The client may have been the limit: ${limit}`);
      tiles(root, entry, section.entries.length > 1);
    }
    const longest = Math.max(...section.entries.map(({report}) => last(report).seconds));
    const end = Math.abs(longest - Math.round(longest)) < 0.1 ? Math.round(longest) : longest;
    const charts = element(root, "div", "charts");
    throughput(charts, section, end);
    latency(charts, section, end);
    percentiles(charts, section);
    errors(charts, section);
    pools(charts, section.entries.map(({name, report}) => ({name, points: poolPoints(last(report))})), end);
    for (const {report} of section.entries) {
      if (report.command) element(element(root, "p", "command", `${report.program}: `), "code", "", report.command);
    }
  }

  const poolPoints = run => run.samples.filter(s => s.pool).map(s => ({at: s.at - s.seconds, pool: s.pool}));

  function pools(parent, entries, end) {
    if (entries.every(({points}) => points.length === 0)) return;
    const several = entries.length > 1;
    const lines = [["workers", 0, []], ["busy", 2, [6, 3]], ["queued", 1, [2, 2]]];
    const sets = entries.flatMap(({name, points}, i) => lines.map(([field, colour, borderDash]) => dataset(
        several ? `${brief(name)} ${field}` : field, COLOURS[several ? i : colour],
        points.map(p => ({x: p.at, y: p.pool[field]})),
        {stepped: true, fill: !several && field === "workers", borderDash: several ? borderDash : []})));
    chart(parent, "The server's workers and queue over time", {
      type: "line", data: {datasets: sets},
      options: {scales: {x: seconds(end), y: {beginAtZero: true, ticks: {precision: 0}}}},
    });
  }

  // Shades every second span behind the lines, and names each at the top, unless it is too narrow.
  const bands = spans => ({
    id: "bands",
    beforeDatasetsDraw({ctx, chartArea, scales}) {
      ctx.save();
      ctx.font = `12px ${Chart.defaults.font.family}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "top";
      spans.forEach(({name, from, to}, i) => {
        const [left, right] = [from, to].map(at => scales.x.getPixelForValue(at));
        ctx.fillStyle = Chart.defaults.borderColor + "80";
        if (i % 2) ctx.fillRect(left, chartArea.top, right - left, chartArea.bottom - chartArea.top);
        ctx.fillStyle = Chart.defaults.color;
        words(ctx, name, right - left - 8).forEach((line, j) => ctx.fillText(line, (left + right) / 2, chartArea.top + 4 + 15 * j));
      });
      ctx.restore();
    },
  });
  const words = (ctx, text, width) => text.split(" ").reduce((lines, word) => {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    return ctx.measureText(longer).width <= width ? [...lines.slice(0, -1), longer] : [...lines, word];
  }, [""]).filter(line => line);

  function drawSideBySide({about, spans, courses}) {
    const end = spans[spans.length - 1].to;
    const lines = (parent, title, value, room) => chart(parent, title, {
      type: "line", plugins: [bands(room ? spans : spans.map(span => ({...span, name: ""})))],
      data: {
        datasets: courses.map(({name, moments}, i) => dataset(
            name, COLOURS[i], moments.map(m => ({x: m.at, y: value(m)})), {spanGaps: 1})), // no line while there is no load
      },
      options: {scales: {x: seconds(end), y: {beginAtZero: true, grace: room, ticks: {callback: short, precision: 0}}}},
    });
    element(root, "p", "about", about);
    lines(element(root, "div", "first"), "Answers per second", m => m.rate, "25%");
    const charts = element(root, "div", "charts");
    lines(charts, "Threads that are busy", m => m.pool.busy);
    lines(charts, "Connections that wait for a thread", m => m.pool.queued);
  }

  document.title = page.title;
  element(root, "h1", "", page.title);
  if (page.sideBySide) drawSideBySide(page.sideBySide);
  page.sections.forEach(drawSection);
  root.dataset.drawn = "true";
})();
