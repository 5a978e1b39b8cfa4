interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

interface NamedMoney extends Money {
  readonly reference: string;
}

/**
 * Money that moved otherwise than it was asked to is neither a success nor a failure: a person must look. An answer that
 * speaks of something else says nothing about ours.
 */
export function disagreement(theirs: NamedMoney, ours: NamedMoney): { kind: 'unknown'; reason: string } | undefined {
  if (theirs.reference !== ours.reference) {
    return { kind: 'unknown', reason: `the gateway answered with another reference than ${ours.reference}` };
  }
  return moneyDiffers(theirs, ours, ours.reference);
}

export function moneyDiffers(
  theirs: Money,
  ours: Money,
  reference: string,
): { kind: 'unknown'; reason: string } | undefined {
  if (theirs.amountMinor === ours.amountMinor && theirs.currency === ours.currency) return undefined;
  const reason =
    `the gateway has ${theirs.amountMinor} ${theirs.currency} under ${reference}, ` +
    `which is ${ours.amountMinor} ${ours.currency} with us`;
  return { kind: 'unknown', reason };
}
