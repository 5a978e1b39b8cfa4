import { Button, Group, Progress } from '@mantine/core';
import { useRef, useState, type ReactNode } from 'react';
import { ActKeys } from '../api/act-keys.ts';
import { ApiProblem, reasonOf } from '../api/problem.ts';
import { counted } from '../format/words.ts';
import { Dialog } from './dialog.tsx';
import { CheckIcon, WarningIcon } from './icons.tsx';
import classes from './run-many.module.css';

export interface Task {
  readonly id: number;
  readonly name: ReactNode;
  /**
   * @param typed what was typed into the fields by the time that it was confirmed
   * @param key to send it by, the same until it is answered
   */
  readonly run: (typed: string, key: string) => Promise<unknown>;
  /** Reads anew what it is about, for the next try: somebody else has changed it. */
  readonly onConflict?: () => Promise<unknown>;
}

/** Undefined: not begun, or under way. */
type Result = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const AT_ONCE = 6;

interface RunManyProps {
  readonly title: string;
  /** What will happen to each, and whether it can be taken back. */
  readonly consequence: ReactNode;
  readonly confirm: string;
  readonly dangerous?: boolean;
  /** Above the button, such as a reason to be typed; with `data-autofocus`, it has the focus at first. */
  readonly fields?: ReactNode;
  readonly typed?: string;
  readonly ready?: boolean;
  readonly tasks: readonly Task[];
  readonly onClose: (allDone: boolean) => void;
}

/** Does one thing to many, a few at once, with a result for each; what failed can be tried again by itself. */
export function RunMany(props: RunManyProps) {
  const { consequence, dangerous = false, fields, typed = '', ready = true, onClose } = props;
  // What was selected when the dialog opened, and its words: rows that change meanwhile are the same rows.
  const [{ title, confirm, tasks }] = useState(props);
  const [keys] = useState(() => new ActKeys());
  const [results, setResults] = useState<ReadonlyMap<number, Result>>(new Map());
  const list = useRef<HTMLUListElement>(null);
  const [phase, setPhase] = useState<'asking' | 'running' | 'over'>('asking');
  const failed = tasks.filter(({ id }) => results.get(id)?.ok === false);
  const done = tasks.filter(({ id }) => results.get(id)?.ok === true).length;

  const run = async (which: readonly Task[]) => {
    setPhase('running');
    // The button that was pressed goes; what becomes of each is read here.
    list.current?.focus();
    const waiting = [...which];
    const work = async () => {
      for (let task = waiting.shift(); task; task = waiting.shift()) {
        const { id } = task;
        const result = await resultOf(task, typed, keys);
        setResults((known) => new Map(known).set(id, result));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    setPhase('over');
  };
  const close = () => {
    if (phase !== 'running') onClose(done === tasks.length);
  };

  return (
    <Dialog onClose={close} title={title} size="lg" closeOnClickOutside={phase === 'asking'}>
      {phase === 'asking' ? (
        <>
          <div>{consequence}</div>
          {fields}
        </>
      ) : (
        <>
          <Progress.Root size="lg" mb="xs">
            <Progress.Section value={(done / tasks.length) * 100} color="green" aria-label="Done" />
            <Progress.Section value={(failed.length / tasks.length) * 100} color="red" aria-label="Failed" />
          </Progress.Root>
          <p role="status" className={classes.summary}>
            {done} of {tasks.length} done{failed.length > 0 && `, ${failed.length} not`}
          </p>
        </>
      )}
      <ul ref={list} className={classes.tasks} tabIndex={0} aria-label="Results">
        {tasks.map(({ id, name }) => {
          const result = results.get(id);
          return (
            <li key={id} data-ok={result?.ok}>
              <span className={classes.mark}>
                {result?.ok === true && <CheckIcon size={14} />}
                {result?.ok === false && <WarningIcon size={14} />}
              </span>
              <span className={classes.name}>{name}</span>
              {result?.ok === false && <span className={classes.reason}>{result.reason}</span>}
              {result?.ok === true && <span className="visually-hidden">done</span>}
            </li>
          );
        })}
      </ul>
      <Group justify="flex-end" gap="xs" mt="md">
        {phase === 'asking' && (
          <>
            <Button data-autofocus={!ready || undefined} variant="default" onClick={close}>
              Cancel
            </Button>
            <Button
              data-autofocus={ready || undefined}
              disabled={!ready}
              color={dangerous ? 'red.8' : 'indigo'}
              onClick={() => void run(tasks)}
            >
              {confirm}
            </Button>
          </>
        )}
        {phase === 'over' && failed.length > 0 && (
          <Button variant="default" onClick={() => void run(failed)}>
            Try the {counted(failed.length, 'failed one', 'failed ones')} again
          </Button>
        )}
        {phase !== 'asking' && (
          <Button loading={phase === 'running'} onClick={close}>
            Close
          </Button>
        )}
      </Group>
    </Dialog>
  );
}

async function resultOf({ id, run, onConflict }: Task, typed: string, keys: ActKeys): Promise<Result> {
  try {
    await keys.send(String(id), (key) => run(typed, key));
    return { ok: true };
  } catch (error) {
    // One that cannot be read either stays as it was seen, and is refused again.
    if (error instanceof ApiProblem && error.isConflict) await onConflict?.().catch(() => undefined);
    return { ok: false, reason: reasonOf(error) };
  }
}
