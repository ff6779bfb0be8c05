// Three kinds of workers; each fetches something itself.
"use strict";
(() => {
  const say = (name, words) => { document.getElementById("from-" + name).textContent = words; };
  const dedicated = new Worker("/static/dedicated.js");
  dedicated.onmessage = (told) => say("dedicated", told.data);
  dedicated.postMessage("begin");
  if (window.SharedWorker) {
    const shared = new SharedWorker("/static/shared.js");
    shared.port.onmessage = (told) => say("shared", told.data);
    shared.port.postMessage("begin");
  } else {
    say("shared", "not known to this browser");
  }
  if (!navigator.serviceWorker) {
    say("service", "not known to this browser");
    return;
  }
  const ask = async () => say("service", await (await fetch("/sw/hello")).text());
  navigator.serviceWorker.addEventListener("controllerchange", ask);
  navigator.serviceWorker.register("/sw.js").then(
    () => { if (navigator.serviceWorker.controller) ask(); },
    (fault) => say("service", "refused: " + fault.name));
})();
