import type { Style } from '../wording/text-layout.ts';

export const BODY: Style = { size: 9, bold: false };
export const STRONG: Style = { size: 9, bold: true };
export const SMALL: Style = { size: 7.5, bold: false };
export const NAME: Style = { size: 13, bold: true };
export const TITLE: Style = { size: 20, bold: true };
export const TOTAL: Style = { size: 12, bold: true };

/** Of BODY and STRONG. */
export const LINE_HEIGHT = 12;
/** Of SMALL. */
export const SMALL_LINE_HEIGHT = 10;
