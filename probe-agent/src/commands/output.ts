/** Where commands speak: data on stdout, everything else on stderr. */
export interface Output {
  readonly json: boolean;
  /** What the command is for: one JSON object, or the same for people. */
  data(value: object, text: string): void;
  /** Words beside the data. */
  note(text: string): void;
}

export function openOutput(
  json: boolean,
  stdout: NodeJS.WritableStream,
  stderr: NodeJS.WritableStream,
): Output {
  return {
    json,
    data: (value, text) => stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`),
    note: (text) => stderr.write(`${text}\n`),
  };
}
