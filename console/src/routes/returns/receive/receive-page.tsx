import { Button, Loader, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { ActKeys } from '../../../api/act-keys.ts';
import { moveReturn } from '../../../api/moves.ts';
import { reasonOf } from '../../../api/problem.ts';
import type { Return, ReturnEvent } from '../../../api/types.ts';
import { returnLabel, wordsOf } from '../../../format/words.ts';
import { useDraft } from '../../../parts/draft.ts';
import { BarcodeIcon, CheckIcon, WarningIcon } from '../../../parts/icons.tsx';
import { Empty } from '../../../parts/outcome.tsx';
import { Page, Panel } from '../../../parts/page.tsx';
import { useMay } from '../../../shell/me.tsx';
import { findParcel, type Parcel } from './find-parcel.ts';
import classes from './receive.module.css';

/** What came of a scan. */
interface Answer {
  readonly ok: boolean;
  readonly words: string;
  readonly orderId?: number;
}

interface Scan {
  readonly at: number;
  readonly code: string;
  /** Undefined: it waits for its turn, or for the server. */
  readonly answer?: Answer;
}

/** Which of the returns that are open there is in the parcel: for a person to say. */
interface Choice {
  readonly code: string;
  readonly returns: readonly Return[];
  /** The scan that stands in the list until it was said, and stays if it never is. */
  readonly scannedAt: number;
}

const MOST_KEPT = 50;

const LOST: Answer = { ok: false, words: 'It is not known what came of it. Scan it again.' };

const TITLE = 'Scan parcels in';

/** The warehouse's door, for whoever may take in what comes. */
export function ReceivePage() {
  const may = useMay();
  if (may('receiveReturn')) return <Door />;
  return (
    <Page title={TITLE}>
      <Empty title="Your role takes no parcels in">
        The warehouse does, and administrators. Where a return is shows the <Link to="/returns">returns’ inbox</Link>.
      </Empty>
    </Page>
  );
}

/**
 * Each scan ends with Enter, as scanners do, and takes its parcel in. The code of a return's label is enough, and so is
 * the number of an order of which one return is open; anything else asks which return it is. The field keeps the focus throughout, and
 * scans are worked off one after another, so that the next parcel need not wait for the answer about the one before.
 */
function Door() {
  const client = useQueryClient();
  const [keys] = useState(() => new ActKeys());
  const field = useRef<HTMLInputElement>(null);
  const [code, setCode] = useState('');
  const [scans, setScans] = useDraft<readonly Scan[]>('scans', []);
  // Those that a page which is gone was to bring the answers of: what waited its turn there was not even asked about.
  const [lost] = useState(() => new Set(scans.filter(({ answer }) => !answer).map(({ at }) => at)));
  const [choice, setChoice] = useState<Choice>();
  const line = useRef<Promise<void>>(Promise.resolve());
  const lastAt = useRef(0);

  const inTurn = (work: () => Promise<void>) => {
    line.current = line.current.then(work);
  };
  const isWaiting = ({ at, answer }: Scan) => !answer && !lost.has(at);
  /** At once, for a parcel to be on the list however long the server takes, and however the page ends. */
  const note = (scanned: string): number => {
    // No two scans are of one moment: it tells them apart.
    const at = Math.max(Date.now(), lastAt.current + 1);
    lastAt.current = at;
    setScans((before) =>
      [{ at, code: scanned }, ...before].filter((scan, index) => index < MOST_KEPT || isWaiting(scan)),
    );
    return at;
  };
  const settle = (scannedAt: number, answer: Answer) => {
    setScans((before) => before.map((scan) => (scan.at === scannedAt ? { ...scan, answer } : scan)));
  };
  const move = (seen: Return, event: ReturnEvent) =>
    keys.send(`${seen.id} ${event}`, (key) => moveReturn(seen, event, '', key));
  const receive = async (found: Return, scannedAt: number) => {
    const orderId = found.order_id;
    try {
      // One that nobody marked as on its way is here all the same.
      const coming = found.allowed.includes('dispatch') ? await move(found, 'dispatch') : found;
      await move(coming, 'receive');
      const words = `${returnLabel(found.id)} of ${found.order_number} is received`;
      settle(scannedAt, { ok: true, words, orderId });
    } catch (error) {
      settle(scannedAt, { ok: false, words: reasonOf(error), orderId });
    }
    for (const queryKey of [['returns'], ['order', orderId], ['overview']]) {
      void client.invalidateQueries({ queryKey });
    }
  };
  const takeIn = async (scanned: string, scannedAt: number) => {
    try {
      const parcel = await findParcel(client, scanned);
      const [only] = parcel.open;
      if (only && parcel.isNamed && parcel.open.length === 1) await receive(only, scannedAt);
      else if (only) {
        const found =
          parcel.open.length === 1
            ? 'One return is open there. Say whether it is that'
            : `${parcel.open.length} returns are open there. Say which it is`;
        const words = `${found}, or scan the label of its return.`;
        setChoice({ code: scanned, returns: parcel.open, scannedAt });
        settle(scannedAt, { ok: false, words });
      } else settle(scannedAt, { ok: false, ...why(parcel) });
    } catch (error) {
      settle(scannedAt, { ok: false, words: reasonOf(error) });
    }
  };

  return (
    <Page
      title={TITLE}
      heading={
        <>
          <Link to="/returns" className="faint">
            Returns
          </Link>
          <span className="faint" aria-hidden="true">
            /
          </span>
          {TITLE}
        </>
      }
    >
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          const scanned = code.trim();
          if (scanned === '') return;
          setCode('');
          setChoice(undefined);
          const scannedAt = note(scanned);
          inTurn(() => takeIn(scanned, scannedAt));
        }}
      >
        <TextInput
          ref={field}
          size="md"
          label="Scan or type a return's label, an order number or a SKU"
          description="Enter takes the parcel in"
          autoFocus
          autoComplete="off"
          maxLength={200}
          leftSection={<BarcodeIcon size={20} />}
          value={code}
          onChange={(event) => {
            setCode(event.currentTarget.value);
          }}
        />
      </form>
      {choice && (
        <Panel title={`Which return is ${choice.code}?`} flush>
          <ul className={classes.list}>
            {choice.returns.map((each) => (
              <li key={each.id}>
                <span className={classes.grow}>
                  <strong>{returnLabel(each.id)}</strong> of {each.order_number}:{' '}
                  {each.items.map(({ quantity, sku }) => `${quantity} × ${sku}`).join(', ')}
                </span>
                <Button
                  onClick={() => {
                    setChoice(undefined);
                    field.current?.focus();
                    inTurn(() => receive(each, choice.scannedAt));
                  }}
                >
                  Receive
                </Button>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title="Scanned" flush>
        {scans.length === 0 ? (
          <Empty title="Nothing has been scanned yet">A return's label prints from its order's page.</Empty>
        ) : (
          <ul className={classes.list} aria-live="polite">
            {scans.map((scan) => (
              <Scanned key={scan.at} code={scan.code} answer={isWaiting(scan) ? undefined : (scan.answer ?? LOST)} />
            ))}
          </ul>
        )}
      </Panel>
    </Page>
  );
}

/** A scan, with what came of it once that is known. */
function Scanned({ code, answer }: { readonly code: string; readonly answer: Answer | undefined }) {
  return (
    <li data-ok={answer?.ok}>
      <span className={classes.mark}>
        {!answer && <Loader size={18} color="gray" />}
        {answer?.ok === true && <CheckIcon size={18} />}
        {answer?.ok === false && <WarningIcon size={18} />}
      </span>
      <span className={`mono ${classes.code ?? ''}`}>{code}</span>
      <span className={classes.grow}>{answer?.words ?? 'Waiting for the server'}</span>
      {answer?.orderId !== undefined && (
        <Link to="/orders/$orderId" params={{ orderId: answer.orderId }}>
          Order
        </Link>
      )}
    </li>
  );
}

/** Why nothing was taken in, and what to do about it. */
function why({ closed, orders }: Parcel): Omit<Answer, 'ok'> {
  const [first] = closed;
  if (first) {
    const state = wordsOf(first.state).toLowerCase();
    return { words: `${returnLabel(first.id)} is ${state}, so it is not received now`, orderId: first.order_id };
  }
  return {
    words: orders > 0 ? 'No return was asked for there. Set the parcel aside.' : 'Nothing is known by this code.',
  };
}
