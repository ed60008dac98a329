// How a Firefox of the tests differs from one that was just installed.

// What becomes of the cookies of other sites.
const COOKIES = {
  // as shipped: each goes in the partition of the site around it, whether it says Partitioned or not
  partitioned: { "network.cookie.cookieBehavior": 5 },
  // a preference that is off as shipped: only those that say Partitioned
  "opt-in": {
    "network.cookie.cookieBehavior": 5,
    "network.cookie.cookieBehavior.optInPartitioning": true,
  },
  // a setting that people can choose: none, those that say Partitioned neither
  refused: { "network.cookie.cookieBehavior": 1 },
};

// Puppeteer lets every page open windows; we want to see what people see.
const asPeopleSee = { "dom.disable_open_during_load": true };

// Nothing of the browser's own may go out. No proxy is ever asked for *.localhost and 127.0.0.1.
const nowhere = Object.fromEntries(
  ["http", "ssl"].flatMap((kind) => [
    [`network.proxy.${kind}`, "127.0.0.1"],
    [`network.proxy.${kind}_port`, 9],
  ]),
);
const silent = {
  ...nowhere,
  "network.proxy.type": 1,
  "app.normandy.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
};

export const preferences = (cookies) => ({ ...COOKIES[cookies], ...asPeopleSee, ...silent });
