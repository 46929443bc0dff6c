"use strict";
(() => {
  // Charts are drawn in the width of their place; zooming is off, so that a thumb scrolls the page.
  const sources = new Map();
  for (const source of document.querySelectorAll("script[data-figure]")) {
    sources.set(document.getElementById(source.dataset.figure), source);
  }
  const narrow = 420; // pixels: below, the labels of an axis of time would touch
  const figureOf = (place, width) => {
    const figure = JSON.parse(sources.get(place).textContent);
    const axis = figure.layout.xaxis;
    if (axis && (width || place.clientWidth) < narrow) axis.tickfont = { ...axis.tickfont, size: 11 };
    if (width) figure.layout.width = width;
    place.style.height = `${figure.layout.height}px`;
    return figure;
  };
  const draw = (place, width) => {
    try {
      const { data, layout } = figureOf(place, width);
      Plotly.react(place, data, layout, { displayModeBar: false, responsive: !width });
    } catch (error) {
      place.textContent = place.getAttribute("aria-label");
      console.error(`${place.id}: ${error.message}`);
    }
    place.dataset.drawn = "";
  };

  // Those in sight come first. All others follow when the page is there, for a second at once and then
  // between what else there is to do: so that a print, a picture of the page or a search finds them.
  const waiting = new Set(sources.keys());
  const drawWaiting = (place) => {
    if (waiting.delete(place)) draw(place);
  };
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) drawWaiting(entry.target);
  });
  for (const place of waiting) seen.observe(place);
  const idle = window.requestIdleCallback
    ? (task) => requestIdleCallback(task, { timeout: 50 })
    : (task) => setTimeout(task);
  const drawRest = (milliseconds) => {
    const end = performance.now() + milliseconds;
    for (const place of waiting) {
      drawWaiting(place);
      if (performance.now() >= end) break;
    }
    if (waiting.size) idle(() => drawRest(0));
  };
  addEventListener("load", () => drawRest(1000));

  // Contents: below the banner, if there is one, with the section that is read now marked and in sight.
  const banner = document.querySelector(".banner");
  const setBanner = () => {
    document.documentElement.style.setProperty("--banner", `${banner ? banner.offsetHeight : 0}px`);
  };
  setBanner();
  addEventListener("resize", setBanner);
  const contents = document.querySelector(".contents");
  const list = contents.querySelector("ul");
  const links = new Map();
  for (const link of list.querySelectorAll("a")) {
    links.set(document.getElementById(link.hash.slice(1)), link);
  }
  let current = null;
  const mark = () => {
    // What a link jumps to begins at the contents' lower edge; the last sections are too short to get there.
    const edge = contents.getBoundingClientRect().bottom + 1;
    const sections = [...links.keys()];
    const isEnd = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
    const reached = sections.filter((section) => section.getBoundingClientRect().top < edge);
    const read = isEnd ? sections.at(-1) : (reached.at(-1) ?? sections[0]);
    if (read === current) return;
    if (current) links.get(current).removeAttribute("aria-current");
    current = read;
    const link = links.get(read);
    link.setAttribute("aria-current", "true");
    list.scrollLeft = link.offsetLeft - (list.clientWidth - link.offsetWidth) / 2;
  };
  addEventListener("scroll", mark, { passive: true });
  mark();

  // Tables as files: their text stands in the page, so this works without a server.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-csv]");
    if (!button) return;
    const name = button.dataset.csv;
    const text = JSON.parse(document.getElementById(`csv-${name}`).textContent);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = `${name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code); // no clipboard here: one key is left to press
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });

  // Paper: folds open, and charts are drawn again for the width of a sheet, or their letters would shrink
  // with them. As viewBox each drawing has the size for which it was made, so that it fills its place.
  const sheet = { 1: 780, 2: 370 }; // pixels by how many stand side by side
  const folds = document.querySelectorAll("details:not(.sql)");
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...folds].filter((fold) => !fold.open);
    for (const fold of opened) fold.open = true;
    waiting.clear();
    for (const place of sources.keys()) {
      draw(place, sheet[getComputedStyle(place).getPropertyValue("--on-paper").trim()]);
      for (const drawing of place.querySelectorAll(".main-svg")) {
        const width = drawing.getAttribute("width");
        const height = drawing.getAttribute("height");
        drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
        place.style.setProperty("--width", width);
        place.style.setProperty("--height", height);
      }
    }
  });
  addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
    for (const place of sources.keys()) {
      for (const drawing of place.querySelectorAll(".main-svg")) drawing.removeAttribute("viewBox");
      draw(place);
    }
  });
})();
