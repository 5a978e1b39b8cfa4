import { Fragment } from 'react';
import type { Return } from '../api/types.ts';

interface UnitsProps {
  readonly of: readonly (Pick<Return['items'][number], 'id' | 'quantity' | 'accepted_quantity'> & {
    readonly name: string;
  })[];
}

/**
 * Such as "2 × Tea, 3 of 5 × Lamp accepted", where not all were. A name that is written from right to left would draw the
 * next one's quantity to itself.
 */
export function Units({ of }: UnitsProps) {
  return of.map(({ id, quantity, accepted_quantity: accepted, name }, index) => {
    const isInPart = accepted !== null && accepted !== quantity;
    return (
      <Fragment key={id}>
        {index > 0 && ', '}
        {isInPart && `${accepted} of `}
        {quantity} × <bdi>{name}</bdi>
        {isInPart && ' accepted'}
      </Fragment>
    );
  });
}
