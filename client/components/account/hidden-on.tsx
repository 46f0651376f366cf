'use client';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';

/** Part of every page except those of these paths, and those below a path that ends with a slash. */
export const HiddenOn = ({ paths, children }: { readonly paths: readonly string[]; readonly children: ReactNode }) => {
  const path = usePathname();
  return paths.some((one) => one === path || (one.endsWith('/') && path.startsWith(one))) ? null : children;
};
