import { hash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const MARK = 'rt_live_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^32 is over 2^190. */
const RANDOM_CHARACTERS = 32;
const CHECK_CHARACTERS = 6;
const SHOWN_CHARACTERS = 6;
const WELL_FORMED = new RegExp(`^${MARK}([0-9A-Za-z]{${RANDOM_CHARACTERS}})([0-9A-Za-z]{${CHECK_CHARACTERS}})$`);

/** A new secret: `rt_live_`, 32 random characters, and six that check them. */
export function newKeySecret(): string {
  const random = Array.from({ length: RANDOM_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${MARK}${random}${checkOf(random)}`;
}

/** Whether a text can be a secret of ours. Says no to nearly all guesses and typing errors without asking the database. */
export function isKeySecret(text: string): boolean {
  const [, random, check] = WELL_FORMED.exec(text) ?? [];
  return random !== undefined && check === checkOf(random);
}

/** What may be shown of a secret: too little to guess the rest by. */
export function prefixOf(secret: string): string {
  return secret.slice(0, MARK.length + SHOWN_CHARACTERS);
}

/**
 * What is stored of a secret, as base64. Plain SHA-256 is enough for what is random and this long. It is also what makes
 * the comparison safe to time: it is looked up by its hash, and whoever can aim at one knows the secret already.
 */
export function hashOf(secret: string): string {
  return hash('sha256', secret, 'base64');
}

/** Whether a URL carries a secret, where logs and histories along the way would keep it. */
export function carriesSecret(url: string): boolean {
  return url.includes(MARK) || url.includes(LINK_MARK) || url.includes(JWT_PAYLOAD) || SECRET_PARAMETERS.test(url);
}

/** How the token of a one-time link begins. */
export const LINK_MARK = 'rt_link_';
/** How the second part of a JWT begins, behind the first: base64url of an opening brace and quotation mark. */
const JWT_PAYLOAD = '.eyJ';
const SECRET_PARAMETERS = /[?&](?:access_token|api_key|apikey)=/i;

function checkOf(random: string): string {
  let rest = crc32(random);
  let check = '';
  for (let place = 0; place < CHECK_CHARACTERS; place += 1) {
    check = `${ALPHABET[rest % ALPHABET.length] ?? ''}${check}`;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return check;
}
