/** The choice of an owner, where the visitor's key watches others' environments too. It is kept in the page's address. */

import { element, make } from "../page/elements.js";

export class Owners {
  /** @param {() => void} changed */
  constructor(changed) {
    this.field = element("owner", HTMLSelectElement);
    /** "" for everyone's. */
    this.chosen = new URLSearchParams(location.search).get("owner") ?? "";
    this.field.addEventListener("input", () => {
      this.chosen = this.field.value;
      const address = new URL(location.href);
      if (this.chosen) address.searchParams.set("owner", this.chosen);
      else address.searchParams.delete("owner");
      history.replaceState(null, "", address);
      changed();
    });
  }

  /** Offer the owners of these. @param {Iterable<import("./instance.js").Instance>} instances */
  offer(instances) {
    const names = new Set([...instances].map(({ owner }) => owner).filter((owner) => owner !== null));
    if (this.chosen) names.add(this.chosen);
    const sorted = [...names].sort();
    element("owner-field").hidden = !sorted.length;
    if (sorted.join() === [...this.field.options].slice(1).map(({ value }) => value).join()) return;
    this.field.replaceChildren(make("option", { value: "" }, "everyone"), ...sorted.map((name) => make("option", { value: name }, name)));
    this.field.value = this.chosen;
  }

  /** @param {import("./instance.js").Instance} instance */
  fits({ owner }) {
    return !this.chosen || owner === this.chosen;
  }
}
