"use strict";
// The frame's side of the talk with its host page. Every message is one envelope:
// { source: "my-tasks", version: 1, type, ...data }, sent to one listed origin and never to "*".
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
    if (host) parent.postMessage({ ...data, source: "my-tasks", version: 1, type }, host);
    else late.push([type, data]);
  };

  const change = (name, value) => {
    const url = new URL(location.href);
    url.searchParams.set(name, value);
    return url;
  };
  const orders = {
    refresh: () => {
      if (Date.now() - freshAt < 3000) return; // the tenant's budget of requests is everybody's
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
    if (data?.source !== "my-tasks-host" || data.version !== 1) return;
    if (!Object.hasOwn(orders, data.type)) return;
    host ??= origin;
    while (late.length) tell(...late.shift());
    orders[data.type](data);
  });

  // A page that was reached from another framed one goes on as that one looked.
  if (!location.search) history.replaceState(history.state, "", given.query || location.href);
  return { tell };
})();
