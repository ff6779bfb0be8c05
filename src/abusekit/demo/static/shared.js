"use strict";
onconnect = (come) => {
  const port = come.ports[0];
  port.onmessage = async () => {
    const told = await (await fetch("/api/ping?from=shared")).json();
    port.postMessage(`the ${told.from} worker has asked`);
  };
};
