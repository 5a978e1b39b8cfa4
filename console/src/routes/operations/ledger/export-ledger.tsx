import { Button } from '@mantine/core';
import { useState } from 'react';
import { exportLedger, type Instants } from '../../../api/ledger.ts';
import { saveFile } from '../../../parts/save-file.ts';
import { tellFailed } from '../../../parts/toast.tsx';
import classes from './ledger.module.css';

/** Of one period: for another, this is another. */
export function ExportLedger({ instants }: { readonly instants: Instants }) {
  const [isBusy, setIsBusy] = useState(false);
  const [saved, setSaved] = useState<{ readonly name: string; readonly isProvisional: boolean }>();
  const run = async () => {
    setIsBusy(true);
    setSaved(undefined);
    try {
      const { name, content, isProvisional } = await exportLedger(instants);
      saveFile(content, name);
      setSaved({ name, isProvisional });
    } catch (error) {
      tellFailed('The ledger was not exported', error);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      <Button variant="default" loading={isBusy} onClick={() => void run()}>
        Export entries (CSV)
      </Button>
      <p role="status" className={classes.note}>
        {saved && (
          <>
            <strong>{saved.name}</strong> was saved.
            {saved.isProvisional &&
              ' It is provisional: entries may still be added to the period. Export it again once that is over.'}
          </>
        )}
      </p>
    </>
  );
}
