/** Answers files: read from, and saved by, the browser of whoever sits before it. Source: crm.md W103. */

import { post } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { contentOf } from "../../core/file-content.js";

/** Asks for a file and has the tool read it. @returns {Promise<?{name: string, answers: Object}>} `null`: none chosen */
export async function importAnswers() {
  const file = await chooseFile(".toml,text/plain");
  if (!file) return null;
  return { name: file.name, answers: await post("/api/installation/import", { content: await contentOf(file) }) };
}

/** Saves the form as an answers file, without passwords. @returns {Promise<string>} the file's name */
export async function exportAnswers(values) {
  const { name, text } = await post("/api/installation/export", values);
  saveText(name, text);
  return name;
}

function chooseFile(accept) {
  return new Promise((resolve) => {
    const input = h("input", { type: "file", accept, on: {
      change: () => resolve(input.files[0] ?? null),
      cancel: () => resolve(null),
    } });
    input.click();
  });
}

function saveText(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
