/** The API's documentation: Swagger UI with the service's OpenAPI document and the visitor's key. */

import { say } from "./page/elements.js";
import { offerKey, watchHeader } from "./page/header.js";
import { resolved } from "./page/references.js";
import { openService } from "./page/service.js";
import SwaggerUI from "./vendor/swagger-ui.js";

const service = await openService();

/**
 * The service's document. Lambda functions have none; then it is a file beside the page.
 * @returns {Promise<Record<string, any> | null>}
 */
async function openapi() {
  for (const address of [`${service.url}/openapi.json`, ...(service.usual ? ["openapi.json"] : [])]) {
    const reply = await fetch(address).catch(() => null);
    if (reply?.ok) return reply.json();
  }
  return null;
}

function follow() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

/** @param {{url: string, headers: Record<string, string>}} request */
function withKey(request) {
  if (service.apiKey && request.url.startsWith(`${service.url}/`)) request.headers.Authorization = `Bearer ${service.apiKey}`;
  return request;
}

/** @param {{status: number}} reply */
function heard(reply) {
  if (reply.status === 401) offerKey();
  return reply;
}

/**
 * Without the choice of a server, which is the page's, and without links within buttons, which assistive technology does
 * not find its way through. Opening a call still puts it into the page's address. The groups of calls are headings of the
 * third level, so one of the second stands above them.
 */
const accessible = () => ({
  wrapComponents: {
    DeepLink: (/** @type {unknown} */ _, /** @type {{React: any}} */ { React }) => (/** @type {{text: string}} */ { text }) =>
      React.createElement("span", null, text),
    ServersContainer: () => () => null,
    operations: (/** @type {unknown} */ Operations, /** @type {{React: any}} */ { React }) => (/** @type {any} */ given) =>
      React.createElement("div", { ref: within }, React.createElement("h2", { className: "unseen" }, "Calls"), React.createElement(Operations, given)),
  },
});

/** References are followed by the page, whose document has none that leads elsewhere. */
const quick = () => ({
  fn: {
    resolveSubtree: async (/** @type {Record<string, any>} */ document, /** @type {string[]} */ path) => ({
      spec: resolved(document, path),
      errors: [],
    }),
  },
});

/** The page has a main landmark already, in which Swagger UI's own cannot be one. @param {HTMLElement | null} calls */
function within(calls) {
  const landmark = calls?.closest("main#operations");
  landmark?.setAttribute("role", "region");
  landmark?.setAttribute("aria-label", "Calls");
}

const dark = matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", follow);
follow();
watchHeader(service);

const spec = await openapi();
if (spec) {
  say("said", "");
  SwaggerUI({
    dom_id: "#documentation",
    spec: { ...spec, servers: [{ url: service.url }] },
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    // By default the document is sent to another service for validation.
    validatorUrl: null,
    requestInterceptor: withKey,
    responseInterceptor: heard,
    plugins: [accessible, quick],
    onComplete: () => (document.body.dataset.ready = "true"),
  });
} else {
  say("said", `${service.url} has no OpenAPI document, or does not answer.`);
}
