// What the skin lacks: a bar with a search, a table of contents, buttons that copy code, and tables that fit.
// `pages` comes from search-index.js, which the build writes: [{file, title, sections: [{heading, text}]}].
document.addEventListener("DOMContentLoaded", () => {
  const root = document.querySelector("link[href$='css/site.css']").getAttribute("href").replace("css/site.css", "");
  const body = document.getElementById("bodyColumn");
  const make = (parent, tag, attributes = {}, text) => {
    const made = Object.assign(document.createElement(tag), attributes);
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  };
  // As GitHub names the headings, for which the pages' links are written.
  const slug = heading => heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\- _]/gu, "").replaceAll(" ", "-");

  function bar() {
    const made = make(document.body, "div", {className: "bar"});
    document.body.prepend(made);
    make(made, "button", {type: "button", ariaLabel: "Menu", onclick: () => document.body.classList.toggle("menu")}, "☰");
    const home = make(made, "a", {className: "home", href: root + "index.html"});
    make(home, "img", {src: root + "images/logo.svg", alt: ""});
    make(home, "span", {}, "socketserver");
    search(make(made, "div", {className: "search"}));
    const links = make(made, "nav");
    make(links, "a", {href: root + "apidocs/index.html"}, "Javadoc");
    if (location.pathname.endsWith("/spring-boot.html")) {
      make(links, "a", {href: root + "apidocs-spring-boot/index.html"}, "Javadoc of Spring's module");
    }
    const source = document.querySelector("meta[name=source]");
    if (source) make(links, "a", {href: source.content}, "Source");
  }

  function search(parent) {
    const input = make(parent, "input", {type: "search", placeholder: "Search", ariaLabel: "Search"});
    const list = make(parent, "ul");
    input.addEventListener("input", () => {
      list.replaceChildren();
      const words = input.value.toLowerCase().split(/\s+/).filter(word => word.length > 1);
      if (words.length > 0) found(words).slice(0, 12).forEach(hit => show(list, hit));
    });
    document.addEventListener("keydown", event => {
      if (event.key === "/" && document.activeElement.tagName !== "INPUT") { event.preventDefault(); input.focus(); }
      if (event.key === "Escape") { list.replaceChildren(); input.blur(); }
    });
  }

  // Sections with all the words: first those with the words in their heading, then the others, by the number of places.
  function found(words) {
    const hits = [];
    for (const page of window.pages ?? []) {
      for (const section of page.sections) {
        const heading = `${page.title} ${section.heading}`.toLowerCase();
        const text = section.text.toLowerCase();
        if (!words.every(word => heading.includes(word) || text.includes(word))) continue;
        const places = words.reduce((sum, word) => sum + text.split(word).length - 1, 0);
        const score = 100 * words.filter(word => heading.includes(word)).length + Math.min(places, 50);
        hits.push({page, section, score, at: Math.max(0, text.indexOf(words[0]))});
      }
    }
    return hits.sort((a, b) => b.score - a.score);
  }

  function show(list, {page, section, at}) {
    const link = make(make(list, "li"), "a", {href: root + page.file + (section.heading ? "#" + slug(section.heading) : "")});
    link.append(section.heading ? `${page.title}: ${section.heading}` : page.title);
    make(link, "small", {}, section.text.slice(Math.max(0, at - 30), at + 90));
  }

  function contents() {
    const headings = [...body.querySelectorAll("h2, h3")];
    const list = make(body.parentElement, "nav", {className: "contents"});
    for (const heading of headings) heading.id = slug(heading.textContent);
    if (headings.length < 3) return;
    make(list, "b", {}, "On this page");
    for (const {id, textContent, tagName} of headings) make(list, "a", {href: "#" + id, className: tagName.toLowerCase()}, textContent);
  }

  function copyButtons() {
    for (const block of body.querySelectorAll("pre")) {
      const text = block.textContent;
      const button = make(block, "button", {type: "button", className: "copy"}, "Copy");
      button.onclick = async () => {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      };
    }
  }

  function tables() {
    for (const table of body.querySelectorAll("table")) {
      const wide = document.createElement("div");
      wide.className = "wide";
      table.replaceWith(wide);
      wide.append(table);
      const heads = [...table.querySelectorAll("th")].map(head => head.textContent);
      table.classList.toggle("many", heads.length > 2); // on a phone, a row is a block
      for (const row of table.querySelectorAll("tbody tr")) {
        [...row.cells].forEach((cell, i) => { cell.dataset.label = heads[i] ?? ""; });
      }
    }
  }

  bar();
  contents();
  copyButtons();
  tables();
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  document.body.dataset.ready = "true";
});
