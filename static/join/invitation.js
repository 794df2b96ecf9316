/** What a link of a class says, in its fragment, which browsers send to no server. */

const NAME = /^[\w-]{1,64}$/;
const PAGES = ["agent.html", "monitor.html"];
const LESSON = ["lesson", "hide"];

/** @typedef {{name: string, key: string, goal: string}} Invitation - `goal` is the page to go on to, with its query. */

/** @param {string} fragment @returns {Invitation | null} Null if it is none. */
export function invitationOf(fragment) {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const [name, key, page] = [said.get("name") ?? "", said.get("key") ?? "", said.get("page") ?? PAGES[0]];
  if (!NAME.test(name) || !key || !PAGES.includes(page)) return null;
  const query = new URLSearchParams(LESSON.flatMap((each) => (said.has(each) ? [[each, said.get(each) ?? ""]] : [])));
  return { name, key, goal: query.size ? `${page}?${query}` : page };
}
