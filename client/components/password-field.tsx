'use client';
import { useEffect, useRef, useState } from 'react';
import { fieldOf } from '../lib/forms/form-state.ts';
import { passwordRules, passwordStrength, type PasswordRule, type Strength } from '../lib/password-check.ts';
import { control, Field } from './field.tsx';
import { Icon } from './icon.tsx';

const meters = {
  weak: { bars: 1, className: 'bg-danger' },
  fair: { bars: 2, className: 'bg-marquee' },
  strong: { bars: 3, className: 'bg-pine' },
} as const satisfies Record<Strength, unknown>;

const Meter = ({ strength }: { readonly strength: Strength }) => (
  <span className="flex gap-1" aria-hidden="true">
    {[1, 2, 3].map((bar) => (
      <span
        key={bar}
        className={`h-1.5 w-8 rounded-full ${bar <= meters[strength].bars ? meters[strength].className : 'bg-line'}`}
      />
    ))}
  </span>
);

const marks = {
  open: { icon: 'info', className: '', spoken: '' },
  met: { icon: 'check', className: 'text-pine', spoken: ': met' },
  unmet: { icon: 'close', className: 'text-danger', spoken: ': not met' },
} as const;

const Rule = ({ text, isMet }: PasswordRule) => {
  const { icon, className, spoken } = marks[isMet === undefined ? 'open' : isMet ? 'met' : 'unmet'];
  return (
    <li className={`flex items-center gap-1.5 ${className}`}>
      <Icon name={icon} className="icon size-4" />
      <span>
        <span>{text}</span>
        <span className="sr-only">{spoken}</span>
      </span>
    </li>
  );
};

/**
 * A field for a new password, with its rules and an estimate of its strength as it is typed. The form's field `email`, hidden
 * if need be, says whose password it is. Without JavaScript the rules stand there, and the server checks them.
 */
export const PasswordField = ({
  name,
  label,
  error,
}: {
  readonly name: string;
  readonly label: string;
  readonly error?: string | undefined;
}) => {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState({ password: '', email: '' });
  useEffect(() => {
    const form = input.current?.form;
    if (form === undefined || form === null) return;
    const update = () => {
      const data = new FormData(form);
      setTyped({ password: fieldOf(data, name), email: fieldOf(data, 'email') });
    };
    // What was typed before JavaScript had loaded.
    update();
    form.addEventListener('input', update);
    return () => form.removeEventListener('input', update);
  }, [name]);

  const rules = passwordRules(typed.password, typed.email);
  const unmet = rules.filter(({ isMet }) => isMet === false);
  const strength = typed.password === '' || unmet.length > 0 ? undefined : passwordStrength(typed.password);
  const describedBy = [`${name}-rules`, ...(error === undefined ? [] : [`${name}-error`])].join(' ');
  return (
    <Field name={name} label={label} error={error}>
      <input
        {...control({ name, error })}
        ref={input}
        className="input"
        type="password"
        autoComplete="new-password"
        required
        aria-describedby={describedBy}
      />
      <ul className="hint grid gap-1" id={`${name}-rules`}>
        {rules.map((rule) => (
          <Rule key={rule.text} {...rule} />
        ))}
      </ul>
      <p className="hint flex min-h-5 items-center gap-2" aria-live="polite">
        {strength !== undefined && (
          <>
            <Meter strength={strength} />
            <span>{`Looks ${strength} (estimated)`}</span>
          </>
        )}
        {unmet.length > 0 && <span className="sr-only">{`Not met: ${unmet.map(({ text }) => text).join(', ')}`}</span>}
      </p>
    </Field>
  );
};
