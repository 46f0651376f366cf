import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

const variants = {
  error: { className: 'notice-error', icon: 'alert', role: 'alert' },
  warning: { className: 'notice-warning', icon: 'info', role: 'status' },
  success: { className: 'notice-info', icon: 'check', role: 'status' },
} as const;

/** A message in the page; screen readers announce an error at once. */
export const Notice = ({
  variant,
  children,
}: {
  readonly variant: keyof typeof variants;
  readonly children: ReactNode;
}) => {
  const { className, icon, role } = variants[variant];
  return (
    <div className={`notice ${className}`} role={role}>
      <Icon name={icon} />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
};

/** The errors of a form that belong to no single field. */
export const ErrorList = ({ messages }: { readonly messages: readonly string[] }) =>
  messages.length === 0 ? null : (
    <Notice variant="error">
      {messages.map((message) => (
        <p key={message}>{message}</p>
      ))}
    </Notice>
  );
