/** Characters by which a spreadsheet takes a field for a formula, at its beginning; in some places the wide ones as well. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const QUOTED = /[",\r\n]/;

/**
 * One line of CSV (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe before it; a number is
 * written as it is.
 */
export function csvLine(fields: readonly (string | number)[]): string {
  return `${fields.map((field) => (typeof field === 'number' ? String(field) : csvText(field))).join(',')}\r\n`;
}

function csvText(text: string): string {
  const inert = FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
