import type { Difference } from '../../api/reconciliation.ts';

interface Words {
  readonly name: string;
  /** What it means, and what a person can do. */
  readonly meaning: string;
}

/** How a difference is put to a person. */
export function wordsOfDifference({ kind, subject, gateway }: Pick<Difference, 'kind' | 'subject' | 'gateway'>): Words {
  switch (kind) {
    case 'paid_but_open_here':
      return {
        name: 'Paid there, open here',
        meaning: `${gateway} has paid it out, and we have not heard of it. Compare now: that settles it here.`,
      };
    case 'failed_there':
      return {
        name: 'Came back there',
        meaning: `${gateway} had paid it, and the money has come back there since. Compare now: that lets you send it again here, or pay it another way.`,
      };
    case 'ahead_there':
      return {
        name: 'Further on there',
        meaning: `${gateway} has gone on with it, and we have not heard of it. Compare now: that writes it down here.`,
      };
    case 'states_differ':
      return {
        name: 'States contradict each other',
        meaning: `${gateway} says what cannot come after what we say. Look at it in its dashboard: give up there what is given up here, or take the payment anew.`,
      };
    case 'not_at_the_gateway':
      return {
        name: 'Unknown there',
        meaning: `We say that it was done, and ${gateway} has never heard of it. Check that it is the right account, then ${subject === 'payment' ? 'have the customer pay again' : 'pay it by hand'}.`,
      };
    case 'amounts_differ':
      return {
        name: 'Amounts differ',
        meaning: `Other money moved at ${gateway} than was asked for. Settle the rest there, and say here what was done.`,
      };
    case 'paid_twice':
      return {
        name: 'Moved twice',
        meaning:
          subject === 'payment'
            ? `Under one reference, ${gateway} has taken the money more than once. Reverse there what is too much.`
            : `The customer has the money more than once: by ${gateway} under one reference, or by ${gateway} and by what was recorded as paid elsewhere. Get back what is too much.`,
      };
    case 'unknown_here':
      return {
        name: 'Unknown here',
        meaning: `${gateway} has ${subject === 'payment' ? 'money that is no payment' : 'paid what is no refund'} here: another shop's on the same account, or one that was lost by a restore.`,
      };
    case 'outcome_unknown':
      return {
        name: 'Nobody knows yet',
        meaning: `Under way here for over an hour, and neither done nor pending at ${gateway}. Compare now: that asks again. Its job is among those that are dead, if it is past its tries.`,
      };
    default:
      return unknownKind(kind);
  }
}

/** A kind that is newer than this console. */
function unknownKind(kind: string): Words {
  return { name: kind.replaceAll('_', ' '), meaning: 'Look at both sides, and say here what was done.' };
}
