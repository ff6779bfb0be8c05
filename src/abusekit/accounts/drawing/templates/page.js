"use strict";
// The page is whole without this: it shows a row of the tables in a panel, and moves the focus with the arrow keys.
(function () {
  var panel = document.getElementById("panel");
  var title = document.getElementById("panel-title");
  var rows = document.getElementById("panel-rows");
  var links = Array.prototype.slice.call(document.querySelectorAll("svg a[data-kind]"));
  var from = null;

  function show(link) {
    var row = document.getElementById(link.getAttribute("href").slice(1));
    if (!row) return;
    var heads = row.closest("table").tHead.rows[0].cells;
    title.textContent = link.getAttribute("aria-label");
    rows.replaceChildren();
    Array.prototype.forEach.call(row.cells, function (cell, place) {
      var head = document.createElement("dt");
      var body = document.createElement("dd");
      head.textContent = heads[place].textContent;
      Array.prototype.forEach.call(cell.childNodes, function (node) { body.append(node.cloneNode(true)); });
      rows.append(head, body);
    });
    from = link;
    panel.hidden = false;
    panel.scrollTop = 0;
    title.focus();
  }

  function close() {
    if (panel.hidden) return;
    panel.hidden = true;
    if (from) from.focus();
  }

  function middle(link) {
    var box = (link.querySelector(".plate") || link.querySelector(".box")).getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }

  // The nearest in that direction; what lies aside of it counts twice.
  function next(link, dx, dy) {
    var here = middle(link);
    var best = null;
    var least = Infinity;
    links.forEach(function (other) {
      var there = middle(other);
      var along = (there.x - here.x) * dx + (there.y - here.y) * dy;
      var aside = Math.abs((there.x - here.x) * dy) + Math.abs((there.y - here.y) * dx);
      if (other !== link && along > 1 && along + 2 * aside < least) { least = along + 2 * aside; best = other; }
    });
    return best;
  }

  var ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("svg a[data-kind]") : null;
    if (link) { event.preventDefault(); show(link); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { close(); return; }
    var link = event.target.closest ? event.target.closest("svg a[data-kind]") : null;
    var way = ways[event.key];
    if (!link || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); show(link); return; }
    if (!way) return;
    event.preventDefault();
    var other = next(link, way[0], way[1]);
    if (other) { other.focus(); other.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  });
  document.getElementById("panel-close").addEventListener("click", close);
})();
