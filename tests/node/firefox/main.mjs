// Drives Firefox over a pipe: a test writes one JSON command per line and reads one answer per line.
// When the pipe is closed, the browser is closed.
//   node main.mjs <path of Firefox> <what becomes of cookies: a name in preferences.mjs>
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";
import { preferences } from "./preferences.mjs";
import { Visitor } from "./visitor.mjs";

const [executablePath, cookies] = process.argv.slice(2);
const [START, STEP] = [60_000, 20_000]; // milliseconds

const answer = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);

const run = async (visitor, { command, ...how }) => {
  try {
    return { value: (await visitor[command](how)) ?? null };
  } catch (error) {
    return { error: error.message, seen: await visitor.view().catch(String) };
  }
};

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  timeout: START,
  protocolTimeout: STEP,
  defaultViewport: { width: 480, height: 720 },
  extraPrefsFirefox: preferences(cookies),
});
try {
  answer({ value: { version: await browser.version(), pid: browser.process().pid } });
  const visitor = new Visitor(browser, STEP);
  for await (const line of createInterface({ input: process.stdin })) {
    answer(await run(visitor, JSON.parse(line)));
  }
} finally {
  setTimeout(() => browser.process().kill("SIGKILL"), STEP).unref();
  await browser.close();
}
