"use strict";
onmessage = async () => {
  const told = await (await fetch("/api/ping?from=dedicated")).json();
  postMessage(`the ${told.from} worker has asked`);
};
