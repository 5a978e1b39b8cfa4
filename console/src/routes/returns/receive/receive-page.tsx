import { Button, TextInput } from '@mantine/core';
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

interface Scan {
  readonly at: number;
  readonly code: string;
  readonly ok: boolean;
  readonly words: string;
  readonly orderId?: number;
}

/** Which of the returns that are open there is in the parcel: for a person to say. */
interface Choice {
  readonly code: string;
  readonly returns: readonly Return[];
  /** The scan that stands in the list until it was said, and stays if it never is. */
  readonly askedAt: number;
}

const MOST_KEPT = 50;

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
  const [choice, setChoice] = useState<Choice>();
  const line = useRef<Promise<void>>(Promise.resolve());
  const lastAt = useRef(0);

  const inTurn = (work: () => Promise<void>) => {
    line.current = line.current.then(work);
  };
  const note = (scan: Omit<Scan, 'at'>, answeredAt?: number): number => {
    // No two scans are of one moment: it tells them apart.
    const at = Math.max(Date.now(), lastAt.current + 1);
    lastAt.current = at;
    setScans((before) => [{ ...scan, at }, ...before.filter((each) => each.at !== answeredAt)].slice(0, MOST_KEPT));
    return at;
  };
  const move = (seen: Return, event: ReturnEvent) =>
    keys.send(`${seen.id} ${event}`, (key) => moveReturn(seen, event, '', key));
  const receive = async (found: Return, scanned: string, askedAt?: number) => {
    const of = { code: scanned, orderId: found.order_id };
    try {
      // One that nobody marked as on its way is here all the same.
      const coming = found.allowed.includes('dispatch') ? await move(found, 'dispatch') : found;
      await move(coming, 'receive');
      note({ ...of, ok: true, words: `${returnLabel(found.id)} of ${found.order_number} is received` }, askedAt);
    } catch (error) {
      note({ ...of, ok: false, words: reasonOf(error) }, askedAt);
    }
    for (const queryKey of [['returns'], ['order', found.order_id], ['overview']]) {
      void client.invalidateQueries({ queryKey });
    }
  };
  const scan = async (scanned: string) => {
    try {
      const parcel = await findParcel(client, scanned);
      const [only] = parcel.open;
      if (only && parcel.isNamed && parcel.open.length === 1) await receive(only, scanned);
      else if (only) {
        const found =
          parcel.open.length === 1
            ? 'One return is open there. Say whether it is that'
            : `${parcel.open.length} returns are open there. Say which it is`;
        const words = `${found}, or scan the label of its return.`;
        setChoice({ code: scanned, returns: parcel.open, askedAt: note({ code: scanned, ok: false, words }) });
      } else note({ code: scanned, ok: false, ...why(parcel) });
    } catch (error) {
      note({ code: scanned, ok: false, words: reasonOf(error) });
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
          inTurn(() => scan(scanned));
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
                    inTurn(() => receive(each, choice.code, choice.askedAt));
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
            {scans.map(({ at, code: scanned, ok, words, orderId }) => (
              <li key={at} data-ok={ok}>
                <span className={classes.mark}>{ok ? <CheckIcon size={18} /> : <WarningIcon size={18} />}</span>
                <span className={`mono ${classes.code ?? ''}`}>{scanned}</span>
                <span className={classes.grow}>{words}</span>
                {orderId !== undefined && (
                  <Link to="/orders/$orderId" params={{ orderId }}>
                    Order
                  </Link>
                )}
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </Page>
  );
}

/** Why nothing was taken in, and what to do about it. */
function why({ closed, orders }: Parcel): Pick<Scan, 'words' | 'orderId'> {
  const [first] = closed;
  if (first) {
    const state = wordsOf(first.state).toLowerCase();
    return { words: `${returnLabel(first.id)} is ${state}, so it is not received now`, orderId: first.order_id };
  }
  return {
    words: orders > 0 ? 'No return was asked for there. Set the parcel aside.' : 'Nothing is known by this code.',
  };
}
