/** Stripe's id of the payment method for the card that the user typed, or why there is none. */
export type TypedCard = { readonly token: string } | { readonly problem: string };

/** Submits the card form. The card number never leaves that form. */
export type CardSource = () => Promise<TypedCard>;

export interface CardFormProps {
  /** Called with the source when the form is ready, and with undefined when it no longer is. */
  readonly onSource: (source: CardSource | undefined) => void;
}
