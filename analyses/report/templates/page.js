"use strict";
(() => {
  // Charts: drawn once, in the width of their place; zooming is off, so that a thumb scrolls the page.
  // Those in sight come first, the others when the browser has nothing else to do.
  const waiting = new Map();
  const merge = (whole, part) => {
    for (const [name, value] of Object.entries(part)) {
      const isDeep = value?.constructor === Object && whole[name]?.constructor === Object;
      whole[name] = isDeep ? merge(whole[name], value) : value;
    }
    return whole;
  };
  // Some figures have words that depend on their width: take those of the widest that fits.
  const fitOf = ({ fits }, width) => fits?.find((one) => one.width <= width) ?? fits?.at(-1);
  const fitted = (figure, place) => {
    const fit = fitOf(figure.layout.meta, place.clientWidth);
    if (!fit) return figure;
    merge(figure.data[0], fit.trace);
    merge(figure.layout, fit.layout);
    place.style.height = `${figure.layout.height}px`;
    fits.set(place, figure.layout.meta.fits);
    place.dataset.fit = fit.width;
    return figure;
  };
  const fits = new Map();
  addEventListener("resize", () => {
    for (const [place, known] of fits) {
      const fit = fitOf({ fits: known }, place.clientWidth);
      if (String(fit.width) === place.dataset.fit) continue;
      Plotly.react(place, fitted({ data: place.data, layout: place.layout }, place));
    }
  });
  const draw = (place) => {
    const source = waiting.get(place);
    if (!source) return;
    waiting.delete(place);
    try {
      const figure = fitted(JSON.parse(source.textContent), place);
      Plotly.newPlot(place, figure.data, figure.layout, { displayModeBar: false, responsive: true });
    } catch (error) {
      place.textContent = place.getAttribute("aria-label");
      console.error(`${place.id}: ${error.message}`);
    }
    place.dataset.drawn = "";
  };
  for (const source of document.querySelectorAll("script[data-figure]")) {
    waiting.set(document.getElementById(source.dataset.figure), source);
  }
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
  }, { rootMargin: "50% 0px" });
  for (const place of waiting.keys()) seen.observe(place);
  const idle = window.requestIdleCallback ?? ((task) => setTimeout(task, 50));
  const drawNext = () => {
    const next = waiting.keys().next();
    if (next.done) return;
    draw(next.value);
    idle(drawNext);
  };
  addEventListener("load", () => idle(drawNext));

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

  // Paper: folds open, and charts take the width of the sheet.
  const folds = document.querySelectorAll("details:not(.sql)");
  let opened = [];
  addEventListener("beforeprint", () => {
    for (const place of [...waiting.keys()]) draw(place);
    for (const chart of document.querySelectorAll(".chart")) {
      for (const drawing of chart.querySelectorAll(".main-svg")) {
        const width = drawing.getAttribute("width");
        const height = drawing.getAttribute("height");
        drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
        chart.style.setProperty("--width", width);
        chart.style.setProperty("--height", height);
      }
    }
    opened = [...folds].filter((fold) => !fold.open);
    for (const fold of opened) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
    for (const drawing of document.querySelectorAll(".chart .main-svg")) drawing.removeAttribute("viewBox");
  });
})();
