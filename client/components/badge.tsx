export interface BadgeProps {
  readonly variant: 'good' | 'wait' | 'over';
  readonly label: string;
  readonly testId?: string;
}

/** The state of a ticket or an order. */
export const Badge = ({ variant, label, testId }: BadgeProps) => (
  <span className={`badge badge-${variant}`} data-testid={testId}>
    {label}
  </span>
);
