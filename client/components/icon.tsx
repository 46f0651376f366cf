export type IconName =
  | 'alert'
  | 'armchair'
  | 'arrow-down'
  | 'arrow-left'
  | 'arrow-right'
  | 'calendar'
  | 'check'
  | 'close'
  | 'drama'
  | 'filters'
  | 'flask'
  | 'info'
  | 'laugh'
  | 'lock'
  | 'menu'
  | 'music'
  | 'pin'
  | 'plus'
  | 'search'
  | 'shield'
  | 'tent'
  | 'ticket'
  | 'timer'
  | 'trophy';

/** A decorative icon; the text beside it gives its meaning. */
export const Icon = ({ name, className = 'icon' }: { readonly name: IconName; readonly className?: string }) => (
  <svg className={className} aria-hidden="true">
    <use href={`/icons.svg#${name}`} />
  </svg>
);
