import { Alert, Button, Group, Textarea, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { ActKeys } from '../api/act-keys.ts';
import { ApiProblem, reasonOf } from '../api/problem.ts';
import { Dialog } from './dialog.tsx';
import { useDraft } from './draft.ts';

/** What a person has typed into the dialog; and the key to send it by, the same until it is answered. */
export interface Typed {
  readonly reason: string;
  readonly answer: string;
  readonly key: string;
}

/** One line that has to be filled in, besides the reason. */
export interface Question {
  readonly label: string;
  readonly description: string;
  readonly maxLength: number;
}

interface ActDialogProps {
  readonly title: string;
  /** What will happen, and that it cannot be taken back where it cannot. */
  readonly consequence: ReactNode;
  readonly confirm: string;
  readonly dangerous?: boolean;
  readonly reason: 'none' | 'optional' | 'required';
  readonly question?: Question | undefined;
  /** Under which what was typed is kept. */
  readonly draft: string;
  /** False: what is shown has changed meanwhile, and this may not be done any more. */
  readonly possible?: boolean;
  /** False: there is nothing to confirm yet, as what it comes to is being read, or nothing is chosen. */
  readonly ready?: boolean;
  readonly act: (typed: Typed) => Promise<unknown>;
  /** Reads anew what this is about: somebody else has changed it. */
  readonly onConflict: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before something that cannot be taken back. What was typed stays, whatever the answer is. */
export function ActDialog(props: ActDialogProps) {
  const { title, consequence, confirm, dangerous = false, question, draft, possible = true, ready = true } = props;
  const { act, onConflict, onClose } = props;
  const [reason, setReason, clearReason] = useDraft(draft, '');
  const [answer, setAnswer, clearAnswer] = useDraft(`${draft} answer`, '');
  const [keys] = useState(() => new ActKeys());
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const isMissing =
    (props.reason === 'required' && reason.trim() === '') || (question !== undefined && answer.trim() === '');

  const submit = async () => {
    if (isBusy || isMissing || !possible || !ready) return;
    setIsBusy(true);
    setProblem(undefined);
    try {
      await keys.send(draft, (key) => act({ reason, answer, key }));
      clearReason();
      clearAnswer();
      onClose();
    } catch (error) {
      if (error instanceof ApiProblem && error.isConflict) {
        await onConflict();
        setProblem(
          'Somebody else changed this a moment ago, so nothing was done. You now see it as it is; what you typed is kept.',
        );
      } else if (error instanceof ApiProblem && error.code === 'idempotency.key_reused') {
        await onConflict();
        setProblem('It was sent before, in other words, and its answer was lost. You now see what came of it.');
      } else setProblem(reasonOf(error));
    } finally {
      setIsBusy(false);
    }
  };
  // What is on its way cannot be called back: whoever has sent it sees what comes of it.
  const close = () => {
    if (!isBusy) onClose();
  };

  return (
    <Dialog onClose={close} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {problem !== undefined && (
          <Alert color="red" variant="outline" mb="sm" role="alert">
            {problem}
          </Alert>
        )}
        {!possible && !isBusy && problem === undefined && (
          <Alert color="red" variant="outline" mb="sm" role="alert">
            It has changed meanwhile, and this cannot be done any more. What you typed is kept.
          </Alert>
        )}
        <div>{consequence}</div>
        {question && (
          <TextInput
            mt="sm"
            label={question.label}
            description={question.description}
            required
            data-autofocus
            maxLength={question.maxLength}
            value={answer}
            onChange={(event) => {
              setAnswer(event.currentTarget.value);
            }}
          />
        )}
        {props.reason !== 'none' && (
          <Textarea
            mt="sm"
            label={props.reason === 'required' ? 'Reason' : 'Reason (optional)'}
            description="Kept on the record"
            required={props.reason === 'required'}
            data-autofocus={question === undefined ? true : undefined}
            autosize
            minRows={2}
            maxLength={1_000}
            value={reason}
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit();
            }}
          />
        )}
        <Group justify="flex-end" gap="xs" mt="md">
          <Button variant="default" disabled={isBusy} onClick={close}>
            Cancel
          </Button>
          <Button
            type="submit"
            color={dangerous ? 'red.8' : 'indigo'}
            loading={isBusy}
            disabled={isMissing || !possible || !ready}
            {...(props.reason === 'none' ? { 'data-autofocus': true } : {})}
          >
            {confirm}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
