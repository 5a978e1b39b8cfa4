import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

const ITERATIONS = 4_096;
/** Of these no two spell the same word, so that nothing has to be normalised (RFC 4013). */
const PLAIN = /^[\x21-\x7e]+$/;

/**
 * What PostgreSQL keeps of a password (RFC 5802, section 3, as `pg_authid.rolpassword` has it). Whoever sends it in the
 * place of the password tells neither the server nor its log what that is.
 *
 * @throws RangeError for a password of other characters than printable ASCII
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  if (!PLAIN.test(password)) throw new RangeError('a password of a database role is of printable ASCII characters');
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const keyOf = (name: string) => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${keyOf('Server Key').toString('base64')}`;
}
