/** What became of the card that was typed: Stripe's id for it, or why there is none. */
export type TypedCard = { readonly token: string } | { readonly problem: string };

/** Asks the form in which the card is typed for it. The number itself stays in that form. */
export type CardSource = () => Promise<TypedCard>;

export interface CardFormProps {
  /** Called with the source when the form can be used, and with undefined when it can't. */
  readonly onSource: (source: CardSource | undefined) => void;
}
