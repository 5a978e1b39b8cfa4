import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { confirmSecondFactor, enrolSecondFactor, removeSecondFactor } from '../../api/people.ts';
import { useBusyForm } from '../../parts/busy-form.ts';
import { Panel } from '../../parts/page.tsx';
import { QrCode } from '../../parts/qr-code.tsx';
import { tellDone } from '../../parts/toast.tsx';
import classes from './account.module.css';

type Step =
  | { readonly at: 'password' }
  | { readonly at: 'code'; readonly secret: string; readonly uri: string }
  | { readonly at: 'recovery'; readonly codes: readonly string[] };

/** A code of an app beside the password: set up, and given up. */
export function SecondFactorPanel({ isOn }: { readonly isOn: boolean }) {
  const client = useQueryClient();
  const form = useBusyForm();
  const [step, setStep] = useState<Step>({ at: 'password' });
  const [typed, setTyped] = useState('');
  const refresh = () => client.invalidateQueries({ queryKey: ['session'] });

  const submit = async () => {
    if (step.at === 'code') {
      const { recovery_codes: codes } = await confirmSecondFactor(typed.trim());
      setStep({ at: 'recovery', codes });
    } else if (isOn) {
      await removeSecondFactor(typed);
      tellDone('You sign in by your password alone from now on.');
      await refresh();
    } else {
      setStep({ at: 'code', ...(await enrolSecondFactor(typed)) });
    }
    setTyped('');
  };

  return (
    <Panel title="Second factor">
      {step.at === 'recovery' ? (
        <RecoveryCodes
          codes={step.codes}
          onKept={() => {
            setStep({ at: 'password' });
            void refresh();
          }}
        />
      ) : (
        <form
          className={classes.narrow}
          onSubmit={(event) => {
            event.preventDefault();
            void form.run(submit);
          }}
        >
          {form.problem !== undefined && (
            <Alert color="red" variant="outline" mb="sm" role="alert">
              {form.problem}
            </Alert>
          )}
          {step.at === 'code' ? (
            <>
              <p>Scan this with the app that shows you codes, and type the code that it shows.</p>
              <QrCode text={step.uri} label="QR code for your app" />
              <p className="faint">
                Or type this into it: <code className={classes.secret}>{step.secret}</code>
              </p>
              <TextInput
                label="Code"
                autoComplete="one-time-code"
                inputMode="numeric"
                maxLength={6}
                autoFocus
                value={typed}
                onChange={(event) => {
                  setTyped(event.currentTarget.value);
                }}
              />
            </>
          ) : (
            <>
              <p>
                {isOn
                  ? 'You are asked for a code of your app whenever you sign in.'
                  : 'With a second factor, whoever learns your password still cannot sign in: a code of an app on your phone is asked for as well.'}
              </p>
              <PasswordInput
                label={isOn ? 'Password, to give it up' : 'Password, to begin'}
                autoComplete="current-password"
                maxLength={256}
                value={typed}
                onChange={(event) => {
                  setTyped(event.currentTarget.value);
                }}
              />
            </>
          )}
          <Button
            type="submit"
            mt="md"
            loading={form.isBusy}
            disabled={typed.trim() === ''}
            {...(isOn && step.at === 'password' ? { color: 'red.8' } : {})}
          >
            {step.at === 'code' ? 'Confirm' : isOn ? 'Give up the second factor' : 'Set up a second factor'}
          </Button>
        </form>
      )}
    </Panel>
  );
}

function RecoveryCodes({ codes, onKept }: { readonly codes: readonly string[]; readonly onKept: () => void }) {
  return (
    <div className={classes.narrow}>
      <p>
        <strong>The second factor is set up.</strong> Keep these codes where your phone is not: each lets you in once in
        the place of a code. They are shown this once.
      </p>
      <ul className={classes.codes} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Button onClick={onKept}>I have kept them</Button>
    </div>
  );
}
