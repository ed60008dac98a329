// The person at the browser. Each method except `view` is a command that a test may send.
import { setTimeout as pause } from "node:timers/promises";

export class Visitor {
  #browser;
  #patience;
  #tabs = []; // what we have opened ourselves, the newest last
  #complaints = [];
  #spot = null; // of the last press

  constructor(browser, patience) {
    this.#browser = browser;
    this.#patience = patience;
    browser.on("targetcreated", async (target) => {
      if (target.type() !== "page") return;
      // Also what a content security policy stops, in the page and in its frames.
      (await target.page()).on("pageerror", ({ message }) => this.#complaints.push(message));
    });
  }

  // In a tab of its own, in front of the others.
  async open({ url }) {
    const tab = await this.#browser.newPage();
    this.#tabs.push(tab);
    await tab.goto(url);
  }

  async close() {
    await this.#tabs.pop().close();
    await this.#tabs.at(-1)?.bringToFront();
  }

  async reload() {
    await this.#tabs.at(-1).reload();
  }

  // Once it stands still: the host page makes the frame higher and lower.
  async press(what) {
    const found = await this.#find(what);
    await found.scrollIntoView();
    const { x, y, width, height } = await found.boundingBox();
    this.#spot = { x: x + width / 2, y: y + height / 2 };
    await found.asLocator().setTimeout(this.#patience).click();
  }

  // Where a person's hand still is: the spot of the last press in the page itself.
  async pressAgain() {
    await this.#tabs.at(-1).mouse.click(this.#spot.x, this.#spot.y);
  }

  async fill({ text, ...what }) {
    await (await this.#find(what)).type(text);
  }

  // The value of an expression, once it is true.
  until({ at, expression }) {
    return this.#until(`not true in the ${at}: ${expression}`, async () =>
      (await this.#place(at)).evaluate(expression));
  }

  async windowIsGone() {
    await this.#until("the window is still there", async () => !(await this.#window()));
  }

  // The names of the cookies that the dashboard has in the partition of the tab in front.
  async cookies({ url }) {
    return (await this.#tabs.at(-1).cookies(url)).map(({ name }) => name);
  }

  async complaints() {
    return this.#complaints;
  }

  // For the message of a test that fails.
  async view() {
    const texts = (await this.#browser.pages()).flatMap((page) =>
      page.frames().map(async (frame) =>
        `--- ${frame.url()}\n${await frame.evaluate("document.body.innerText").catch(String)}`));
    return [...this.#complaints, ...(await Promise.all(texts))].join("\n");
  }

  // By the names that Firefox computes; for a whole list it takes seconds, so `inside` says where.
  #find({ at, inside, role, name }) {
    const selector = `::-p-aria([name=${JSON.stringify(name)}][role="${role}"])`;
    return this.#until(`no ${role} "${name}" in ${inside} of the ${at}`, async () => {
      const place = await this.#place(at);
      const part = await place.evaluateHandle(`document.querySelector(${JSON.stringify(inside)})`);
      return part.asElement()?.$(selector);
    });
  }

  // Where to look: our page, the frame in it, or the window that it has opened.
  async #place(at) {
    const page = at === "window" ? await this.#window() : this.#tabs.at(-1);
    return at === "frame" ? page.mainFrame().childFrames()[0] : page.mainFrame();
  }

  async #window() {
    const pages = await this.#browser.pages();
    return pages.slice(1).find((page) => !this.#tabs.includes(page)); // the first is the browser's
  }

  // Pages come and go meanwhile: what throws now may succeed in a moment.
  async #until(problem, look) {
    const end = Date.now() + this.#patience;
    let trouble = "";
    while (Date.now() < end) {
      try {
        const found = await look();
        if (found) return found;
      } catch (error) {
        trouble = ` (${error.message})`;
      }
      await pause(50);
    }
    throw new Error(problem + trouble);
  }
}
