"use strict";
// <my-tasks>: creates the widget's frame, sets the height that the frame requests, and dispatches the
// frame's messages as events of the element ("my-tasks:count", "my-tasks:decided", ...).
(() => {
  if (customElements.get("my-tasks")) return;
  const home = new URL(document.currentScript.src).origin;
  const PARAMETERS = ["theme", "accent", "lang", "density", "tab", "target", "keys", "envelope"];

  class MyTasks extends HTMLElement {
    static observedAttributes = ["theme", "lang"];

    connectedCallback() {
      const url = new URL(this.hasAttribute("badge") ? "/widget/badge/" : "/widget/", this.base);
      for (const name of PARAMETERS) {
        if (this.hasAttribute(name)) url.searchParams.set(name, this.getAttribute(name));
      }
      if (!this.hasAttribute("envelope")) url.searchParams.set("envelope", "2");
      const frame = document.createElement("iframe");
      frame.src = url.href;
      frame.title = this.getAttribute("title") || "My Tasks";
      frame.loading = this.getAttribute("loading") || "eager";
      frame.referrerPolicy = "origin"; // tells browsers without ancestorOrigins the host's origin
      const height = this.hasAttribute("badge") ? "44px" : "320px";
      Object.assign(frame.style, { display: "block", inlineSize: "100%", blockSize: height, border: "0" });
      this.messageListener = (event) => this.receive(event);
      addEventListener("message", this.messageListener);
      this.frame = frame;
      this.pendingCommands = new Map();
      this.replaceChildren(frame);
    }

    disconnectedCallback() {
      removeEventListener("message", this.messageListener);
      this.replaceChildren();
      this.frame = null;
    }

    attributeChangedCallback(name, before, value) {
      if (before === value || !this.frame) return;
      if (name === "theme") this.sendToEveryPage("set-theme", { theme: value ?? "auto" });
      if (name === "lang" && value) this.sendToEveryPage("set-language", { lang: value });
    }

    get base() {
      const { protocol, origin } = new URL(this.getAttribute("src") || home, location.href);
      return protocol.startsWith("http") ? origin : home;
    }

    refresh() {
      this.send("refresh");
    }

    // A page that is loading or unloading receives nothing, so repeat the command when a page is ready.
    sendToEveryPage(type, data) {
      this.pendingCommands.set(type, data);
      this.send(type, data);
    }

    send(type, data = {}) {
      const envelope = { ...data, source: "my-tasks-host", version: 2, type };
      this.frame?.contentWindow?.postMessage(envelope, this.base);
    }

    receive({ source, origin, data }) {
      if (source !== this.frame?.contentWindow || origin !== this.base) return;
      const { source: sender, version, type, ...detail } = data ?? {};
      if (sender !== "my-tasks" || ![1, 2].includes(version) || !/^[a-z-]+$/.test(type)) return;
      if (type === "ready") for (const command of this.pendingCommands) this.send(...command);
      if (type === "resize") this.resize(Number(detail.height));
      this.dispatchEvent(new CustomEvent(`my-tasks:${type}`, { detail, bubbles: true }));
    }

    resize(height) {
      const most = Number(this.getAttribute("max-height")) || 640;
      if (height > 0) this.frame.style.blockSize = `${Math.min(Math.max(height, 40), most)}px`;
    }
  }
  customElements.define("my-tasks", MyTasks);
})();
