"use strict";
// The page is whole without this: it only hides rows, counts them, and explains what has the focus.
(function () {
  var form = document.getElementById("filter");
  var told = document.getElementById("told");
  var sections = Array.prototype.slice.call(document.querySelectorAll("section"));
  var rows = [];
  sections.forEach(function (section, place) {
    Array.prototype.forEach.call(section.querySelectorAll("tr[data-k]"), function (row) {
      rows.push({ row: row, section: place, text: null });
    });
  });

  function apply() {
    var kind = form.elements.kind.value;
    var text = form.elements.text.value.trim().toLowerCase();
    var exhibit = form.elements.exhibit.value.trim().toLowerCase();
    var custody = form.elements.custody.checked;
    var shown = 0;
    var left = sections.map(function () { return 0; });
    rows.forEach(function (one) {
      var k = one.row.dataset.k;
      var fits = (!kind || k === kind) && !(custody && k === "custody");
      if (fits && exhibit) {
        fits = one.row.cells[2].firstChild.textContent.trim().toLowerCase() === exhibit;
      }
      if (fits && text) {
        if (one.text === null) one.text = one.row.textContent.toLowerCase();
        fits = one.text.indexOf(text) >= 0;
      }
      one.row.hidden = !fits;
      if (fits) { shown += 1; left[one.section] += 1; }
    });
    sections.forEach(function (section, place) { section.hidden = left[place] === 0; });
    told.textContent = shown + " of " + rows.length + " rows shown";
  }

  function explain(event) {
    var link = event.target.closest ? event.target.closest("a[href^='#c-']") : null;
    var meaning = link && document.getElementById(link.getAttribute("href").slice(1));
    if (meaning) told.textContent = meaning.textContent + ": " + meaning.nextElementSibling.textContent;
  }

  var waiting = 0;
  form.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 150);
  });
  form.addEventListener("submit", function (event) { event.preventDefault(); apply(); });
  document.addEventListener("focusin", explain);
  document.addEventListener("mouseover", explain);
  form.hidden = false;
  told.hidden = false;
  apply();
})();
