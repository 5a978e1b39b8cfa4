import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { scramVerifier } from './scram-verifier.ts';

test('what is kept of a password answers the exchange of RFC 7677, section 3, as its server does', () => {
  const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
  const salt = 'W22ZaJ0SNY7soEsUEjb6gQ==';
  const exchanged = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=${salt},i=4096,c=biws,r=${nonce}`;
  const verifier = scramVerifier('pencil', Buffer.from(salt, 'base64'));
  expect(verifier).toMatch(/^SCRAM-SHA-256\$4096:W22ZaJ0SNY7soEsUEjb6gQ==\$[\w+/]{43}=:[\w+/]{43}=$/);
  const serverKey = Buffer.from(verifier.split(':').at(-1) ?? '', 'base64');
  const signature = createHmac('sha256', serverKey).update(exchanged).digest('base64');
  expect(signature).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});

test('it has another salt each time, and holds nothing of the password', () => {
  const [one, other] = [scramVerifier('hunter2'), scramVerifier('hunter2')];
  expect(one).not.toBe(other);
  expect(one).not.toContain('hunter2');
});

test.each(['', 'hünter2', 'hunter 2', 'hunter2\n'])(
  '%j is refused: two spellings of it might be two passwords',
  (password) => {
    expect(() => scramVerifier(password)).toThrow(RangeError);
  },
);
