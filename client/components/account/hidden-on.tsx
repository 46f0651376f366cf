'use client';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';

/** Part of every page except those of these paths. */
export const HiddenOn = ({ paths, children }: { readonly paths: readonly string[]; readonly children: ReactNode }) => {
  const path = usePathname();
  return paths.includes(path) ? null : children;
};
