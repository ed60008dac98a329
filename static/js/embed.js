"use strict";
// The frame's messages to and from its host page, one envelope each: { source: "my-tasks", version,
// type, ...data }, sent to one listed origin, never to "*". Commands are taken in both versions.
window.embed = (() => {
  const root = document.documentElement;
  const given = document.getElementById("embed").dataset;
  const hosts = [location.origin, ...given.hosts.split(" ")].filter(Boolean);
  const known = (origin) => (hosts.includes(origin) ? origin : null);
  const referrer = document.referrer && new URL(document.referrer).origin;
  let freshAt = 0;
  const late = []; // to be told once the host's origin is known
  // After a page of our own the referrer is us: that says nothing of the host.
  let host = known(location.ancestorOrigins?.[0] ?? (referrer === location.origin ? null : referrer));

  const tell = (type, data = {}) => {
    if (parent === window) return;
    if (host) parent.postMessage({ ...data, source: "my-tasks", version: Number(given.envelope), type }, host);
    else late.push([type, data]);
  };

  const change = (name, value) => {
    const url = new URL(location.href);
    url.searchParams.set(name, value);
    return url;
  };
  const commands = {
    refresh: () => {
      if (Date.now() - freshAt < 3000) return; // all people share the tenant's budget of requests
      freshAt = Date.now();
      const isBusy = document.querySelector("#dialog > *, #detail > *, [data-signin]");
      const tab = !isBusy && document.querySelector("#tabs [aria-current]");
      if (tab) tab.click();
      else document.body.dispatchEvent(new CustomEvent("tasks:poll"));
    },
    "set-theme": ({ theme }) => {
      if (!["light", "dark", "auto"].includes(theme)) return;
      if (theme === "auto") delete root.dataset.theme;
      else root.dataset.theme = theme;
      history.replaceState(history.state, "", change("theme", theme));
    },
    "set-language": ({ lang }) => {
      if (!/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(lang) || lang === root.lang) return;
      const url = change("lang", lang); // one that we lack is asked for once
      if (url.href !== location.href) location.replace(url);
    },
  };

  addEventListener("message", ({ source, origin, data }) => {
    if (source !== parent || parent === window || !known(origin) || (host && origin !== host)) return;
    if (data?.source !== "my-tasks-host" || ![1, 2].includes(data.version)) return;
    if (!Object.hasOwn(commands, data.type)) return;
    host ??= origin;
    while (late.length) tell(...late.shift());
    commands[data.type](data);
  });

  // A page that was reached from another framed one goes on as that one looked.
  if (!location.search) history.replaceState(history.state, "", given.query || location.href);
  return { tell, version: Number(given.envelope) };
})();
