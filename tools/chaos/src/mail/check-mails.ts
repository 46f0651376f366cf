import { required } from '@ticketing/launcher/required';
import type { Mail } from '@ticketing/mailbox/store';

/** Something that the product has acknowledged, and the one mail that it owes for it. */
export interface Cause {
  readonly kind: string;
  readonly to: string;
  /** How the subject begins. */
  readonly subject: string;
  /** What the text contains, to tell mails with one subject and address apart. */
  readonly about?: string;
  /** The mail may be missing: a later request has replaced its link, or the account was closed before it was sent. */
  readonly isOptional?: true;
}

/** The mails for the causes of one kind. */
export interface MailCount {
  readonly causes: number;
  readonly missing: number;
  readonly doubled: number;
}

export interface Verdict {
  /** By the kind of cause. */
  readonly counts: ReadonlyMap<string, MailCount>;
  /** Of all kinds. */
  readonly total: MailCount;
  /** When the last mail that is owed arrived for the first time, in milliseconds since 1970. */
  readonly lastArrival: number;
  /** Mails without a cause. */
  readonly unexpected: readonly Pick<Mail, 'to' | 'subject'>[];
}

const groupBy = <Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> => {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
};

const sum = (counts: Iterable<MailCount>): MailCount => {
  const total = { causes: 0, missing: 0, doubled: 0 };
  for (const { causes, missing, doubled } of counts) {
    total.causes += causes;
    total.missing += missing;
    total.doubled += doubled;
  }
  return total;
};

/** Compares the mails that have arrived with those that are owed: one for each cause. */
export const checkMails = (causes: readonly Cause[], mails: readonly Mail[]): Verdict => {
  const mailsTo = groupBy(mails, ({ to }) => to);
  const counts = new Map<string, MailCount>();
  const expected = new Set<Mail>();
  let lastArrival = 0;
  for (const same of groupBy(causes, ({ to, subject, about }) => `${to}\n${subject}\n${about}`).values()) {
    const { kind, to, subject, about = '' } = required(same[0], 'cause');
    const arrived = (mailsTo.get(to) ?? []).filter(
      (mail) => mail.subject.startsWith(subject) && mail.text.includes(about),
    );
    for (const mail of arrived) expected.add(mail);
    const owed = same.filter(({ isOptional }) => isOptional !== true).length;
    const times = arrived.map(({ receivedAt }) => Date.parse(receivedAt)).toSorted((a, b) => a - b);
    lastArrival = Math.max(lastArrival, ...times.slice(0, owed));
    const count = {
      causes: same.length,
      missing: Math.max(0, owed - arrived.length),
      doubled: Math.max(0, arrived.length - same.length),
    };
    counts.set(kind, sum([counts.get(kind) ?? { causes: 0, missing: 0, doubled: 0 }, count]));
  }
  return {
    counts,
    total: sum(counts.values()),
    lastArrival,
    unexpected: mails.filter((mail) => !expected.has(mail)).map(({ to, subject }) => ({ to, subject })),
  };
};
