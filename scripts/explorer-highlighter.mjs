// What the explorer's page takes from npm to colour files, loaded with the first of them. lowlight gives highlight.js's
// result as a tree, so that no text of a repository is ever read as HTML. scripts/build-explorer-library bundles it.
import { createLowlight } from "lowlight";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import dart from "highlight.js/lib/languages/dart";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import elixir from "highlight.js/lib/languages/elixir";
import go from "highlight.js/lib/languages/go";
import graphql from "highlight.js/lib/languages/graphql";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import lua from "highlight.js/lib/languages/lua";
import makefile from "highlight.js/lib/languages/makefile";
import markdown from "highlight.js/lib/languages/markdown";
import objectivec from "highlight.js/lib/languages/objectivec";
import php from "highlight.js/lib/languages/php";
import protobuf from "highlight.js/lib/languages/protobuf";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import scala from "highlight.js/lib/languages/scala";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

const lowlight = createLowlight({
  bash, c, cpp, csharp, css, dart, diff, dockerfile, elixir, go, graphql, ini, java, javascript, json, kotlin, lua, makefile, markdown,
  objectivec, php, protobuf, python, ruby, rust, scala, sql, swift, typescript, xml, yaml,
});
// By the end of a file's name, or its name, where the language's own aliases do not say it.
lowlight.registerAlias({
  bash: ["bashrc", "profile", "zsh"], cpp: ["cxx", "inl"], ini: ["cfg", "conf", "editorconfig", "gitconfig", "lock", "properties", "toml"],
  css: ["less", "scss"], javascript: ["mjs", "cjs", "jsx"], json: ["jsonc", "ipynb", "webmanifest"], makefile: ["mk", "mak"], python: ["pyi", "pyw"],
  ruby: ["gemfile", "rakefile", "rake", "gemspec"], typescript: ["mts", "cts", "tsx"], xml: ["vue", "svelte", "xsd", "csproj"], yaml: ["yml"],
});

export const knows = (language) => lowlight.registered(language);
/** The text as a tree of {type: "text", value} and {type: "element", properties: {className}, children}. */
export const highlight = (language, text) => lowlight.highlight(language, text, { prefix: "hl-" });
