/**
 * Returns the forms of a secret in JSON, in PHP's JSON, which escapes each slash, and in a URL, where they differ from
 * the secret. A receiver may then encode the whole text: the base64 of JSON does not contain the base64 of a secret
 * with a quote in it.
 */
export function escapedForms(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = new Set([json, json.replaceAll('/', '\\/'), encodeURIComponent(Buffer.from(secret).toString())]);
  forms.delete(secret);
  return [...forms];
}
