import { Switch } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { singleKeys, type Shortcut } from '../parts/hotkeys.ts';
import classes from './shell.module.css';

const SCAN: Shortcut = { keys: ['g', 's'], what: 'Scan parcels in' };
const SHEET: readonly { readonly where: string; readonly shortcuts: readonly Shortcut[] }[] = [
  {
    where: 'Everywhere',
    shortcuts: [
      { keys: ['Ctrl', 'K'], what: 'Find an order, a return or a command' },
      { keys: ['/'], what: 'Search' },
      { keys: ['?'], what: 'This sheet' },
      { keys: ['g', 't'], what: 'Today' },
      { keys: ['g', 'o'], what: 'Orders' },
      { keys: ['g', 'r'], what: 'Returns' },
      SCAN,
      { keys: ['g', 'p'], what: 'Operations' },
      { keys: ['g', 'l'], what: 'Lifecycles' },
    ],
  },
  {
    where: 'In a list',
    shortcuts: [
      { keys: ['j'], what: 'Next row' },
      { keys: ['k'], what: 'Row before' },
      { keys: ['Enter'], what: 'Open it' },
      { keys: ['x'], what: 'Select it' },
      { keys: ['X'], what: 'Select all rows from the last one to it' },
      { keys: ['Esc'], what: 'Select none' },
    ],
  },
  {
    where: 'On an order',
    shortcuts: [
      { keys: ['e'], what: 'What comes next for it (pay, process, ship, deliver)' },
      { keys: ['r'], what: 'Start a return' },
      { keys: ['i'], what: 'Show its invoice' },
      { keys: ['p'], what: 'Packing slip' },
    ],
  },
  {
    where: 'On a return in the inbox',
    shortcuts: [
      { keys: ['a'], what: 'What comes next for it (approve, dispatch, receive, complete)' },
      { keys: ['d'], what: 'Reject it' },
    ],
  },
];

interface ShortcutsSheetProps {
  readonly mayScan: boolean;
  readonly onClose: () => void;
}

export function ShortcutsSheet({ mayScan, onClose }: ShortcutsSheetProps) {
  const [isOn, setIsOn] = useState(singleKeys.on);
  return (
    <Dialog onClose={onClose} title="Keyboard" size="lg">
      <Switch
        mb="md"
        label="Single-key shortcuts"
        description="Ctrl-K works in any case"
        checked={isOn}
        onChange={(event) => {
          singleKeys.set(event.currentTarget.checked);
          setIsOn(event.currentTarget.checked);
        }}
      />
      <div className={classes.sheet}>
        {SHEET.map(({ where, shortcuts }) => (
          <section key={where}>
            <h2 className={classes.sheetTitle}>{where}</h2>
            <dl className={classes.sheetList}>
              {shortcuts
                .filter((shortcut) => mayScan || shortcut !== SCAN)
                .map(({ keys, what }) => (
                  <div key={what} className={classes.sheetRow}>
                    <dt>
                      {keys.map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                    </dt>
                    <dd>{what}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
