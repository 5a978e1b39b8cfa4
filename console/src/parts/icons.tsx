import type { ReactNode } from 'react';

function icon(name: string, drawing: ReactNode) {
  const Icon = ({ size = 16 }: { readonly size?: number }) => (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {drawing}
    </svg>
  );
  Icon.displayName = name;
  return Icon;
}

export const TodayIcon = icon('TodayIcon', <path d="M4 13h6V4H4zm10 7h6v-9h-6zM4 20h6v-3H4zM14 4v3h6V4z" />);
export const OrdersIcon = icon('OrdersIcon', <path d="M5 4h14v17l-3-2-2 2-2-2-2 2-2-2-3 2zM9 9h6M9 13h6" />);
export const ReturnsIcon = icon('ReturnsIcon', <path d="M9 5 4 10l5 5M4 10h10a6 6 0 0 1 0 12h-3" />);
export const OperationsIcon = icon('OperationsIcon', <path d="M3 12h4l3 8 4-16 3 8h4" />);
export const LifecyclesIcon = icon(
  'LifecyclesIcon',
  <>
    <circle cx="5" cy="6" r="2.4" />
    <circle cx="19" cy="6" r="2.4" />
    <circle cx="12" cy="18" r="2.4" />
    <path d="M7.5 6h9M6.5 8l4 7.5M17.5 8l-4 7.5" />
  </>,
);
export const SearchIcon = icon(
  'SearchIcon',
  <>
    <circle cx="11" cy="11" r="6.5" />
    <path d="m20 20-4.2-4.2" />
  </>,
);
export const SunIcon = icon(
  'SunIcon',
  <>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1 1M17.4 17.4l1 1M5.6 18.4l1-1M17.4 6.6l1-1" />
  </>,
);
export const MoonIcon = icon('MoonIcon', <path d="M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5z" />);
export const KeyboardIcon = icon('KeyboardIcon', <path d="M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M8 14.5h8" />);
export const PersonIcon = icon(
  'PersonIcon',
  <>
    <circle cx="12" cy="8" r="4" />
    <path d="M4.5 20a7.5 7.5 0 0 1 15 0" />
  </>,
);
export const PrintIcon = icon('PrintIcon', <path d="M7 9V4h10v5M7 17H4v-8h16v8h-3M7 14h10v6H7z" />);
export const BarcodeIcon = icon('BarcodeIcon', <path d="M4 6v12M7.5 6v12M11 6v12M13 6v12M16.5 6v12M20 6v12" />);
export const CloseIcon = icon('CloseIcon', <path d="M6 6l12 12M18 6 6 18" />);
export const CheckIcon = icon('CheckIcon', <path d="m5 12.5 4.5 4.5L19 7.5" />);
export const WarningIcon = icon('WarningIcon', <path d="M12 4 2.8 20h18.4zM12 10v4.5M12 17.3v.1" />);
export const RetryIcon = icon('RetryIcon', <path d="M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6" />);
export const SealIcon = icon(
  'SealIcon',
  <path d="M12 3 5 6v5.5c0 4.3 2.9 7.8 7 9.5 4.1-1.7 7-5.2 7-9.5V6zM8.8 12l2.3 2.3 4.2-4.4" />,
);
export const OpenIcon = icon('OpenIcon', <path d="M14 4h6v6M20 4l-9 9M18 14v6H4V6h6" />);
