import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

const looks = {
  error: { look: 'notice-error', icon: 'alert', role: 'alert' },
  warning: { look: 'notice-warning', icon: 'info', role: 'status' },
  info: { look: 'notice-info', icon: 'info', role: 'status' },
  success: { look: 'notice-info', icon: 'check', role: 'status' },
} as const;

/** Something that the reader should notice; an error is announced at once. */
export const Notice = ({ kind, children }: { readonly kind: keyof typeof looks; readonly children: ReactNode }) => {
  const { look, icon, role } = looks[kind];
  return (
    <div className={`notice ${look}`} role={role}>
      <Icon name={icon} />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
};

/** The errors of a form that belong to none of its fields. */
export const ErrorList = ({ messages }: { readonly messages: readonly string[] }) =>
  messages.length === 0 ? null : (
    <Notice kind="error">
      {messages.map((message) => (
        <p key={message}>{message}</p>
      ))}
    </Notice>
  );
