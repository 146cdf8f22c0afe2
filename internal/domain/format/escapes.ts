const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes the three characters that are special in Slack: mentions, links and entities begin with them. */
export function escapeMrkdwn(text: string): string {
  return text.replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? '');
}

/** Escapes a text for the subset of HTML that a paragraph of Google Chat is, and for its attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? '');
}

/** Escapes the characters that would be markup in JSON, where they occur in strings only. It remains the same JSON. */
export function escapeAsJson(json: string): string {
  return json.replace(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}
