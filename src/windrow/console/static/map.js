// The map: land and borders that ship with the page, the boxes of what is listed, and an area to search in.
"use strict";
(() => {
  const frame = document.getElementById("map");
  if (!frame || !window.L) return;
  const WEB = 85.0511; // as far as the projection reaches

  // Colours come from the stylesheet, so that the map follows light and dark.
  const colour = (name) => {
    const probe = document.createElement("span");
    probe.className = `ink-${name}`;
    frame.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };

  const map = L.map(frame, {
    attributionControl: false, boxZoom: false, worldCopyJump: false, zoomSnap: 0.25, minZoom: 0, maxZoom: 14,
    maxBounds: [[-WEB, -230], [WEB, 230]], maxBoundsViscosity: 0.6, zoomControl: true,
  });
  L.control.attribution({ prefix: false }).addAttribution("Natural Earth").addTo(map);
  map.createPane("world").style.zIndex = 200;
  const canvas = L.canvas({ pane: "world", padding: 0.4 });
  const boxes = L.svg({ padding: 0.4 });
  const WORLD = [[-58, -170], [76, 178]];
  map.fitBounds(WORLD);

  const worldStyle = (feature) => feature.properties.name === "land"
    ? { fillColor: colour("land"), fillOpacity: 1, color: colour("coast"), weight: 0.8 }
    : { fill: false, color: colour("coast"), weight: 0.7, dashArray: "3 3" };
  let world = null;
  const drawWorld = (file) => fetch(file).then((answer) => answer.json()).then((features) => {
    world?.remove();
    world = L.geoJSON(features, { style: worldStyle, interactive: false, renderer: canvas, pane: "world" }).addTo(map);
    frame.dataset.drawn = file;
  });
  drawWorld(frame.dataset.world);
  let finer = false;
  map.on("zoomend", () => {
    if (finer || map.getZoom() < 4) return;
    finer = true;
    drawWorld(frame.dataset.finer);
  });

  // Boxes: west, south, east, north; one that crosses the antimeridian is drawn in two pieces.
  const read = (text) => {
    const numbers = (text || "").split(",").map(Number);
    return numbers.length === 4 && numbers.every(Number.isFinite) ? numbers : null;
  };
  const pieces = ([west, south, east, north]) => {
    const [low, high] = [Math.max(south, -WEB), Math.min(north, WEB)];
    return west <= east
      ? [[[low, west], [high, east]]]
      : [[[low, west], [high, 180]], [[low, -180], [high, east]]];
  };
  // What would be smaller than a dot at this scale is drawn as one.
  const SMALLEST = 10;
  const isTiny = ([west, south, east, north]) => {
    if (west > east) return false;
    const [low, high] = [map.project([Math.max(south, -WEB), west]), map.project([Math.min(north, WEB), east])];
    return Math.max(Math.abs(high.x - low.x), Math.abs(high.y - low.y)) < SMALLEST;
  };
  const drawBox = (box, style) => {
    const drawn = L.featureGroup(isTiny(box)
      ? [L.circleMarker([(box[1] + box[3]) / 2, (box[0] + box[2]) / 2], { radius: 5, renderer: boxes, ...style })]
      : pieces(box).map((piece) => L.rectangle(piece, { renderer: boxes, ...style })));
    drawn.tiny = isTiny(box);
    return drawn;
  };
  const isWide = ([west, , east]) => west <= east && east - west > 90;
  // A box around half the world would colour all that is below it.
  const usual = (box) => ({ color: colour("box"), weight: isWide(box) ? 1 : 1.5, fillOpacity: isWide(box) ? 0 : 0.1, opacity: 0.85 });
  const lit = (box) => ({ color: colour("lit"), weight: 3, fillOpacity: isWide(box) ? 0.08 : 0.22, opacity: 1 });

  let shown = new Map();
  const layer = L.featureGroup().addTo(map);
  const light = (id, on) => {
    for (const [number, { box, drawn }] of shown) drawn.setStyle(on && number === id ? lit(box) : usual(box));
    if (on) shown.get(id)?.drawn.bringToFront();
    for (const item of document.querySelectorAll("[data-record]")) item.classList.toggle("lit", on && item.dataset.record === id);
  };
  const drawResults = () => {
    layer.clearLayers();
    shown = new Map();
    for (const item of document.querySelectorAll("[data-record]")) {
      const box = read(item.dataset.box), id = item.dataset.record;
      if (!box) continue;
      const drawn = drawBox(box, usual(box)).addTo(layer);
      const title = item.querySelector(".title");
      drawn.bindTooltip(title.textContent, { sticky: true, className: "box-title" });
      drawn.on("mouseover", () => light(id, true)).on("mouseout", () => light(id, false)).on("click", () => title.click());
      shown.set(id, { box, drawn });
    }
    frame.dataset.boxes = String(shown.size);
  };

  // One record's page.
  if (!document.getElementById("results")) {
    const box = read(frame.dataset.box) ?? [0, 0, 0, 0];
    const group = L.featureGroup().addTo(map);
    if (frame.dataset.box) map.fitBounds(pieces(box).flat(), { maxZoom: 6, animate: false });
    if (frame.dataset.box) drawBox(box, usual(box)).addTo(group);
    if (frame.dataset.geometry) {
      L.geoJSON(JSON.parse(frame.dataset.geometry), {
        style: () => lit(box), renderer: boxes, pointToLayer: (_, place) => L.circleMarker(place, { radius: 5, renderer: boxes, ...lit(box) }),
      }).addTo(group);
    }
    frame.dataset.boxes = String(group.getLayers().length);
    if (group.getLayers().length) map.fitBounds(group.getBounds().pad(0.3), { maxZoom: 6, animate: false });
    document.addEventListener("windrow:theme", () => {
      world?.setStyle(worldStyle);
      group.eachLayer((each) => each.setStyle?.(usual(box)));
    });
    return;
  }

  // The search page: an area to search in, by the view, by drawing, or by the field.
  const field = document.getElementById("bbox");
  const form = document.getElementById("search");
  const buttons = { here: document.getElementById("search-here"), draw: document.getElementById("draw-box"), clear: document.getElementById("clear-area") };
  let area = null;
  const showArea = () => {
    area?.remove();
    const box = read(document.getElementById("results").dataset.area);
    area = box && drawBox(box, { color: colour("lit"), weight: 2, dashArray: "6 5", fill: false, interactive: false }).addTo(map);
    buttons.clear.hidden = !box;
  };
  const search = (box) => {
    field.value = box ? box.map((each) => Number(each.toFixed(4))).join(",") : "";
    form.requestSubmit();
  };
  const clamp = (value, limit) => Math.max(-limit, Math.min(limit, value));
  const boxOf = (bounds) => [clamp(bounds.getWest(), 180), clamp(bounds.getSouth(), 90), clamp(bounds.getEast(), 180), clamp(bounds.getNorth(), 90)];
  buttons.here.addEventListener("click", () => search(boxOf(map.getBounds())));
  buttons.clear.addEventListener("click", () => search(null));

  let start = null, drawing = null;
  const setDrawing = (on) => {
    buttons.draw.setAttribute("aria-pressed", String(on));
    frame.classList.toggle("drawing", on);
    map.dragging[on ? "disable" : "enable"]();
  };
  buttons.draw.addEventListener("click", () => setDrawing(buttons.draw.getAttribute("aria-pressed") !== "true"));
  frame.addEventListener("pointerdown", (event) => {
    if (!frame.classList.contains("drawing") || event.target.closest(".leaflet-control")) return;
    start = map.mouseEventToLatLng(event);
    frame.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  frame.addEventListener("pointermove", (event) => {
    if (!start) return;
    drawing?.remove();
    drawing = L.rectangle(L.latLngBounds(start, map.mouseEventToLatLng(event)), { color: colour("lit"), weight: 2, dashArray: "6 5", interactive: false }).addTo(map);
  });
  frame.addEventListener("pointerup", (event) => {
    if (!start) return;
    const bounds = L.latLngBounds(start, map.mouseEventToLatLng(event));
    start = null;
    drawing?.remove();
    setDrawing(false);
    if (bounds.getEast() - bounds.getWest() > 0.0001) search(boxOf(bounds));
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") { start = null; drawing?.remove(); setDrawing(false); } });

  for (const [type, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    document.addEventListener(type, (event) => {
      const item = event.target.closest?.("[data-record]");
      if (item) light(item.dataset.record, on);
    });
  }
  const fit = () => {
    const near = [...shown.values()].filter(({ box }) => !isWide(box));
    const bounds = area ? area.getBounds() : near.reduce((all, { box }) => all.extend([box[1], box[0]]).extend([box[3], box[2]]), L.latLngBounds([]));
    if (bounds.isValid()) map.fitBounds(bounds.pad(0.08), { maxZoom: 6, animate: false });
  };
  const renew = () => { drawResults(); showArea(); };
  map.on("zoomend", () => {
    if ([...shown.values()].some(({ box, drawn }) => isTiny(box) !== drawn.tiny)) drawResults();
  });
  renew();
  fit();
  let open = [];
  document.addEventListener("htmx:beforeSwap", () => { open = [...document.querySelectorAll("details.menu[open]")].map((each) => each.id); });
  document.addEventListener("htmx:afterSettle", () => {
    for (const id of open) if (id) document.getElementById(id)?.setAttribute("open", "");
    renew();
  });
  document.addEventListener("windrow:theme", () => { world?.setStyle(worldStyle); renew(); });
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(frame);
})();
