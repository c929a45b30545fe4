// A failed call, explained: what the status means, what to do, and everything that the error says.
import { h } from "./dom.js";

const BY_REASON = {
  NO_CREDENTIALS: "Enter a credential at the top of the page. In the demo, the terminal shows a key. A site may accept only some kinds of credentials.",
  SIGNATURE_OUTSIDE_WINDOW: "Correct the clock of this machine or of the site.",
  SIGNATURE_INVALID: "Check the key’s id, its secret, and that the key is for this organization. The site’s log has the reason.",
  RPC_DISABLED: "Ask whoever runs this site to turn the RPC on, with the setting RPCS.",
  PROVIDER_UNSUPPORTED: "This provider does not support it. GetCapabilities lists what it supports.",
  INTEGRATION_UNAUTHORIZED: "The provider no longer accepts the integration’s credential. Reinstall the integration in Sentry.",
  VENDOR_FORBIDDEN: "The provider does not let the integration see this. Give its app access there.",
  TOO_MANY_BAD_CREDENTIALS: "Too many attempts with bad credentials came from here. Wait, then use a good one.",
  RATE_LIMITED: "Too many calls in this window. Wait as long as the error says.",
  FILE_TOO_LARGE: "Raise max_bytes; above 3 MiB a file cannot be read here.",
  AMBIGUOUS_SHA: "Give more digits of the SHA.",
};
const BY_STATUS = {
  UNAUTHENTICATED: "Enter a valid API key or token at the top of the page. In the demo, the terminal shows the key.",
  PERMISSION_DENIED: "The credential is valid, but has none of the scopes that the RPC accepts. They are listed above.",
  NOT_FOUND: "Check the ids. Ids of another organization’s rows are not found either. Check the spelling of refs and paths.",
  INVALID_ARGUMENT: "Correct the fields that are marked, and call again.",
  ALREADY_EXISTS: "It exists already. Its id is in the details below.",
  FAILED_PRECONDITION: "Something else must change first. The message says what.",
  RESOURCE_EXHAUSTED: "Wait and call again, or ask for less.",
  UNAVAILABLE: "The provider or the site cannot be reached at the moment. Call again soon.",
  DEADLINE_EXCEEDED: "It took too long. Ask for less.",
  UNIMPLEMENTED: "This site or this provider does not offer it.",
  INTERNAL: "A fault of the site. Give whoever runs it the request id.",
  ABORTED: "Another call interfered. Call again.",
  UNKNOWN: "If a proxy asks for a login, it must let RPCs through without one, because RPCs have their own credential. The page sends no cookies with calls.",
};

/** ``others``: violations of fields that are not shown. ``advice`` by status comes before the general one. */
export function explain(failure, others, advice = {}) {
  const facts = [
    ["reason", failure.reason && h("code", {}, failure.reason)],
    ...Object.entries(failure.metadata).map(([name, value]) => [name, value]),
    ["retry after", failure.retryAfter],
    ["request id", failure.requestId && h("code", {}, failure.requestId)],
  ].filter(([, value]) => value);
  return h("div", { class: "failure" },
    h("h3", {}, failure.status, h("span", { class: "type" }, ` ${failure.code}`)),
    h("p", { class: "said" }, failure.message),
    h("p", {}, h("strong", {}, "What to do: "), BY_REASON[failure.reason] ?? advice[failure.status] ?? BY_STATUS[failure.status] ?? "Call again."),
    others.length > 0 && h("ul", {}, others.map(({ field, description }) => h("li", {}, h("code", {}, field), ` ${description}`))),
    facts.length > 0 && h("dl", { class: "facts" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
  );
}
