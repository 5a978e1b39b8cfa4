import { createContext, use } from 'react';
import type { Settings } from '../api/types.ts';

export const SettingsContext = createContext<Settings | undefined>(undefined);

/** The shop's currency, time zone and locale. The shell shows pages once they are there. */
export function useSettings(): Settings {
  const settings = use(SettingsContext);
  if (!settings) throw new Error('a page was shown before the settings were read');
  return settings;
}
