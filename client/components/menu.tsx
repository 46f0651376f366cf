'use client';
import { usePathname } from 'next/navigation';
import type { FocusEvent, KeyboardEvent, ReactNode } from 'react';

const onKeyDown = ({ key, currentTarget: menu }: KeyboardEvent<HTMLDetailsElement>) => {
  if (key !== 'Escape' || !menu.open) return;
  menu.open = false;
  menu.querySelector('summary')?.focus();
};

/** What gets the focus next may lie below the open menu. */
const onBlur = ({ relatedTarget: next, currentTarget: menu }: FocusEvent<HTMLDetailsElement>) => {
  if (next !== null && !menu.contains(next)) menu.open = false;
};

/**
 * A menu that opens without JavaScript. With it, the menu closes by Escape, and when the user goes on to another control or
 * page.
 */
export const Menu = ({ children }: { readonly children: ReactNode }) => (
  <details key={usePathname()} className="group relative ml-auto lg:hidden" onKeyDown={onKeyDown} onBlur={onBlur}>
    {children}
  </details>
);
