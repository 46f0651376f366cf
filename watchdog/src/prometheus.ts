/** One line of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  /** With their braces; empty without labels. */
  readonly labels: string;
  readonly value: number;
}

const sampleShape = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)$/;

/** The samples of a response of `/metrics`. */
export const parseMetrics = (text: string): Sample[] =>
  text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = sampleShape.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels, value: Number(value) }];
  });
