/** What the API counts in minor units is exact there, also past 2^53, and stays so here. */
export type Exact<Answer> = Answer extends readonly (infer Each)[]
  ? readonly Exact<Each>[]
  : Answer extends object
    ? { readonly [Name in keyof Answer]: Name extends `${string}_minor` ? bigint : Exact<Answer[Name]> }
    : Answer;

/** What stood in the text, which a number may be short of. */
interface Context {
  readonly source?: string;
}

declare global {
  interface JSON {
    /** TypeScript's own library does not know yet that a reviver is told the source. */
    parse(text: string, reviver: (name: string, value: unknown, context?: Context) => unknown): unknown;
  }
}

/** @throws RangeError for a sum that the browser cannot tell exactly */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, (name, value, context) =>
    name.endsWith('_minor') && typeof value === 'number' ? exactly(value, context?.source) : value,
  );
}

function exactly(value: number, source: string | undefined): bigint {
  if (source !== undefined) return BigInt(source);
  // Browsers from before 2025 do not tell the source. A sum that is nearly right is worse than none.
  if (Number.isSafeInteger(value)) return BigInt(value);
  throw new RangeError('A sum is too large for this browser to read exactly. A newer one does.');
}
