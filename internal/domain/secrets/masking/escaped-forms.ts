/**
 * How a secret is written in JSON, in the JSON of PHP, which escapes each slash, and in a URL, where that differs. A receiver may
 * encode as a whole what it has written so: base64 of JSON does not hold the base64 of a secret with a quote in it.
 */
export function escapedForms(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = new Set([json, json.replaceAll('/', '\\/'), encodeURIComponent(Buffer.from(secret).toString())]);
  forms.delete(secret);
  return [...forms];
}
