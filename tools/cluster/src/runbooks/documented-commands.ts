/**
 * The commands of a program that a document names, each once: lines of its shell blocks, without their comments, and code in
 * its text.
 */
export const documentedCommands = (markdown: string, program: string): string[] => {
  const named = new RegExp(`^(${program} [^\`\n]+)$|\`(${program} [^\`]+)\``, 'gm');
  const found = [...markdown.matchAll(named)].map(([, line, code = '']) =>
    line === undefined ? code.replaceAll(/\s+/g, ' ') : line.replace(/\s+#.*$/, ''),
  );
  return [...new Set(found)];
};

/**
 * Puts values in the place of words such as `SERVICE`, `TICKET…`, and `order ID`, whose value has the name `order ID`.
 * @throws Error that names a word without a value.
 */
export const fillIn = (command: string, values: Readonly<Record<string, string>>): string => {
  const valueOf = (name: string): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`${command}: there is no value for ${name}`);
    return value;
  };
  return command
    .replaceAll(/(\S+)((?: ID\b)+)/g, (_all, owner: string, ids: string) =>
      [
        owner,
        ...ids
          .trim()
          .split(' ')
          .map(() => valueOf(`${owner} ID`)),
      ].join(' '),
    )
    .replaceAll(/(?<=[ =/])([A-Z]+)(?![\w=])…?/g, (_all, name: string) => valueOf(name));
};
