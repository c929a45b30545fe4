// A form for a message, made from the contract. Each control reads and writes the JSON of its field.
import { h, inline } from "./dom.js";
import { enums, isWellKnown, messages } from "./contract.js";
import { typeLink } from "./types.js";

const PATTERNS = {
  sha: ["[0-9a-fA-F]{4,64}", "4 to 64 hexadecimal digits"],
  path: ["(?!/).*", "a relative path, without a leading slash"],
  request_id: ["[A-Za-z0-9._:\\-]{1,64}", "1 to 64 letters, digits, -, _, . or :"],
  root: ["[^\\s'\"]*", "no white space and no quotes"],
  branch: ["(?!/)[\\w.\\/\\-]+", "a branch name"],
};
const LONG = new Set(["description", "message"]);
// Above so many, items that an answer offered are shown as one JSON text.
const MANY = 3;
let ids = 0;

/** {element, read(), write(json), showViolations([{field, description}]) -> those that fit no control}. */
export function formFor(name) {
  const group = fields(name, "");
  return {
    element: h("div", { class: "fields" }, group.element),
    read: () => group.read("") ?? {},
    write: group.write,
    showViolations(violations) {
      clear(this.element);
      return violations.filter(({ field, description }) => !mark(this.element, field, description));
    },
    clear() {
      clear(this.element);
    },
  };
}

function fields(name, required) {
  const { fields: described } = messages[name];
  const controls = described.map((field) => [field, control(field, name, required === field.name)]);
  const mask = controls.find(([, made]) => made.tick)?.[1];
  // What is typed in is to change.
  if (mask) for (const [, made] of controls) made.element.addEventListener("input", (event) => mask.tick(event.target.closest("[data-path]")?.dataset.path.split(".").at(-1)));
  return {
    element: controls.map(([, made]) => made.element),
    read(path) {
      const json = {};
      for (const [field, made] of controls) {
        const value = made.read(path ? `${path}.${field.name}` : field.name);
        if (value !== undefined) json[field.name] = value;
      }
      return Object.keys(json).length ? json : undefined;
    },
    write(json) {
      for (const [field, made] of controls) if (json?.[field.name] !== undefined) made.write(json[field.name]);
    },
  };
}

function control(field, owner, mustBeSet) {
  const rules = mustBeSet ? { ...field.rules, required: true, minimum: 1 } : field.rules;
  if (field.type === "map") return mapControl(field, rules);
  if (field.repeated) return field.type === "message" ? listControl(field, rules) : linesControl(field, rules);
  if (field.type_name === "google.protobuf.FieldMask") return maskControl(field, owner, rules);
  if (field.type === "message" && !isWellKnown(field.type_name)) return messageControl(field, rules);
  return simpleControl(field, rules);
}

/** The frame of a control: label, type, comment, and a place for what is wrong. */
function framed(field, rules, input, extra) {
  const id = input.id || (input.id = `field-${++ids}`);
  input.setAttribute("aria-describedby", `${id}-help ${id}-error`);
  const label = h("label", { for: id }, field.name, rules.required && h("span", { class: "required" }, " required"));
  const head = h("div", { class: "head" }, label, h("span", { class: "type" }, typeLink(field)));
  const help = h("p", { class: "help", id: `${id}-help` }, inline(field.comment));
  const body = extra ? h("div", { class: "with-button" }, input, extra) : input;
  const element = h("div", { class: "field" }, head, body, help, h("p", { class: "wrong", id: `${id}-error` }));
  return element;
}

function grouped(field, rules, ...content) {
  const required = rules.required && h("span", { class: "required" }, " required");
  const legend = h("legend", {}, field.name, required, h("span", { class: "type" }, " ", typeLink(field)));
  return h("fieldset", { tabindex: "-1" }, legend, h("p", { class: "help" }, inline(field.comment)), content, h("p", { class: "wrong" }));
}

function simpleControl(field, rules) {
  const input = inputFor(field, rules);
  const extra = rules.format === "request_id" && h("button", { type: "button", class: "quiet", onclick: () => (input.value = uuid()) }, "Make one");
  const element = framed(field, rules, input, extra);
  return {
    element,
    read(path) {
      element.dataset.path = path;
      if (field.type === "bool") return input.checked || undefined;
      if (input.value === "") return undefined;
      if (field.type === "int32") return Number(input.value);
      if (field.type_name === "google.protobuf.Timestamp") return new Date(input.value).toISOString();
      return input.value;
    },
    write(value) {
      if (field.type === "bool") input.checked = value === true || value === "true";
      else input.value = field.type_name === "google.protobuf.Timestamp" ? localTime(value) : value;
    },
  };
}

function inputFor(field, rules) {
  const shared = { required: Boolean(rules.required), spellcheck: "false", autocomplete: "off" };
  if (field.type === "bool") return h("input", { type: "checkbox" });
  if (field.type === "enum") {
    const { values } = enums[field.type_name];
    const options = values.map((value) => h("option", { value: value.number ? value.name : "", title: value.comment }, value.number ? value.name : "—"));
    return h("select", shared, options);
  }
  if (field.type === "int32" || field.type === "int64") {
    const max = field.type === "int32" ? 2147483647 : undefined;
    const placeholder = field.name === "organization_id" && !rules.required && "that of the credential";
    return h("input", { ...shared, placeholder, type: "number", step: "1", min: String(rules.minimum ?? ""), max: max && String(max), inputmode: "numeric" });
  }
  if (field.type_name === "google.protobuf.Timestamp") return h("input", { ...shared, type: "datetime-local", step: "1" });
  const limits = { ...shared, maxlength: String(rules.max_bytes ?? 65536), autocapitalize: "off" };
  if (LONG.has(field.name)) return h("textarea", { ...limits, rows: "3", spellcheck: "true" });
  const [pattern, title] = PATTERNS[rules.format] ?? [];
  return h("input", { ...limits, type: rules.format === "url" ? "url" : "text", pattern, title });
}

function messageControl(field, rules) {
  // A message that names a row does so by its id.
  const inner = fields(field.type_name, rules.resource ? "id" : "");
  const element = grouped(field, rules, inner.element);
  return {
    element,
    read(path) {
      element.dataset.path = path;
      return inner.read(path);
    },
    write: inner.write,
  };
}

function maskControl(field, owner, rules) {
  const changed = messages[owner].fields.find((other) => other.type === "message" && other.name !== field.name);
  const names = messages[changed.type_name].fields.map((other) => other.name).filter((name) => name !== "id");
  const boxes = names.map((name) => h("input", { type: "checkbox", value: name }));
  const element = grouped(field, rules, h("div", { class: "boxes" }, boxes.map((box) => h("label", {}, box, " ", box.value))));
  return {
    element,
    read(path) {
      element.dataset.path = path;
      const paths = boxes.filter((box) => box.checked).map((box) => box.value);
      return paths.length ? paths.map(camel).join(",") : undefined;
    },
    tick(name) {
      for (const box of boxes) box.checked ||= box.value === name;
    },
    write(value) {
      const paths = String(value).split(",");
      for (const box of boxes) box.checked = paths.includes(camel(box.value)) || paths.includes(box.value);
    },
  };
}

function linesControl(field, rules) {
  const input = h("textarea", { rows: "3", required: Boolean(rules.required), spellcheck: "false", placeholder: "one per line" });
  const element = framed(field, rules, input);
  return {
    element,
    read(path) {
      element.dataset.path = path;
      const lines = input.value.split("\n").filter((line) => line !== "");
      return lines.length ? lines : undefined;
    },
    write: (value) => (input.value = [value].flat().join("\n")),
  };
}

function mapControl(field, rules) {
  return rows(field, rules, "Add an entry", () => {
    const [key, value] = ["key", "value"].map((what) => h("input", { type: "text", "aria-label": `${field.name}: ${what}`, placeholder: what, autocomplete: "off" }));
    return {
      element: h("div", { class: "pair" }, key, value),
      read: () => (key.value ? [key.value, value.value] : undefined),
      write: ([name, text]) => ([key.value, value.value] = [name, text]),
    };
  }, Object.fromEntries, Object.entries);
}

function listControl(field, rules) {
  return rows(field, rules, "Add one", () => {
    const inner = fields(field.type_name, "");
    return { element: h("div", { class: "item" }, inner.element), read: inner.read, write: inner.write };
  });
}

/** Items that can be added and removed; many of them are shown as one JSON text. */
function rows(field, rules, add, make, collect = (items) => items, spread = (items) => items) {
  let made = [];
  let json = null;
  const list = h("div", { class: "rows" });
  const button = h("button", { type: "button", class: "quiet", onclick: () => append().element.querySelector("input")?.focus() }, add);
  const element = grouped(field, rules, list, button);
  function append(value) {
    const row = make();
    if (value !== undefined) row.write(value);
    const remove = h("button", { type: "button", class: "quiet", "aria-label": `Remove this one of ${field.name}` }, "Remove");
    row.frame = h("div", { class: "row" }, row.element, remove);
    remove.addEventListener("click", () => {
      made = made.filter((other) => other !== row);
      row.frame.remove();
      button.focus();
    });
    made.push(row);
    list.append(row.frame);
    return row;
  }
  if (rules.required) append();
  return {
    element,
    read(path) {
      element.dataset.path = path;
      if (json) return JSON.parse(json.value);
      const items = made.map((row, index) => {
        row.frame.dataset.path = `${path}[${index}]`;
        return row.read(`${path}[${index}]`);
      }).filter((item) => item !== undefined);
      return items.length ? collect(items) : undefined;
    },
    write(value) {
      made = [];
      json = null;
      const items = spread(value);
      button.hidden = items.length > MANY;
      list.replaceChildren();
      if (items.length > MANY) list.append((json = h("textarea", { rows: "6", "aria-label": `${field.name} as JSON`, spellcheck: "false" }, JSON.stringify(value, null, 1))));
      else items.forEach(append);
    },
  };
}

/** Shows what is wrong at its field, or at what holds that: "metadata['colour']" at "metadata". */
function mark(form, path, text) {
  const found = [...form.querySelectorAll("[data-path]")].find((element) => element.dataset.path === path && element.querySelector(":scope > .wrong"));
  if (!found) {
    const outer = path.replace(/(\[[^[]*\]|\.[^.[]*)$/, "");
    return outer !== path && mark(form, outer, `${path} ${text}`);
  }
  const place = found.querySelector(":scope > .wrong");
  place.append(place.textContent && "; ", text);
  found.classList.add("bad");
  found.querySelector("input, select, textarea")?.setAttribute("aria-invalid", "true");
  return true;
}

function clear(form) {
  for (const element of form.querySelectorAll(".wrong")) element.replaceChildren();
  for (const element of form.querySelectorAll(".bad")) element.classList.remove("bad");
  for (const element of form.querySelectorAll("[aria-invalid]")) element.removeAttribute("aria-invalid");
}

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const two = (number) => String(number).padStart(2, "0");

function localTime(text) {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return "";
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** Random, as crypto.randomUUID, which pages without TLS do not have. */
function uuid() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}
