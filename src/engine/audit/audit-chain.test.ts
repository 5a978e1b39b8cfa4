import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { committedReason, isReasonAsWritten, transitionHash, type ChainedFacts } from './audit-chain.ts';

const example: ChainedFacts = {
  orderId: 1001,
  sequence: 2,
  entityType: 'order',
  entityId: 1001,
  event: 'pay',
  from: 'PENDING_PAYMENT',
  to: 'PAID',
  actor: 'anonymous',
  reason: null,
  reasonSalt: null,
  reasonCommitment: null,
  createdAt: new Date('2026-05-01T06:00:00.123Z'),
};

const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const text = fc.string({ maxLength: 8, unit: 'grapheme' });

const facts: fc.Arbitrary<ChainedFacts> = fc.record({
  orderId: id,
  sequence: id,
  entityType: text,
  entityId: id,
  event: text,
  from: fc.option(text),
  to: text,
  actor: text,
  reason: fc.option(text),
  reasonSalt: fc.constant(null),
  reasonCommitment: fc.constant(null),
  createdAt: fc.date({ min: new Date(0), max: new Date('2999-12-31'), noInvalidDate: true }),
});
const previous = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

describe('the hash of a transition', () => {
  test('is the SHA-256 of the JSON array that the format promises, so that anyone can check a chain', () => {
    const covered =
      '["0a0b",1001,2,"order",1001,"pay","PENDING_PAYMENT","PAID","anonymous",null,"2026-05-01T06:00:00.123Z"]';
    expect(transitionHash(Buffer.from([10, 11]), example)).toEqual(createHash('sha256').update(covered).digest());
    expect(transitionHash(Buffer.from([10, 11]), example).toString('hex')).toBe(
      '91e651409452a33a29641e012feb37fcf85ffeb0d1f1bd65714f23832f5f5585',
    );
  });

  test('changes with any one of the facts', () => {
    const names = [
      'orderId',
      'sequence',
      'entityType',
      'entityId',
      'event',
      'from',
      'to',
      'actor',
      'reason',
      'createdAt',
    ] as const satisfies readonly (keyof ChainedFacts)[];
    // Of a reason, its commitment is covered in its place: see below.
    expect([...names, 'reasonSalt', 'reasonCommitment'].toSorted()).toEqual(Object.keys(example).toSorted());
    fc.assert(
      fc.property(previous, facts, facts, fc.constantFrom(...names), (before, original, other, name) => {
        fc.pre(JSON.stringify(original[name]) !== JSON.stringify(other[name]));
        const changed = { ...original, [name]: other[name] };
        expect(transitionHash(before, changed)).not.toEqual(transitionHash(before, original));
      }),
      { numRuns: 1_000 },
    );
  });

  test('changes with the hash before it', () => {
    fc.assert(
      fc.property(previous, previous, facts, (one, other, fact) => {
        fc.pre(!one.equals(other));
        expect(transitionHash(one, fact)).not.toEqual(transitionHash(other, fact));
      }),
    );
  });

  test('changes when characters move from one text to the next, whatever the texts hold', () => {
    const tricky = fc.string({
      minLength: 2,
      maxLength: 10,
      unit: fc.constantFrom('"', ',', '\\', '[', 'a', ' ', '\n'),
    });
    fc.assert(
      fc.property(tricky, fc.nat(10), fc.nat(10), (whole, one, other) => {
        const [first, second] = [one % (whole.length + 1), other % (whole.length + 1)];
        fc.pre(first !== second);
        const cutAt = (at: number) =>
          transitionHash(Buffer.alloc(32), { ...example, to: whole.slice(0, at), actor: whole.slice(at) });
        expect(cutAt(first)).not.toEqual(cutAt(second));
      }),
    );
  });

  test('tells an absent reason from one that reads "null" and from an empty one', () => {
    const hashes = [null, 'null', ''].map((reason) => transitionHash(Buffer.alloc(32), { ...example, reason }));
    expect(new Set(hashes.map((each) => each.toString('hex'))).size).toBe(3);
  });
});

describe('a reason', () => {
  const before = Buffer.alloc(32);
  const written = { ...example, ...committedReason('Asha asked for it') };

  test('is covered by a commitment, so that it can be erased and the hash stays', () => {
    const erased = { ...written, reason: null, reasonSalt: null };
    expect(transitionHash(before, erased)).toEqual(transitionHash(before, written));
    expect(isReasonAsWritten(written)).toBe(true);
    expect(isReasonAsWritten(erased)).toBe(true);
  });

  test('that is changed, or has another commitment, shows', () => {
    expect(isReasonAsWritten({ ...written, reason: 'Asha did not' })).toBe(false);
    expect(isReasonAsWritten({ ...written, reasonSalt: Buffer.alloc(16) })).toBe(false);
    expect(isReasonAsWritten({ ...written, reasonSalt: null })).toBe(false);
    const other = { ...written, ...committedReason('Asha did not') };
    expect(transitionHash(before, other)).not.toEqual(transitionHash(before, written));
    // A row that is passed off as one from before commitments.
    const older = { ...written, reasonSalt: null, reasonCommitment: null };
    expect(transitionHash(before, older)).not.toEqual(transitionHash(before, written));
  });

  test('has a salt of its own each time: equal texts cannot be told by their commitments', () => {
    const commitments = Array.from({ length: 10 }, () =>
      committedReason('Too small').reasonCommitment?.toString('hex'),
    );
    expect(new Set(commitments).size).toBe(10);
  });
});
