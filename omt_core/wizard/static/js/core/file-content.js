/** A file that a person chose, for the body of a request: as it is, since the tool knows the encodings and not the browser. */

/**
 * @param {File} file
 * @returns {Promise<string>} its bytes in base64
 */
export async function contentOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
