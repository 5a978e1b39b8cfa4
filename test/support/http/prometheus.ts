/** What a PromQL expression speaks of. */
export interface PromqlNames {
  /** Metrics, by the names under which they are stored: a histogram's with _bucket, _sum or _count. */
  readonly metrics: ReadonlySet<string>;
  /** Labels that it selects or groups by. */
  readonly labels: ReadonlySet<string>;
}

const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const SELECTOR = /\{([^}]*)\}/g;
const MATCHER = /([a-z_]\w*)\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"/gi;
const RANGE = /\[[^\]]*\]/g;
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset']);

/** Reads the names out of an expression, without understanding it: good enough for those that we write. */
export function namesInPromql(expression: string): PromqlNames {
  const groups = [...expression.matchAll(GROUPING)].flatMap(([, list]) => (list ?? '').split(','));
  const matchers = [...expression.matchAll(SELECTOR)].flatMap(([, list]) => [...(list ?? '').matchAll(MATCHER)]);
  const rest = expression.replaceAll(GROUPING, ' ').replaceAll(SELECTOR, ' ').replaceAll(RANGE, ' ');
  // A word before a parenthesis is a function or an aggregation.
  const words = rest.match(/[a-z_:][\w:]*(?!\w|\s*\()/gi) ?? [];
  return {
    metrics: new Set(words.filter((word) => !OPERATORS.has(word) && !/^\d/.test(word))),
    labels: new Set([...groups.map((name) => name.trim()), ...matchers.map(([, name]) => name ?? '')].filter(Boolean)),
  };
}

/** The sample names of a /metrics page, each with the labels that its samples carry. */
export function samplesOf(page: string): Map<string, Set<string>> {
  const samples = new Map<string, Set<string>>();
  for (const line of page.split('\n')) {
    const [, name, labels = ''] = /^([a-z_:][\w:]*)(?:\{(.*)\})? /i.exec(line) ?? [];
    if (name === undefined) continue;
    const known = samples.get(name) ?? new Set<string>();
    for (const [, label] of labels.matchAll(/([a-z_]\w*)="(?:[^"\\]|\\.)*"/gi)) known.add(label ?? '');
    samples.set(name, known);
  }
  return samples;
}

/** Of a sample by its name and labels, as the page has them. */
export function valueOf(page: string, sample: string): number | undefined {
  const line = page.split('\n').find((each) => each.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
}
