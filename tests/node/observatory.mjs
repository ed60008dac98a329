// What Mozilla's HTTP Observatory says of pages of one host: a JSON line for each.
//   node observatory.mjs '{"host": "localhost", "httpPort": 8080, "httpsPort": 8443}' '{"path": "/"}' ...
// Its own command asks the standard ports and the root alone, so this asks its parts.
import { ALL_TESTS } from "@mdn/mdn-http-observatory/src/constants.js";
import { MINIMUM_SCORE_FOR_EXTRA_CREDIT } from "@mdn/mdn-http-observatory/src/grader/charts.js";
import { getGradeForScore, getScoreModifier } from "@mdn/mdn-http-observatory/src/grader/grader.js";
import { retrieve } from "@mdn/mdn-http-observatory/src/retriever/retriever.js";

const [site, ...pages] = process.argv.slice(2).map((text) => JSON.parse(text));

const grade = (tests) => {
  const modifiers = tests.map(({ modifier }) => modifier);
  const base = modifiers.filter((modifier) => modifier < 0).reduce((sum, modifier) => sum + modifier, 100);
  const whole = modifiers.reduce((sum, modifier) => sum + modifier, 100);
  return getGradeForScore(base >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? whole : base); // extra points on top of an A
};

for (const { path, headers = [] } of pages) {
  const seen = await retrieve(site.host, { ...site, path, headers: ["Accept: text/html", ...headers] });
  if (!seen.responses.auto) throw new Error(`${path} was not answered`);
  const tests = ALL_TESTS.map((test) => test(seen)).map((verdict) => ({
    name: verdict.constructor.name,
    passed: verdict.pass,
    result: verdict.result,
    modifier: getScoreModifier(verdict.result),
  }));
  const { status } = seen.responses.auto;
  console.log(JSON.stringify({ path, status, ...grade(tests), url: seen.session.redirectHistory.at(-1).url.href, tests }));
}
