import { useConnection } from '../api/live.ts';
import classes from './shell.module.css';

const WORDS = {
  connecting: 'Connecting',
  live: 'Live',
  gone: 'Connection lost',
} as const;

/** Whether what is shown keeps itself up to date; where it does not, it says so in words that nobody overlooks. */
export function ConnectionSign() {
  const connection = useConnection();
  return (
    <span className={classes.connection} data-connection={connection} role="status">
      <span className={classes.dot} aria-hidden="true" />
      {WORDS[connection]}
    </span>
  );
}

export function ConnectionBanner() {
  if (useConnection() !== 'gone') return null;
  return (
    <div className={classes.banner} role="alert">
      The connection to the server is gone. What you see may be old; it is read anew as soon as the server answers.
    </div>
  );
}
