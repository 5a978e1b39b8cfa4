import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';
import { Overloaded } from '../../platform/sharing/coalesce.ts';

/** As OWASP's Password Storage Cheat Sheet has it for argon2id: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Each takes 19 MiB and a thread of the four that files and names are read by as well. */
const MOST_AT_ONCE = 2;
/** Two seconds' worth; who comes after that may come again. */
const MOST_WAITING = 60;

const derive = promisify(argon2);
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]{11,86})\$([\w+/]{22,86})$/;

/** Hashes and checks passwords, off the event loop, a few at a time. */
export class PasswordHasher {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /**
   * The password's PHC string, under a salt of its own.
   *
   * @throws Overloaded when too many wait
   */
  async hash(password: string): Promise<string> {
    const nonce = randomBytes(SALT_BYTES);
    const derived = await this.#derive({
      message: normal(password),
      nonce,
      memory: MEMORY_KIB,
      passes: PASSES,
      parallelism: LANES,
      tagLength: HASH_BYTES,
    });
    return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(nonce)}$${base64(derived)}`;
  }

  /**
   * Whether a password is the one of a PHC string. Undefined, as of somebody who is not there, takes as long as any
   * other that is wrong.
   *
   * @throws Overloaded when too many wait
   */
  async isRight(password: string, phc: string | undefined): Promise<boolean> {
    const [, memory, passes, lanes, salt = '', hash = ''] = PHC.exec(phc ?? NOBODYS) ?? [];
    if (memory === undefined) throw new TypeError('not the PHC string of an argon2id hash');
    const expected = Buffer.from(hash, 'base64');
    const derived = await this.#derive({
      message: normal(password),
      nonce: Buffer.from(salt, 'base64'),
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(lanes),
      tagLength: expected.length,
    });
    return timingSafeEqual(derived, expected) && phc !== undefined;
  }

  async #derive(parameters: Argon2Parameters): Promise<Buffer> {
    if (this.#running >= MOST_AT_ONCE) {
      if (this.#waiting.length >= MOST_WAITING) throw new Overloaded('too many passwords wait to be checked');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await derive('argon2id', parameters);
    } finally {
      const next = this.#waiting.shift();
      // Whoever waits takes the place over.
      if (next) next();
      else this.#running -= 1;
    }
  }
}

/** What is the same to whoever types it is the same to us, whichever way the keyboard puts it together. */
function normal(password: string): Buffer {
  return Buffer.from(password.normalize('NFKC'));
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

/** Of no password that anybody knows. */
const NOBODYS = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(randomBytes(SALT_BYTES))}$${base64(
  randomBytes(HASH_BYTES),
)}`;
