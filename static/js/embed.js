// Messages between the frame and its host page, in the format { source: "my-tasks", version, type,
// ...data }, sent to one listed origin, never to "*". Commands are accepted in versions 1 and 2.
const root = document.documentElement;
const given = document.getElementById("embed").dataset;
export const version = Number(given.envelope);
const hosts = [location.origin, ...given.hosts.split(" ")].filter(Boolean);
const known = (origin) => (hosts.includes(origin) ? origin : null);
const referrer = document.referrer && new URL(document.referrer).origin;
let freshAt = 0;
const unsent = []; // messages to send once the host's origin is known
// After navigation within the frame the referrer is our own origin, which does not identify the host.
let host = known(location.ancestorOrigins?.[0] ?? (referrer === location.origin ? null : referrer));

export const tell = (type, data = {}) => {
  if (parent === window) return;
  if (host) parent.postMessage({ ...data, source: "my-tasks", version, type }, host);
  else unsent.push([type, data]);
};

const change = (name, value) => {
  const url = new URL(location.href);
  url.searchParams.set(name, value);
  return url;
};
const commands = {
  refresh: () => {
    if (Date.now() - freshAt < 3000) return; // all users share the tenant's rate limit
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
    const url = change("lang", lang); // no second reload for a missing language
    if (url.href !== location.href) location.replace(url);
  },
};

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || parent === window || !known(origin) || (host && origin !== host)) return;
  if (data?.source !== "my-tasks-host" || ![1, 2].includes(data.version)) return;
  if (!Object.hasOwn(commands, data.type)) return;
  host ??= origin;
  while (unsent.length) tell(...unsent.shift());
  commands[data.type](data);
});

// A page opened from another framed page takes over that page's parameters (theme, language, ...).
if (!location.search) history.replaceState(history.state, "", given.query || location.href);
