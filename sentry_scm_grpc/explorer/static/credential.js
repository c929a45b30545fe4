// The credential: typed in, in memory; in the tab's sessionStorage only for those who tick the box.
import { getCredential, setCredential } from "./call.js";

const KEPT = "sentry-scm-grpc credential";
const PARTS = ["kind", "value", "key", "organization"];
const $ = (part) => document.getElementById(`credential-${part}`);

function read() {
  const [kind, value, keyId, organization] = PARTS.map((part) => $(part).value.trim());
  const signs = kind === "x-signature";
  const keeps = $("keep").checked;
  $("key").hidden = $("organization").hidden = !signs;
  $("value").placeholder = signs ? "the secret" : "paste it here";
  const place = keeps ? "Kept until you close this tab." : "Kept in this page’s memory only; gone when you reload.";
  $("note").textContent = `${place}${signs ? " The secret is not sent." : ""}`;
  setCredential({ header: kind, value, keyId, organization });
  store(keeps && value ? PARTS.map((part) => $(part).value) : null);
  document.dispatchEvent(new Event("credential"));
}

/** Storage may be closed to the page; then nothing is kept. */
function store(parts) {
  try {
    if (parts) sessionStorage.setItem(KEPT, JSON.stringify(parts));
    else sessionStorage.removeItem(KEPT);
  } catch {
    $("keep").checked = false;
  }
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

/** Fills the fields with what is stored, otherwise with nothing: browsers fill forms again after going back. */
function begin() {
  const kept = stored();
  PARTS.forEach((part, index) => ($(part).value = kept?.[index] ?? (part === "kind" ? "x-api-key" : "")));
  $("keep").checked = Boolean(kept);
  read();
}

/** Somebody has typed it in whole, and may want to see what it opens. Half a credential is never tried. */
const given = () => getCredential().value && document.dispatchEvent(new Event("credential-given"));

export function readCredential() {
  const form = document.getElementById("credential");
  form.addEventListener("input", read);
  form.addEventListener("change", given);
  $("value").addEventListener("paste", () => setTimeout(given));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    given();
  });
  addEventListener("pagehide", () => ($("value").value = ""));
  addEventListener("pageshow", (event) => event.persisted && begin());
  begin();
}
