/** An XML element, or undefined where there is nothing to say: such children are left out. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string | readonly Element[];
}

/** What an element may be made with. */
export type Content = string | readonly (Element | undefined)[];

export function element(name: string, content: Content, attributes: Readonly<Record<string, string>> = {}): Element {
  const children = typeof content === 'string' ? content : content.filter((child) => child !== undefined);
  return { name, attributes, content: children };
}

/** A text that has to be there: a dash where XML can hold nothing of it. */
export function text(name: string, value: string): Element {
  return element(name, possible(value).trim() === '' ? '-' : value);
}

/** A text, or no element where there is none. */
export function optional(name: string, value: string | null | undefined): Element | undefined {
  return value === null || value === undefined || possible(value).trim() === '' ? undefined : element(name, value);
}

/** A document of its own, in UTF-8. */
export function xmlOf(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root, '')}\n`;
}

function written({ name, attributes, content }: Element, indent: string): string {
  const start = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)].join(' ');
  if (typeof content === 'string') return `${indent}<${start}>${escaped(content)}</${name}>`;
  if (content.length === 0) return `${indent}<${start}></${name}>`;
  const children = content.map((child) => written(child, `${indent}  `)).join('\n');
  return `${indent}<${start}>\n${children}\n${indent}</${name}>`;
}

/** What XML 1.0 cannot hold at all, not even escaped: most controls, halves of surrogate pairs, two non-characters. */
const IMPOSSIBLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function possible(value: string): string {
  return value.replace(IMPOSSIBLE, '');
}

function escaped(value: string): string {
  return possible(value)
    .replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? '')
    .replace(/[\t\n\r]/g, ' ');
}
