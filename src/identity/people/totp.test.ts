import { describe, expect, it } from 'vitest';
import { base32, matchingStep, newTotpSecret, otpauthUri, stepAt, totpCode } from './totp.ts';

/** The secret of the RFCs' own examples. */
const SECRET = Buffer.from('12345678901234567890');

describe('codes by time', () => {
  it.for([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ] as const)('are those of RFC 6238, at %i s', ([seconds, code]) => {
    expect(totpCode(SECRET, stepAt(seconds * 1_000), 8)).toBe(code);
  });

  it('are counted as RFC 4226 counts', () => {
    const codes = Array.from({ length: 10 }, (_, count) => totpCode(SECRET, count));
    expect(codes.join(' ')).toBe('755224 287082 359152 969429 338314 254676 287922 162583 399871 520489');
  });

  it('are taken of the step now, the one before and the one after, and of no other', () => {
    const now = 1_800_000_000_000;
    const step = stepAt(now);
    for (const near of [step - 1, step, step + 1]) expect(matchingStep(SECRET, totpCode(SECRET, near), now)).toBe(near);
    for (const far of [step - 2, step + 2]) expect(matchingStep(SECRET, totpCode(SECRET, far), now)).toBeUndefined();
    for (const bad of ['', '12345', '1234567', 'abcdef', '１２３４５６']) {
      expect(matchingStep(SECRET, bad, now)).toBeUndefined();
    }
  });
});

describe('secrets', () => {
  it('are told in base32, as RFC 4648 has it', () => {
    expect(base32(Buffer.from('fooba'))).toBe('MZXW6YTB');
    expect(base32(SECRET)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    expect(newTotpSecret()).toHaveLength(20);
  });

  it('are told to an app by an address that names us and the account', () => {
    const uri = new URL(otpauthUri(SECRET, 'asha+desk@shop.example'));
    expect(`${uri.protocol}//${uri.host}`).toBe('otpauth://totp');
    expect(decodeURIComponent(uri.pathname)).toBe('/Roundtrip:asha+desk@shop.example');
    expect(uri.searchParams.get('secret')).toBe(base32(SECRET));
    expect(uri.searchParams.get('issuer')).toBe('Roundtrip');
  });
});
