import type { Element } from './xml.ts';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** For tests: reads back what `xmlOf` wrote, and refuses anything that it does not write. */
export function readXml(source: string): Element {
  const open: { name: string; content: Element[] }[] = [{ name: '', content: [] }];
  const attach = (element: Element) => open.at(-1)?.content.push(element);
  for (const line of source.trimEnd().split('\n').slice(1)) {
    const match = LINE.exec(line);
    if (!match) throw new Error(`not a line of ours: ${line}`);
    const { start, attributes = '', text, end } = match.groups ?? {};
    if (start === undefined) {
      const closed = open.pop();
      if (closed?.name !== end) throw new Error(`</${end}> closes <${closed?.name}>`);
      attach({ name: closed?.name ?? '', attributes: {}, content: closed?.content ?? [] });
    } else if (text === undefined) {
      open.push({ name: start, content: [] });
    } else {
      attach({ name: start, attributes: attributesOf(attributes), content: unescaped(text) });
    }
  }
  const [root] = open[0]?.content ?? [];
  if (!root || open.length !== 1) throw new Error('not one document');
  return root;
}

const NAME = '[A-Za-z:]+';
const LINE = new RegExp(
  `^ *(?:<(?<start>${NAME})(?<attributes>(?: ${NAME}="[^"<]*")*)>(?:(?<text>[^<]*)</\\k<start>>)?|</(?<end>${NAME})>)$`,
);

function attributesOf(source: string): Record<string, string> {
  return Object.fromEntries(
    Array.from(source.matchAll(/ ([A-Za-z:]+)="([^"]*)"/g), ([, key = '', value = '']) => [key, unescaped(value)]),
  );
}

function unescaped(text: string): string {
  return text.replace(/&([^&;]*);/g, (_whole, name: string) => {
    const sign = ENTITIES[name];
    if (sign === undefined) throw new Error(`an entity of nobody's: &${name};`);
    return sign;
  });
}

/** The elements at a path below, `cac:TaxTotal/cbc:TaxAmount`. */
export function at(parent: Element, path: string): Element[] {
  return path
    .split('/')
    .reduce<Element[]>(
      (parents, name) =>
        parents.flatMap(({ content }) =>
          typeof content === 'string' ? [] : content.filter((each) => each.name === name),
        ),
      [parent],
    );
}

/** The text of the only element at a path, or undefined where there is none. */
export function textAt(parent: Element, path: string): string | undefined {
  const [found, ...others] = at(parent, path);
  if (others.length > 0) throw new Error(`several ${path}`);
  return typeof found?.content === 'string' ? found.content : undefined;
}
