import { toneOf } from '../format/tone.ts';
import { wordsOf } from '../format/words.ts';
import classes from './state-badge.module.css';

/** A state, in words and a colour. */
export function StateBadge({ state }: { readonly state: string }) {
  return (
    <span className={classes.badge} data-tone={toneOf(state)}>
      {wordsOf(state)}
    </span>
  );
}
