import { countGuessablePieces } from './guessable-pieces.ts';

export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 128;
/** Of what somebody who guesses knows or tries first, so much more must be there. */
const LEAST_OF_ITS_OWN = 8;
const LEAST_DIFFERENT_CHARACTERS = 5;
/** A shorter name is in too many words to be taken out of them. */
const SHORTEST_WORD = 3;

/**
 * What is wrong with a password, as NIST SP 800-63B has it: long enough, nothing that is guessed first, and no rule about
 * what it is made of. Undefined: nothing.
 */
export function faultOfPassword(
  password: string,
  { name, email }: { readonly name: string; readonly email: string },
): string | undefined {
  const text = password.normalize('NFKC').toLowerCase();
  const { length } = Array.from(text);
  if (length < SHORTEST_PASSWORD) return `must have at least ${SHORTEST_PASSWORD} characters`;
  if (length > LONGEST_PASSWORD) return `must have at most ${LONGEST_PASSWORD} characters`;
  if (new Set(text).size < LEAST_DIFFERENT_CHARACTERS || lengthOfUnit(text) < LEAST_OF_ITS_OWN) {
    return 'must not be a few characters over and over';
  }
  if (isRun(text)) return 'must not be characters in their order';
  const [account = ''] = email.split('@');
  const known = [email, account, name, ...name.split(/[\s._-]+/), 'roundtrip']
    .map((word) => word.normalize('NFKC').toLowerCase())
    .filter((word) => word.length >= SHORTEST_WORD);
  const own = known.reduce((rest, word) => rest.replaceAll(word, ''), text);
  if (Array.from(own).length < LEAST_OF_ITS_OWN) return 'must not be made of your name, your e-mail address or ours';
  if (countGuessablePieces(own) < LEAST_OF_ITS_OWN) {
    return 'must not be made of what is guessed first, such as common words, keys in a row, years';
  }
  return undefined;
}

/** Of what it consists, over and over: all of it, as a rule. */
function lengthOfUnit(text: string): number {
  return `${text}${text}`.indexOf(text, 1);
}

/** Whether each character is the next of the one before: 123456789012, lkjihgfedcba. */
function isRun(text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const steps = new Set(codes.slice(1).map((code, index) => code - (codes[index] ?? 0)));
  // From 9 to 0 is one as well.
  for (const turn of [-9, 9]) if (steps.size > 1) steps.delete(turn);
  return steps.size === 1 && (steps.has(1) || steps.has(-1));
}
