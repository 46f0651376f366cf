'use client';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';

/** A menu that opens without JavaScript and closes when the user goes to another page. */
export const Menu = ({ children }: { readonly children: ReactNode }) => (
  <details key={usePathname()} className="group relative ml-auto lg:hidden">
    {children}
  </details>
);
