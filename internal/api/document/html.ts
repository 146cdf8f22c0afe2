export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export const code = (text: string): string => `<code>${escaped(text)}</code>`;

/** A sentence of the document. Pieces between backticks are code, as in Markdown. */
export function sentence(text: string): string {
  return escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

export function table(columns: readonly string[], rows: readonly string[]): string {
  const head = columns.map((column) => `<th scope="col">${escaped(column)}</th>`).join('');
  return rows.length > 0 ? `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table>` : '';
}

/** A row with two columns. The second column has one paragraph per statement. */
export function row(head: string, paragraphs: readonly (string | false | undefined)[], id?: string): string {
  const said = paragraphs.filter(Boolean).map((paragraph) => `<p>${paragraph}</p>`);
  return `<tr${id === undefined ? '' : ` id="${escaped(id)}"`}><th scope="row">${head}</th><td>${said.join('')}</td></tr>`;
}
