declare global {
  interface JSON {
    /** What stands for itself in the text that is written. TypeScript's own library does not know of it yet. */
    rawJSON(text: string): object;
  }
}

/** Written as the digits that it has: JSON.stringify refuses a bigint, and as a number it would not be exact past 2^53. */
export const exactInteger = (value: bigint): object => JSON.rawJSON(String(value));
